import pytest

from warehouse.errors import ProjectError
from warehouse.projects import known_projects, load_projects, remember_project_key, rotate_project_key


def test_every_deployment_has_the_default_project(house, tmp_path):
    [project] = load_projects(house.con, tmp_path / "projects.yml", tmp_path).usable
    assert (project.name, project.birth, len(project.key)) == ("default", "month", 32)
    assert load_projects(house.con, tmp_path / "projects.yml", tmp_path).usable == (project,)
    assert (tmp_path / "projects" / "default.key").stat().st_mode & 0o777 == 0o600


def test_whoever_only_looks_makes_no_key(house, tmp_path):
    declaration = tmp_path / "projects.yml"
    before = sorted(tmp_path.rglob("*"))
    assert known_projects(house.con, declaration, tmp_path).usable == ()
    assert sorted(tmp_path.rglob("*")) == before
    made = load_projects(house.con, declaration, tmp_path)
    assert known_projects(house.con, declaration, tmp_path) == made


def test_each_project_has_its_own_key(house, tmp_path, monkeypatch):
    (tmp_path / "projects.yml").write_text("projects: {research: {birth: year}, planning: {}}")
    monkeypatch.setenv("POPBASE_PROJECT_KEY_PLANNING", "ab" * 32)
    found = {project.name: project for project in load_projects(house.con, tmp_path / "projects.yml", tmp_path).usable}
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


def test_a_key_that_cannot_be_used_keeps_only_its_own_project_back(house, tmp_path):
    declaration = tmp_path / "projects.yml"
    declaration.write_text("projects: {research: {}}")
    for project in load_projects(house.con, declaration, tmp_path).usable:
        remember_project_key(house.con, project)
    key = tmp_path / "projects" / "research.key"
    kept = key.read_text()

    def found():
        projects = load_projects(house.con, declaration, tmp_path)
        return [project.name for project in projects.usable], projects.faults

    key.chmod(0o644)
    names, [fault] = found()
    assert names == ["default"] and "0600" in fault
    key.unlink()
    names, [fault] = found()
    assert names == ["default"] and "popbase project rotate research" in fault and not key.exists()
    key.write_text("ab" * 32)
    key.chmod(0o600)
    names, [fault] = found()
    assert names == ["default"] and "popbase project rotate research" in fault
    key.write_text(kept)
    assert found() == (["default", "research"], ())


def test_a_key_is_exchanged_on_purpose_and_the_old_one_kept(house, tmp_path):
    declaration = tmp_path / "projects.yml"
    [first] = load_projects(house.con, declaration, tmp_path).usable
    remember_project_key(house.con, first)
    rotate_project_key(house.con, tmp_path, "default")
    [other] = load_projects(house.con, declaration, tmp_path).usable
    assert other.key != first.key and other.terms != first.terms
    [kept] = [each for each in (tmp_path / "projects").glob("*.key") if each.name != "default.key"]
    assert bytes.fromhex(kept.read_text().strip()) == first.key and kept.stat().st_mode & 0o777 == 0o600
