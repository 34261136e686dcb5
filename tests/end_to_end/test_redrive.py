"""A delivery that the contract did not understand is read again, once it does."""

import shutil

import pytest

from pipelines import build
from pipelines.home import Home
from pipelines.terminal import Exit
from sources.contract import load_contracts

TAX = "扣缴义务人名称,扣缴义务人识别号,纳税人姓名,证件类型,证件号码,所得项目,税款所属期,收入额,扣缴税额,手机号码"
ROWS = ["某厂,91370181MA3C0X7K2U,王小明,居民身份证,370114199001010014,工资薪金,202610,,,", "某厂,,,,,,,,,"]


def misread(contracts):
    """The contracts as they were before somebody told that the column of names is headed so."""
    for contract in contracts:
        body = contract.model_dump(mode="json")
        for extract in body["extracts"] if contract.department == "tax" else []:
            for column in extract["columns"]:
                column["headers"] = [h for h in column["headers"] if h != "纳税人姓名"] or ["x"]
        yield type(contract).model_validate(body)


@pytest.fixture(scope="module")
def misread_once(city, tmp_path_factory, end_to_end):
    home = Home(tmp_path_factory.mktemp("misread") / "home").prepare()
    end_to_end.deliver(city, home, 0)
    for path in (home.intake / "tax").iterdir():
        path.unlink()
    (home.intake / "tax" / "个税扣缴_20261101.csv").write_text("\n".join([TAX, *ROWS, ""]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        before = tuple(misread(load_contracts()))
        patch.setattr(build, "load_contracts", lambda: before)
        assert end_to_end.run(home, end_to_end.NIGHTS[0]).exit_code in (Exit.OK, Exit.FILES_REFUSED)
    return home


@pytest.fixture
def home(misread_once, tmp_path):
    """A home of one night, in which the file of the tax office was read without the column of names."""
    return Home(shutil.copytree(misread_once.root, tmp_path / "home", symlinks=True))


def tax(home, end_to_end):
    return end_to_end.query(
        home, "SELECT status, mentions, rows_quarantined FROM delivery WHERE department = 'tax' ORDER BY delivery_id"
    )


def test_what_was_refused_is_read_under_the_mended_contract(home, end_to_end):
    [(status, mentions, _)] = tax(home, end_to_end)
    assert (status, mentions) == ("refused", 0)
    again = end_to_end.popbase("redrive", "--department", "tax", "--home", home.root)
    assert again.exit_code == Exit.OK, again.output
    assert end_to_end.run(home, end_to_end.NIGHTS[1]).exit_code in (Exit.OK, Exit.FILES_REFUSED)
    assert tax(home, end_to_end)[-1] == ("accepted", 1, 1)
    assert not [path for path in (home.intake / "tax").rglob("*") if path.is_file()]


def test_rows_that_could_not_be_used_are_tried_again_and_persons_keep_their_ids(home, end_to_end):
    end_to_end.popbase("redrive", "--department", "tax", "--home", home.root)
    end_to_end.run(home, end_to_end.NIGHTS[1])
    persons = end_to_end.query(home, "SELECT person_id FROM person ORDER BY 1")
    [(number,)] = end_to_end.query(home, "SELECT max(delivery_id) FROM delivery WHERE department = 'tax'")
    assert end_to_end.popbase("redrive", number, "--home", home.root).exit_code == Exit.OK
    done = end_to_end.run(home, end_to_end.NIGHTS[2])
    assert done.exit_code in (Exit.OK, Exit.FILES_REFUSED), done.output
    assert end_to_end.query(home, "SELECT person_id FROM person ORDER BY 1") == persons
    assert tax(home, end_to_end)[-2:] == [("withdrawn", 0, 1), ("accepted", 1, 1)]


def test_a_delivery_that_is_not_there_is_named(home, end_to_end):
    assert end_to_end.popbase("redrive", 999, "--home", home.root).exit_code == Exit.USAGE
    assert end_to_end.popbase("redrive", "--home", home.root).exit_code == Exit.USAGE
