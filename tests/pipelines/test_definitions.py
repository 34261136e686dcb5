"""The code location as the server loads it, compared with a kept snapshot.

When a change is meant: POPBASE_KEEP_SNAPSHOT=1 pytest tests/pipelines/test_definitions.py, and read the difference.
"""

import importlib
import json
import os
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.build import build_defs
from pipelines.names import ASSET_JOB, BASE, NIGHTLY_MERGE, OWNERS, POOL
from sources.contract import DEPARTMENTS, load_contract, load_contracts

KEPT = Path(__file__).with_name("definitions.json")


@pytest.fixture(scope="module")
def repository():
    return importlib.import_module("pipelines.definitions").defs.get_repository_def()


def described(repository) -> dict:
    graph = repository.asset_graph
    jobs = [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")]
    return {
        "groups": {key.to_user_string(): graph.get(key).group_name for key in sorted(graph.get_all_asset_keys())},
        "checks": sorted(
            f"{key.asset_key.to_user_string()} {key.name}{' blocking' if spec.blocking else ''}"
            for key in graph.asset_check_keys
            for spec in [graph.get_check_spec(key)]
        ),
        "jobs": sorted(jobs),
        "schedules": {s.name: [s.cron_schedule, s.execution_timezone] for s in repository.schedule_defs},
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }


def test_code_location_is_the_kept_one(repository):
    found = described(repository)
    if os.environ.get("POPBASE_KEEP_SNAPSHOT"):
        KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(KEPT.read_text(encoding="utf-8"))


def test_every_asset_says_what_it_is_and_whose(repository):
    graph = repository.asset_graph
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert len(node.description) > 20, key
        assert tuple(node.owners) == OWNERS, key
        assert node.partitions_def is not None, key
        assert node.kinds, key


def test_every_step_of_a_night_is_in_the_pool(repository):
    for node in repository.get_job(NIGHTLY_MERGE).graph.nodes:
        assert node.definition.pool == POOL, node.name


def test_runs_of_single_assets_have_the_name_that_is_looked_for(repository):
    assert repository.get_implicit_global_asset_job_def().name == ASSET_JOB


def test_nothing_is_published_before_the_checks(repository):
    structure = repository.get_job(NIGHTLY_MERGE).graph.dependency_structure
    inputs = structure.input_to_upstream_outputs_for_node(BASE)
    assert "check_base" in {output.node_name for outputs in inputs.values() for output in outputs}


def test_an_eleventh_department_is_one_more_file(tmp_path):
    contract = yaml.safe_load((DEPARTMENTS / "tax.yml").read_text(encoding="utf-8"))
    contract["department"] = "water"
    path = tmp_path / "water.yml"
    path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    defs = build_defs(contracts=[*load_contracts(), load_contract(path)])
    keys = defs.resolve_asset_graph().get_all_asset_keys()
    assert dg.AssetKey("std_water") in keys
    assert len(keys) == len(load_contracts()) + 5


def test_settings_file_of_the_package_is_the_one_of_the_project():
    root = Path(__file__).parents[2]
    assert (root / "pipelines" / "dagster.yaml").resolve() == root / "dagster.yaml"
