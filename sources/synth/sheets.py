"""The files of the ten departments: headings, encodings and habits of their exports.

What stands in the cells is in `sheets_police`, `sheets_family` and `sheets_property`.
"""

from functools import partial

from sources.synth.resources import read_yaml
from sources.synth.writing import Sheet

HEADERS = {extract: tuple(tuple(line.split()) for line in lines) for extract, lines in read_yaml("headers.yml").items()}


def _sheet(extract: str, department: str, file: str, name: str, number: str) -> partial[Sheet]:
    """A sheet by name; `name` and `number` are the columns by which a row is known."""
    headers = HEADERS[extract]
    places = headers[0].index(name), headers[0].index(number)
    return partial(Sheet, department, file, headers, name_column=places[0], number_column=places[1])


_HUKOU = _sheet("hukou", "public_security", "户籍人口", "姓名", "公民身份号码")
_FLOATING = _sheet("floating", "public_security", "流动人口居住登记", "姓名", "身份证号码")
_WOMEN = _sheet("women", "family_planning", "育龄妇女及子女", "妇女姓名", "身份证号")
_INSURANCE = _sheet("insurance", "hrss", "社会保险参保", "姓名", "证件号码")
_MARRIAGE = _sheet("marriage", "civil_affairs", "婚姻登记", "男方姓名", "男方身份证件号")
_ALLOWANCE = _sheet("allowance", "civil_affairs", "低保对象", "户主姓名", "公民身份证号")
_CREMATION = _sheet("cremation", "civil_affairs", "殡葬火化", "逝者姓名", "身份证号码")
_PROPERTY = _sheet("property", "housing", "房屋权属", "权利人", "权利人证件号")
_LEASE = _sheet("lease", "housing", "租赁备案", "出租人", "出租人证件号码")
_COMPANY = _sheet("company", "business_registration", "市场主体", "法定代表人", "法定代表人证件号码")
_SHARE = _sheet("share", "business_registration", "股东出资", "股东名称", "证照号码")
_PUPIL = _sheet("pupil", "education", "学籍", "学生姓名", "身份证件号")
_WITHHOLDING = _sheet("withholding", "tax", "个税扣缴", "纳税人姓名", "证件号码")
_ACCOUNT = _sheet("account", "finance", "实名账户核验", "客户姓名", "证件号码")
_VISIT = _sheet("visit", "grid", "网格采集", "姓名", "身份证号")

SHEETS: dict[str, Sheet] = {
    "hukou": _HUKOU(encoding="gb18030"),
    "floating": _FLOATING(encoding="gb18030", title="济南市章丘区流动人口居住登记信息表"),
    "women": _WOMEN(encoding="gbk", broken_bytes=True),
    "insurance": _INSURANCE(bom=True),
    "marriage": _MARRIAGE(encoding="gb18030", title="婚姻登记信息导出"),
    "allowance": _ALLOWANCE(newline="\n", has_total=True, stray_lines=True),
    "cremation": _CREMATION(newline="\n"),
    "property": _PROPERTY(delimiter="\t"),
    "lease": _LEASE(encoding="gb18030", delimiter="；", has_total=True),
    "company": _COMPANY(encoding="gb18030", is_cut_off=True),
    "share": _SHARE(encoding="gb18030"),
    "pupil": _PUPIL(bom=True, quote_all=True),
    "withholding": _WITHHOLDING(bom=True, title="个人所得税扣缴明细", has_total=True),
    "account": _ACCOUNT(newline="\n"),
    "visit": _VISIT(bom=True, stray_lines=True),
}
