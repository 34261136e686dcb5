import numpy as np
import pytest

from matching.sets import distinct, is_among


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_sets_are_those_of_numpy(count):
    rng = np.random.default_rng(count)
    values, known = rng.integers(-500, 500, count), rng.integers(-500, 500, count // 3)
    assert distinct(values, known).tolist() == np.unique(np.concatenate((values, known))).tolist()
    assert is_among(values, known).tolist() == np.isin(values, known).tolist()
