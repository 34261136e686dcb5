"""What all tests share: a home and keys of their own, never the developer's."""

import os

import pytest

from pipelines.home import Home, VARIABLE

# Before any fixture: those of a module make homes, too.
for _name in [
    name for name in os.environ if name in (VARIABLE, "DAGSTER_HOME") or name.startswith("POPBASE_") and "_KEY" in name
]:
    del os.environ[_name]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").prepare()
