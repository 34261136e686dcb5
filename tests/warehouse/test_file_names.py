import pytest

from warehouse.file_names import shown_file


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("tax/个税扣缴_诸葛铁蛋_370181198402299177.csv", "tax/个税扣缴_***_***.csv"),
        ("tax/诸葛铁蛋/37018119840229917x_补报_20261101.csv", "tax/诸葛铁蛋/***_***_20261101.csv"),
        ("tax/个税 诸葛铁蛋（370181198402299177）.csv", "tax/个税 ***（***）.csv"),
        ("tax/诸葛铁蛋-370181840229917-13987650123.csv", "tax/***-***-***.csv"),
        ("tax/阿依古丽·买买提13987650123.csv", "tax/***.csv"),
        ("tax/甲_370181198402299177_乙_370181198402299185_丙.csv", "tax/***_***_***_***_***.csv"),
        ("370181198402299177/a.csv", "***/a.csv"),
        ("tax/20261101370181198402299177.csv", "tax/***.csv"),
        ("tax/37018119840229917X20261101.csv", "tax/***.csv"),
        ("tax/370181198413459177.csv", "tax/***.csv"),
        ("tax/110101199003070011.csv", "tax/***.csv"),
        ("tax/370181********9177.csv", "tax/***.csv"),
        ("tax/诸葛铁蛋_139****0123.csv", "tax/***_***.csv"),
        ("tax/**************917X.csv", "tax/***.csv"),
        ("tax/３７０１８１１９８４０２２９９１７Ｘ.csv", "tax/***.csv"),
        ("tax/8613987650123.csv", "tax/***.csv"),
    ],
)
def test_numbers_of_persons_and_what_stands_beside_them_are_hidden(file, shown):
    assert shown_file(file) == shown


@pytest.mark.parametrize(
    "file",
    [
        "tax/个税扣缴_补报_20261101.csv",
        "tax/个税扣缴_2026-11-01 12.34.56.csv",
        "tax/个税扣缴_20261101123456.csv",
        "tax/个税扣缴_20261101123456789.csv",
        "tax/1761955200000.csv",
        "tax/个税扣缴_1761955200.csv",
        "grid/网格采集_370114001001_20261101.csv",
        "grid/网格采集_370114001_202611.csv",
        "business_registration/章丘酒店_91370181MA3C0X7K2U.csv",
        "business_registration/章丘酒店_913701001630488858.csv",
        "business_registration/章丘酒店_91370100163048885X.csv",
        "tax/电话_053183212345.csv",
        "tax/12345678901.csv",
        "tax/113987650123.csv",
        "tax/3f2504e0-4f89-11d3-9a0c-0305e82c3301.csv",
        "public_security/户籍人口２０２６１１０１.csv",
    ],
)
def test_other_names_stay_as_they_are(file):
    assert shown_file(file) == file
