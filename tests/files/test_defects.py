"""Every defect of a table, in every format, is refused with file, row, column and remedy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.files.defects import DEFECTS, Defect
from tests.files.tables import DETAINED, FILED, WRITERS, columns_of, write
from tests.files.words import VOCABULARY
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.read import read_events
from zhunsheng.files.refusal import InputRefused, Issue

FIRST_ROW: Final = {"csv": 2, "gb18030.csv": 2, "xlsx": 2, "parquet": 1, "jsonl": 1, "xes": 1, "xes.gz": 1}
"""Format → the number that its first row of data has for whoever opens the file."""
GB18030: Final = Mapping(encoding="gb18030")


def mapping_of(form: str) -> Mapping | None:
    return GB18030 if form == "gb18030.csv" else None


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[str, FileReader]]:
    with FileReader(VOCABULARY) as plain, FileReader(VOCABULARY, GB18030) as gb18030:
        yield {form: gb18030 if form == "gb18030.csv" else plain for form in WRITERS}


def refusals(reader: FileReader, path: Path) -> list[Issue]:
    with pytest.raises(InputRefused) as refused:
        reader.read(path)
    return refused.value.issues


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", [name for name in DEFECTS if name != "one-id-two-contents"])
def test_a_defect_is_refused_and_told(readers: dict[str, FileReader], tmp_path: Path, form: str, name: str) -> None:
    defect = DEFECTS[name]
    issues = refusals(readers[form], write(defect.rows, form, tmp_path, name))
    told = [issue for issue in issues if defect.says in issue.text and issue.column == defect.column]
    assert told, issues
    assert told[0].file == f"{name}.{form}"
    assert told[0].remedy
    assert told[0].row == expected_row(defect, form)
    if defect.value is not None:
        assert told[0].value == defect.value


def expected_row(defect: Defect, form: str) -> int | None:
    return None if defect.row is None else FIRST_ROW[form] + defect.row - 1


@pytest.mark.parametrize("form", WRITERS)
def test_one_id_with_two_contents_names_both_rows(tmp_path: Path, form: str) -> None:
    path = write(DEFECTS["one-id-two-contents"].rows, form, tmp_path)
    with pytest.raises(InputRefused) as refused:
        read_events([path], vocabulary=VOCABULARY, mapping=mapping_of(form))
    (issue,) = refused.value.issues
    assert (issue.row, issue.column) == (FIRST_ROW[form], "id")
    assert f"another content in row {FIRST_ROW[form] + 1}" in issue.text


@pytest.mark.parametrize("form", WRITERS)
def test_the_sound_table_is_read(tmp_path: Path, form: str) -> None:
    read = read_events([write([FILED, DETAINED], form, tmp_path)], vocabulary=VOCABULARY, mapping=mapping_of(form))
    assert read.frame["id"].to_list() == ["1", "2"]
    assert read.rows_in == 2
    assert columns_of([FILED]) == ["id", "type", "at", "case"]
