import duckdb
import pytest

from warehouse.errors import IdentityKeyError
from warehouse.identity_key import (
    check_identity_key,
    known_warehouse_key,
    load_identity_key,
    VARIABLE,
    warehouse_key,
)
from warehouse.schema import migrate


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "identity.key"
    key = load_identity_key(path, {})
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_identity_key(path, {}) == key
    assert [file.name for file in tmp_path.iterdir()] == ["identity.key"]


def test_the_environment_comes_first(tmp_path):
    path = tmp_path / "identity.key"
    assert load_identity_key(path, {VARIABLE: "ab" * 32}) == b"\xab" * 32
    assert not path.exists()


@pytest.mark.parametrize(("content", "mode"), [("", 0o600), ("ab" * 31, 0o600), ("z" * 64, 0o600), ("ab" * 32, 0o644)])
def test_an_unusable_key_is_refused_and_not_shown(tmp_path, content, mode):
    path = tmp_path / "identity.key"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(IdentityKeyError) as caught:
        load_identity_key(path, {})
    assert not content or content not in str(caught.value)


def test_a_warehouse_stays_with_its_key():
    con = duckdb.connect()
    migrate(con)
    check_identity_key(con, bytes(32))
    check_identity_key(con, bytes(32))
    with pytest.raises(IdentityKeyError):
        check_identity_key(con, b"x" * 32)


def test_a_key_that_was_lost_is_not_made_anew(tmp_path):
    con = duckdb.connect()
    migrate(con)
    path = tmp_path / "identity.key"
    assert known_warehouse_key(con, path) is None and not path.exists()
    check_identity_key(con, warehouse_key(con, path))
    assert known_warehouse_key(con, path) == warehouse_key(con, path)
    path.unlink()
    with pytest.raises(IdentityKeyError, match="restore it from the backup"):
        warehouse_key(con, path)
    assert not path.exists()
    load_identity_key(path, {})
    with pytest.raises(IdentityKeyError, match="another key"):
        warehouse_key(con, path)
