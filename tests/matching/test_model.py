"""The packaged model is sound, and a model that is not is refused by name."""

from pathlib import Path

import pytest

from matching.errors import ModelError
from matching.model import load_model
from matching.scoring import odds_sql


def test_packaged_model_is_readable_and_scores() -> None:
    model = load_model()
    assert model.thresholds.match_probability > 0.5
    assert all(level.m <= 1 and level.h <= 1 for each in model.comparisons for level in each.levels)
    assert odds_sql(model).count("CASE WHEN") >= 3 * len(model.comparisons)


def test_unknown_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.yml"
    path.write_text("model: odd\nversion: 1\nsurprise: 1\n", encoding="utf-8")
    with pytest.raises(ModelError, match="surprise"):
        load_model(path)
