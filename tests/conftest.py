"""What all tests share: a home of their own, never the developer's."""

import pytest

from pipelines.home import Home, VARIABLE


@pytest.fixture(autouse=True)
def _no_home_of_ours(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").prepare()
