"""What is written in a format reads back the same, down to the last fact; the synthetic city too."""

from pathlib import Path
from typing import Final

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.files.tables import FILED, write
from tests.files.words import VOCABULARY
from zhunsheng.book import load_calendar, load_vocabulary
from zhunsheng.city.make import generate
from zhunsheng.core.schemas import EVENTS
from zhunsheng.files.load import load_file
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.read import read_events
from zhunsheng.files.write import CannotWrite, write_events

RULEBOOK: Final = Path(__file__).parents[2] / "rulebook"
FORMATS: Final = ("csv", "gb18030.csv", "parquet", "xlsx", "jsonl", "xes", "xes.gz")
EVERYTHING: Final = {
    **FILED,
    "source": "city",
    "version": "2",
    "void": "true",
    "at": "2026-03-01",
    "recorded_at": "2026-03-01T14:35:00.123456+08:00",
    **{name: f"{name}-1" for name in ("incident", "person", "item", "visit", "order", "dossier", "document", "place")},
    "unit": "320102000000",
    "officers": "320100001;320100002",
    "until": "2026-04-01",
    "document_no": '宁公(刑)立字〔2026〕1号 <a href="x">&amp;',
    "facts": '{"kind":"criminal","minor":true,"title":"徐某某“盗窃”, 案\\n𠀀"}',
}


def again(events: pl.DataFrame, form: str, folder: Path, name: str = "again") -> pl.DataFrame:
    path = folder / f"{name}.{form}"
    encoding = "gb18030" if form.startswith("gb18030") else "utf-8"
    write_events(events, path, encoding=encoding)
    return load_file(path, vocabulary=VOCABULARY, mapping=Mapping(encoding=encoding)).events.select(EVENTS.names())


@pytest.mark.parametrize("form", FORMATS)
def test_every_column_survives(tmp_path: Path, form: str) -> None:
    events = read_events([write([EVERYTHING], "csv", tmp_path)], vocabulary=VOCABULARY).frame
    assert all(events[name].null_count() == 0 for name in EVENTS)
    assert_frame_equal(again(events, form, tmp_path), events)


@pytest.mark.parametrize("form", FORMATS)
def test_the_city_survives(tmp_path: Path, form: str) -> None:
    vocabulary = load_vocabulary(RULEBOOK)
    events = generate(120, 7, vocabulary, load_calendar(RULEBOOK)).events
    encoding = "gb18030" if form.startswith("gb18030") else "utf-8"
    path = tmp_path / f"city.{form}"
    write_events(events, path, encoding=encoding)
    back = read_events([path], vocabulary=vocabulary, mapping=Mapping(encoding=encoding)).frame
    order = ["source", "id", "version"]
    assert_frame_equal(back.sort(order), events.sort(order))


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffd"), min_size=1, max_size=20
).map(str.strip)


@settings(max_examples=20)
@given(st.lists(TEXT.filter(lambda text: text != "" and text[0] not in "=+-@"), min_size=1, max_size=5, unique=True))
def test_any_text_survives_any_format(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("text")
    rows = [{**FILED, "id": str(n), "document_no": text} for n, text in enumerate(texts)]
    events = load_file(write(rows, "csv", folder), vocabulary=VOCABULARY).events.select(EVENTS.names())
    assert events["document_no"].to_list() == texts
    for form in FORMATS:
        assert_frame_equal(again(events, form, folder, f"{form[0]}1"), events)


def test_a_cell_that_a_spreadsheet_would_run_is_not_written_as_csv(tmp_path: Path) -> None:
    events = load_file(write([{**FILED, "document_no": "=1+1"}], "csv", tmp_path), vocabulary=VOCABULARY).events
    with pytest.raises(CannotWrite, match="formula"):
        write_events(events.select(EVENTS.names()), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_in_a_workbook_it_stays_text(tmp_path: Path) -> None:
    events = load_file(write([{**FILED, "document_no": "=1+1"}], "csv", tmp_path), vocabulary=VOCABULARY).events
    assert again(events.select(EVENTS.names()), "xlsx", tmp_path)["document_no"].to_list() == ["=1+1"]


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="no kind"):
        write_events(pl.DataFrame(schema=EVENTS), tmp_path / "out.docx")
