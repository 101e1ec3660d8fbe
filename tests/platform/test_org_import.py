"""The organisation from tables: all rows or none, each fault with its row."""

from pathlib import Path

import pytest
import xlsxwriter

from tests.platform.people import CLERK
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.org.importing import TableRefused, import_table
from zhunsheng.apps.org.models import Duty, Officer, Post, Unit
from zhunsheng.files import isolation
from zhunsheng.files.child import Limits
from zhunsheng.files.refusal import InputRefused

pytestmark = pytest.mark.usefixtures("db")
UNITS = """单位代码,名称,简称,类别,上级代码
350200000000,甲市公安局,甲市局,市局,
350203000000,东区分局,东区,分局,350200000000
350203010000,东一派出所,东一所,派出所,350203000000
"""
OFFICERS = """省份,警号,姓名,类别,启用日期,手机
35,035001,王小强,民警,2020-01-01,
35,FJ0001,李小梅,辅警,2021-07-01,
"""
POSTS = """省份,警号,单位代码,岗位,起,兼任
35,035001,350203010000,legal_officer,2026-01-01,是
35,FJ0001,350203010000,auxiliary,2026-01-01,
"""
DUTY = """单位代码,省份,警号,起,止
350203010000,35,035001,2026-03-01 08:00,2026-03-02 08:00
"""


def imported(folder: Path, kind: str, text: str) -> int:
    path = folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    with acting(CLERK):
        return import_table(path, kind=kind)


def test_an_organisation_comes_from_four_tables(tmp_path: Path) -> None:
    counts = [
        imported(tmp_path, kind, text)
        for kind, text in (("units", UNITS), ("officers", OFFICERS), ("posts", POSTS), ("duty", DUTY))
    ]
    assert counts == [3, 2, 2, 1]
    assert Unit.objects.get(pk="350203010000").path == "350200000000/350203000000/350203010000"
    assert Post.objects.get(role="legal_officer").part_time
    assert f"{Duty.objects.get().starts_at:%H:%M}" == "00:00"  # 08:00 in Shanghai


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(UNITS.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    with acting(CLERK):
        assert import_table(path, kind="units") == 3


def test_a_table_is_read_by_a_child_that_is_bound_by_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, UNITS.splitlines()[0].split(","))
    # Given a child that may write one byte, which a sound table needs more than
    monkeypatch.setattr(isolation, "limits_of", lambda _: Limits(memory_bytes=1 << 30, seconds=60.0, output_bytes=1))
    with acting(CLERK), pytest.raises(InputRefused, match="ends its reader"):
        import_table(path, kind="units")


def test_a_faulty_row_keeps_everything_out_and_every_fault_is_told(tmp_path: Path) -> None:
    imported(tmp_path, "units", UNITS)
    imported(tmp_path, "officers", OFFICERS)
    faulty = POSTS + "35,FJ0001,350203010000,legal_officer,2026-01-01,\n35,999999,350203010000,officer,gestern,\n"
    with pytest.raises(TableRefused) as caught:
        imported(tmp_path, "posts", faulty)
    assert str(caught.value).startswith("posts.csv 没有导入，2 处要改：")
    assert "第 4 行：李小梅（35FJ0001） 是辅警" in str(caught.value)
    assert "第 5 行：没有警号为 35999999 的在岗人员" in str(caught.value)
    assert Post.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("单位代码,名称\n350200000000,x\n", "缺少列“简称”"),
        (UNITS.replace("350203000000,东区分局", "3502,东区分局"), "第 3 行：单位代码是 12 位数字"),
        (UNITS.replace("东区分局,东区,分局", ",东区,分局"), "第 3 行：“名称”是空的"),
        (UNITS.replace(",350203000000\n", ",999999999999\n"), "第 4 行：没有代码为 999999999999 的单位"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(TableRefused, match=fault):
        imported(tmp_path, "units", text)
    assert Unit.objects.count() == 0
    assert Officer.objects.count() == 0
