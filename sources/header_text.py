"""The form in which headers are compared. Which header means which column is said in `sources.headers`."""

import re
import unicodedata
from functools import cache

_MARKS = re.compile(r"[\s★☆*●◆■□▲△※#='\"“”‘’`\ufeff\u200b-\u200f\u2060]+")
_ASKED = "必填|必录|必须|选填|可选|可空|非必填"
_NOTES = re.compile(
    rf"[(\[【〔<](?:(?:{_ASKED})项?|文本(?:格式|型)?|字符型?|日期型?|下拉(?:选择)?|\d+位[^)\]】〕>]*"
    r"|(?:格式|如|例|YYYY)[^)\]】〕>]*)[)\]】〕>]"
)
_TRAILING = re.compile(rf"(?:[:：。,，;；]|(?:{_ASKED})项?)+$")
_CITIZEN_NUMBER = re.compile(
    r"(?:有效)?(?:(?:公民|居民)?(?:身份证件|身份证|身份|证件)号码?|(?:公民|居民)?身份证(?:件?编号)?|(?<=.)证件编号)$"
)
_PHONE = re.compile(r"(?:联系|联络|移动)?(?:手机|电话)(?:号码?)?$|联系方式$")


@cache
def normalise_header(text: str) -> str:
    """NFKC, upper case, without blanks, marks (`★ *`), and notes such as （必填）, 【必填】, (18位)."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return _TRAILING.sub("", _NOTES.sub("", plain))


@cache
def fold_header(normalised: str) -> str:
    """The header with every spelling of the citizen number, or of the phone, at its end as one; whose it is stays.

    男方证件号 and 男方公民身份证号 fold to the same, 女方证件号 and 男方证件类型 do not.
    """
    return _PHONE.sub("联系电话", _CITIZEN_NUMBER.sub("公民身份号码", normalised))
