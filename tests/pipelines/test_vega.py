"""The script of charts is put together once for each user, and without a cache every time."""

import pytest

from pipelines import vega


@pytest.fixture
def made(monkeypatch, tmp_path):
    """How often a script was put together; the cache of the user is in `tmp_path`."""
    made = []
    monkeypatch.setattr(vega, "user_cache_path", lambda _: tmp_path / "cache")
    monkeypatch.setattr(vega, "_put_together", lambda: made.append(1) or "vegaEmbed = 1; // 图")
    return made


def test_it_is_kept(made, tmp_path):
    assert [vega.vega_script.__wrapped__() for _ in range(2)] == ["vegaEmbed = 1; // 图"] * 2
    assert made == [1]
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".js"]


def test_nothing_is_kept_where_there_is_no_room(made, tmp_path):
    (tmp_path / "cache").write_text("no folder")
    assert [vega.vega_script.__wrapped__() for _ in range(2)] == ["vegaEmbed = 1; // 图"] * 2
    assert made == [1, 1]
