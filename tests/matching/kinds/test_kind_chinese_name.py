"""Chinese names, case by case."""

import pytest

_CASES = [
    ("王芳", "王芳", "equal"),
    ("张　三", "张三", "same_folded"),
    ("國强", "国强", "same_folded"),
    ("王喆", "王哲", "same_folded"),
    ("阿依古丽·买买提", "阿依古丽买买提", "same_folded"),
    ("阿依古丽•买买提", "阿依古丽・买买提", "same_folded"),
    ("王彦", "王艳", "same_sound_and_tone"),
    ("单丽", "善丽", "same_sound_and_tone"),
    ("曾强", "增强", "same_sound_and_tone"),
    ("仇英", "求英", "same_sound_and_tone"),
    ("王一明", "王益铭", "same_sound"),
    ("何西云", "HE XIYUN", "same_sound"),
    ("何西云", "Hé Xīyún", "same_sound"),
    ("单丽", "SHAN LI", "same_sound"),
    ("单丽", "DAN LI", "same_sound"),
    ("吕布", "LYU BU", "same_sound"),
    ("吕布", "LV BU", "same_sound"),
    ("王YAN", "王艳", "same_sound"),
    ("曾:王芳", "王芳", "former_name"),
    ("曾:王芳", "王方", "former_name"),
    ("曾:王芳", "曾:王芳", "former_name"),
    ("曾:王芳", "李红", "neutral"),
    ("王□明", "王一明", "hidden_character"),
    ("王**", "王一明", "hidden_character"),
    ("王某某", "王一明", "hidden_character"),
    ("王?", "王芳", "hidden_character"),
    ("王□", "王□", "hidden_character"),
    ("军华□", "军芳□", "surname_only"),
    ("一□", "伟□", "different"),
    ("□□", "王芳", "neutral"),
    ("□□", "□□", "neutral"),
    ("阿依古丽·买买提", "买买提·阿依古丽", "reordered_or_truncated"),
    ("阿依古丽·买买提", "阿依古丽", "reordered_or_truncated"),
    ("阿卜杜拉·艾山", "阿布都拉·艾山", "reordered_or_truncated"),
    ("XIYUN HE", "何西云", "reordered_or_truncated"),
    ("JOHN SMITH", "SMITH JOHN", "reordered_or_truncated"),
    ("一鸣王", "王一鸣", "reordered_or_truncated"),
    ("王一鸣", "王一民", "one_near_of_three"),
    ("王晴明", "王睛朋", "surname_only"),
    ("王晴明", "王睛明", "one_near_of_three"),
    ("李明华", "李华明", "one_near_of_three"),
    ("王己", "王已", "one_near_of_two"),
    ("刘兰", "刘南", "one_near_of_two"),
    ("王一鸣", "王一红", "one_of_three"),
    ("王一鸣", "王鸣", "one_of_three"),
    ("王一鸣", "黄一鸣", "surname_differs"),
    ("王一鸣", "一鸣", "surname_differs"),
    ("欧阳明华", "王明华", "surname_differs"),
    ("欧阳明华", "明华", "surname_differs"),
    ("王芳之女", "王小丽", "unnamed_newborn"),
    ("王芳之女", "李小丽", "unnamed_newborn"),
    ("王芳之女", "王芳之长女", "unnamed_newborn"),
    ("王芳之子", "王方之子", "same_sound_and_tone"),
    ("王芳之婴", "王芳之女", "unnamed_newborn"),
    ("王芳之女", "王芳之子", "different"),
    ("王芳之长女", "王芳之次女", "different"),
    ("王芳之双女甲", "王芳之双女乙", "different"),
    ("王芳之女", "李红之女", "different"),
    ("王芳之女", "王芳", "different"),
    ("王伟", "王军", "one_of_two"),
    ("王伟", "李伟", "surname_differs_of_two"),
    ("王伟", "王建国", "surname_only"),
    ("王伟", "李军", "different"),
    ("王芳", "LI NA", "different"),
    ("LINA", "LISA", "different"),
    ("王伟", "不详", "neutral"),
    ("无名", "无名", "neutral"),
    ("UNKNOWN", "UNKNOWN", "neutral"),
]


@pytest.mark.parametrize(("left", "right", "expected"), _CASES)
def test_level(level, left: str, right: str, expected: str) -> None:
    assert level("chinese_name", left, right) == expected


@pytest.mark.parametrize("pair", ["己已", "末未", "冯马", "刚钢", "洋祥", "杨扬", "晴睛", "辰晨", "婷停", "伟韦"])
def test_characters_that_clerks_confuse_look_alike(level, pair: str) -> None:
    assert level("chinese_name", f"王一{pair[0]}", f"王一{pair[1]}") in {
        "one_near_of_three", "same_sound", "same_sound_and_tone",
    }  # fmt: skip


@pytest.mark.parametrize("pair", ["江河", "强张", "红建", "国军", "明国", "志海"])
def test_a_common_radical_is_no_likeness(level, pair: str) -> None:
    assert level("chinese_name", f"王一{pair[0]}", f"王一{pair[1]}") == "one_of_three"
