"""The form in which headers are compared. Which header means which column is said in `sources.headers`."""

import re
import unicodedata
from functools import cache

_MARKS = re.compile(r"[\s★☆*●◆■□▲△※#'\"“”‘’`\ufeff\u200b-\u200f\u2060]+")
_ASKED = "必填|必录|必须|选填|可选|可空|非必填"
_NOTES = re.compile(
    rf"[(\[【〔<](?:(?:{_ASKED})项?|文本(?:格式|型)?|字符型?|日期型?|下拉(?:选择)?|\d+位[^)\]】〕>]*"
    r"|(?:格式|如|例|YYYY)[^)\]】〕>]*)[)\]】〕>]"
)
_TRAILING = re.compile(rf"(?:[:：。,，;；]|(?:{_ASKED})项?)+$")


@cache
def normalise_header(text: str) -> str:
    """NFKC, upper case, without blanks, marks (`★ *`), and notes such as （必填）, 【必填】, (18位)."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return _TRAILING.sub("", _NOTES.sub("", plain))
