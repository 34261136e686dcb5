"""Values that are not prepared to be compared with themselves are at the first level when they are."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from matching.kinds import KINDS
from matching.kinds.address_parts import PLACEHOLDERS as NO_ADDRESS
from matching.kinds.names import PLACEHOLDERS as NO_NAME

VALUES = [
    *NO_NAME, *NO_ADDRESS,
    "王伟", "王一鸣", "曾:王芳", "王□", "阿依古丽·买买提", "王芳之女",
    "37012319850203342X", "370123850203342", "3701**********1234", "370123198502033424!", "330106199001011000",
    "1985-02-03", "1900-01-01", "明水街道绿地苑3号楼402", "x",
]  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.plain], ids=lambda kind: kind.name)
def test_plain_values_equal_themselves(kind):
    values = pa.array(sorted(set(VALUES)), pa.string())
    plain = values.filter(pc.match_substring_regex(values, f"^(?:{kind.plain})$"))
    assert len(plain)
    assert set(kind.same(kind.prepare(plain)).tolist()) == {0}
