import pytest

from warehouse.errors import IdentityKeyError, ProjectError
from warehouse.projects import check_project_key, load_projects, rotate_project_key


def test_every_deployment_has_the_default_project(house, tmp_path):
    [project] = load_projects(house.con, tmp_path / "projects.yml", tmp_path)
    assert (project.name, project.birth, len(project.key)) == ("default", "month", 32)
    assert load_projects(house.con, tmp_path / "projects.yml", tmp_path) == (project,)
    assert (tmp_path / "projects" / "default.key").stat().st_mode & 0o777 == 0o600


def test_each_project_has_its_own_key(house, tmp_path, monkeypatch):
    (tmp_path / "projects.yml").write_text("projects: {research: {birth: year}, planning: {}}")
    monkeypatch.setenv("POPBASE_PROJECT_KEY_PLANNING", "ab" * 32)
    found = {project.name: project for project in load_projects(house.con, tmp_path / "projects.yml", tmp_path)}
    assert list(found) == ["default", "research", "planning"]
    assert len({project.key for project in found.values()}) == 3
    assert (found["research"].birth, found["planning"].key) == ("year", bytes.fromhex("ab" * 32))
    assert not (tmp_path / "projects" / "planning.key").exists()


@pytest.mark.parametrize(
    "text",
    ["projects: {Research: {}}", "projects: {a: {birth: day}}", "projects: {a: {k: 3}}", "a: [", "projects: 1", ""],
)
def test_what_does_not_fit_is_named(house, tmp_path, text):
    (tmp_path / "projects.yml").write_text(text)
    with pytest.raises(ProjectError, match="projects.yml"):
        load_projects(house.con, tmp_path / "projects.yml", tmp_path)


def test_a_key_that_others_may_read_is_refused(house, tmp_path):
    load_projects(house.con, tmp_path / "projects.yml", tmp_path)
    (tmp_path / "projects" / "default.key").chmod(0o644)
    with pytest.raises(IdentityKeyError):
        load_projects(house.con, tmp_path / "projects.yml", tmp_path)


def test_a_project_that_lost_its_key_is_not_published_under_another(house, tmp_path):
    declaration = tmp_path / "projects.yml"
    [first] = load_projects(house.con, declaration, tmp_path)
    check_project_key(house.con, first)
    check_project_key(house.con, first)
    key = tmp_path / "projects" / "default.key"
    key.unlink()
    with pytest.raises(ProjectError, match="popbase project rotate default"):
        load_projects(house.con, declaration, tmp_path)
    assert not key.exists()
    key.write_text("ab" * 32)
    key.chmod(0o600)
    [other] = load_projects(house.con, declaration, tmp_path)
    with pytest.raises(ProjectError, match="popbase project rotate default"):
        check_project_key(house.con, other)


def test_a_key_is_exchanged_on_purpose_and_the_old_one_kept(house, tmp_path):
    declaration = tmp_path / "projects.yml"
    [first] = load_projects(house.con, declaration, tmp_path)
    check_project_key(house.con, first)
    rotate_project_key(house.con, tmp_path, "default")
    [other] = load_projects(house.con, declaration, tmp_path)
    check_project_key(house.con, other)
    assert other.key != first.key
    [kept] = [each for each in (tmp_path / "projects").glob("*.key") if each.name != "default.key"]
    assert bytes.fromhex(kept.read_text().strip()) == first.key and kept.stat().st_mode & 0o777 == 0o600
