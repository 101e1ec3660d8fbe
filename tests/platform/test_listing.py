"""Lists: what an address asks for, and that turning pages meets every row once, whatever the order."""

import io
import zipfile

import pytest
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.test.html import parse_html
from python_calamine import CalamineWorkbook

from tests.platform.people import city, noon
from zhunsheng.apps.display.listing import Choice, Column, Filter, Listing, Page
from zhunsheng.apps.display.options import ManyOptions
from zhunsheng.apps.display.sheets import Mark, TooManyRows, workbook
from zhunsheng.apps.org.models import Unit

MARK = Mark("chen", noon("2026-03-02"), "0123456789ab")
UNITS = Listing(
    columns=(
        Column("name", "名称", sort=("short_name", "code")),
        Column("code", "代码", sort=("code",)),
        Column("kind", "类别"),
    ),
    filters=(
        Filter("kind", "类别", lambda value: Q(kind=value), (Choice("station", "派出所"), Choice("city", "市局"))),
        Filter("text", "名称", lambda value: Q(name__contains=value)),
    ),
    default_sort="name",
    rows=2,
)


def pages(query: str) -> list[Page[Unit]]:
    """Every page from an address on, by the way onward."""
    found = []
    while True:
        page = UNITS.asked(QueryDict(query.removeprefix("?"))).page(Unit.objects.all())
        found.append(page)
        if not page.following:
            return found
        query = page.following


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("sort", ["name", "-name", "code", "-code"])
def test_turning_pages_on_and_back_meets_every_row_once_in_order(sort: str) -> None:
    city()  # six units, two of them with the same kind of name
    onward = pages(f"sort={sort}")
    met = [unit.code for page in onward for unit in page.rows]
    column = "short_name" if "name" in sort else "code"
    order = sorted(Unit.objects.all(), key=lambda unit: (getattr(unit, column), unit.code), reverse=sort[0] == "-")
    assert met == [unit.code for unit in order]
    assert [bool(page.preceding) for page in onward] == [False, True, True]
    back = onward[-1]
    while back.preceding:
        back = UNITS.asked(QueryDict(back.preceding[1:])).page(Unit.objects.all())
    assert [unit.code for unit in back.rows] == met[:2]
    assert back.preceding == ""


@pytest.mark.usefixtures("db")
def test_filters_narrow_and_stay_in_the_address_of_the_next_page() -> None:
    city()
    page = UNITS.asked(QueryDict("text=局&sort=code")).page(Unit.objects.all())
    assert [unit.short_name for unit in page.rows] == ["甲市局", "东区分局"]
    assert "text=" in page.following
    assert "sort=code" in page.following
    assert {unit.kind for unit in UNITS.asked(QueryDict("kind=station")).page(Unit.objects.all()).rows} == {"station"}


def test_a_value_that_a_filter_does_not_take_is_said_and_not_obeyed() -> None:
    asked = UNITS.asked(QueryDict("kind=palace&text=%00"))
    assert asked.values == {}
    assert asked.refused == ("类别", "名称")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("place", ["after=nonsense", "after=W10", "after=eyJhIjoxfQ", "after=W1tdXQ", "before=%00"])
def test_a_place_that_is_none_begins_at_the_first_page(place: str) -> None:
    city()
    assert len(UNITS.asked(QueryDict(place)).page(Unit.objects.all()).rows) == 2


def test_a_press_on_the_head_of_the_sorted_column_turns_it_round() -> None:
    heads = UNITS.asked(QueryDict("sort=code")).heads()
    assert [(head.title, head.direction, head.address) for head in heads] == [
        ("名称", "", "?sort=name"),
        ("代码", "ascending", "?sort=-code"),
        ("类别", "", ""),
    ]


def test_rows_in_memory_are_cut_in_the_same_way() -> None:
    first = UNITS.asked(QueryDict("")).part(list(range(5)))
    second = UNITS.asked(QueryDict(first.following[1:])).part(list(range(5)))
    third = UNITS.asked(QueryDict(second.following[1:])).part(list(range(5)))
    assert [list(part.rows) for part in (first, second, third)] == [[0, 1], [2, 3], [4]]
    assert (first.preceding, third.following) == ("", "")


def test_nothing_in_a_workbook_is_calculated_or_followed() -> None:
    told = '=HYPERLINK("http://example.invalid","x")'
    content = workbook("案件", ["一", "二"], [[told, 5], ["http://example.invalid", None], ["+1", 1.5]], MARK)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [["一", "二"], [told, 5.0], ["http://example.invalid", ""], ["+1", 1.5]]
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_more_rows_than_anybody_reads_are_refused() -> None:
    with pytest.raises(TooManyRows, match="超过 10000 行"):
        workbook("案件", ["一"], ([n] for n in range(10_001)), MARK)


def test_a_field_with_many_options_is_drawn_as_django_draws_it() -> None:
    pairs = [("", "全市"), ("350203000000", "东区 <分局>"), ("350205000000", "西区分局")]
    given = {"id": "id_unit", "required": True, "aria-describedby": "hint"}
    for value in (None, "", "350203000000", "350299000000"):
        ours = ManyOptions({"class": "wide"}, pairs).render("unit", value, given)
        django = forms.Select({"class": "wide"}, pairs).render("unit", value, given)
        assert parse_html(ours) == parse_html(django)
