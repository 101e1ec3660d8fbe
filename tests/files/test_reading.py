"""What a sound file says: defaults, times, bare dates, facts, officers, corrections, repetitions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files.tables import DETAINED, FILED, Row, csv_text, write
from tests.files.words import VOCABULARY
from zhunsheng.core.schemas import EVENTS
from zhunsheng.files.facts import facts_of_json, json_text
from zhunsheng.files.load import load_file
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.read import read_events
from zhunsheng.files.refusal import ROW, InputRefused, Issues, masked
from zhunsheng.files.times import Clockwork


def read(rows: list[Row], folder: Path) -> pl.DataFrame:
    return load_file(write(rows, "csv", folder), vocabulary=VOCABULARY).events


def one(folder: Path, **changes: str) -> dict[str, object]:
    return read([{**FILED, **changes}], folder).row(0, named=True)


def facts(folder: Path, **changes: str) -> object:
    text = one(folder, **changes)["facts"]
    return None if text is None else json.loads(str(text))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_what_is_not_stated_has_its_default(tmp_path: Path) -> None:
    event = one(tmp_path)
    assert event["source"] == "log"  # the file's own name
    assert (event["version"], event["void"], event["at_precision"]) == (1, False, "minute")
    assert event["recorded_at"] == event["at"] == utc(2026, 3, 1, 6, 35)
    assert event["person"] is event["until"] is event["until_precision"] is event["facts"] is event["officers"] is None


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T14:35:00+08:00",
        "2026-03-01 14:35+08:00",
        "2026-03-01T14:35:00+0800",
        "2026-03-01T14:35+08",
        "2026-03-01T06:35:00Z",
        "2026-03-01T06:35:00.000000Z",
        "2026-03-01T06:35:00,0Z",
        "2026-02-28T20:35:00-10:00",
    ],
)
def test_one_instant_in_many_spellings(tmp_path: Path, written: str) -> None:
    assert one(tmp_path, at=written)["at"] == utc(2026, 3, 1, 6, 35)


def test_a_bare_date_stands_at_local_midnight(tmp_path: Path) -> None:
    event = one(tmp_path, at="2026-03-01")
    assert (event["at"], event["at_precision"]) == (utc(2026, 2, 28, 16), "day")


def test_an_end_on_a_bare_date_is_the_end_of_that_day(tmp_path: Path) -> None:
    # 10 March 24:00 in Shanghai = 10 March 16:00 UTC.
    event = one(tmp_path, until="2026-03-10")
    assert (event["until"], event["until_precision"]) == (utc(2026, 3, 10, 16), "day")


def test_an_end_that_was_stored_as_the_next_midnight_stays(tmp_path: Path) -> None:
    event = one(tmp_path, until="2026-03-10T16:00:00Z", until_precision="day")
    assert (event["until"], event["until_precision"]) == (utc(2026, 3, 10, 16), "day")


def test_a_stated_day_at_its_local_midnight_is_a_day(tmp_path: Path) -> None:
    event = one(tmp_path, at="2026-02-28T16:00:00Z", at_precision="day")
    assert (event["at"], event["at_precision"]) == (utc(2026, 2, 28, 16), "day")


def test_facts_are_sorted_and_typed(tmp_path: Path) -> None:
    event = one(tmp_path, facts='{"minor": false, "kind": "criminal"}')
    assert event["facts"] == '{"kind":"criminal","minor":false}'


def test_facts_in_columns_say_the_same(tmp_path: Path) -> None:
    columns = {"fact.kind": "criminal", "fact.minor": "false", "fact.title": '徐某某"盗窃"案'}
    assert one(tmp_path, **columns)["facts"] == '{"kind":"criminal","minor":false,"title":"徐某某\\"盗窃\\"案"}'


def test_a_set_is_sorted_and_has_each_member_once(tmp_path: Path) -> None:
    assert facts(tmp_path, type="appraisal.told", **{"fact.recipients": "victim;suspect;victim"}) == {
        "recipients": ["suspect", "victim"]
    }


def test_a_set_may_be_stated_empty(tmp_path: Path) -> None:
    assert facts(tmp_path, type="appraisal.told", facts='{"recipients":[]}') == {"recipients": []}


def test_an_instant_fact_is_kept_in_utc(tmp_path: Path) -> None:
    told = facts(tmp_path, type="hearing.set", facts='{"hearing_at":"2026-03-05T09:00:00+08:00"}')
    assert told == {"hearing_at": "2026-03-05T01:00:00Z"}


def test_each_instant_is_looked_at_though_many_are_written_alike(tmp_path: Path) -> None:
    told = ["2026-03-05T01:00:00Z", "2026-03-06T01:00:00Z", "2026-02-30T01:00:00Z", "2026-03-05T01:00:60Z"]
    rows = [
        {**FILED, "id": str(n), "type": "hearing.set", "facts": json.dumps({"hearing_at": at})}
        for n, at in enumerate(told)
    ]
    assert read(rows[:2], tmp_path)["facts"].to_list() == [f'{{"hearing_at":"{at}"}}' for at in told[:2]]
    with pytest.raises(InputRefused) as refused:
        read(rows, tmp_path)
    # There is no 30 February and no 61st second: rows 4 and 5 of the file, below the heading.
    assert sorted(issue.row or 0 for issue in refused.value.issues) == [4, 5]


def test_what_is_as_it_should_be_stays_beside_what_is_not(tmp_path: Path) -> None:
    stated = ['{"days":30}', '{"days": 7}', '{"days":0}', "{}"]
    rows = [{**FILED, "id": str(n), "type": "detention.extended", "facts": text} for n, text in enumerate(stated)]
    assert read(rows, tmp_path)["facts"].to_list() == ['{"days":30}', '{"days":7}', '{"days":0}', None]


def test_what_is_null_or_empty_is_not_stated(tmp_path: Path) -> None:
    assert facts(tmp_path, facts='{"minor":null}') is None
    assert facts(tmp_path, facts="{}") is None


def test_officers_are_a_list(tmp_path: Path) -> None:
    assert one(tmp_path, officers="320100001; 320100002")["officers"] == ["320100001", "320100002"]


def test_blanks_around_a_cell_are_no_part_of_it(tmp_path: Path) -> None:
    assert one(tmp_path, case="  C1 ")["case"] == "C1"


def test_blanks_are_no_part_of_a_cell_in_a_typed_event_table_either(tmp_path: Path) -> None:
    """Such a file is read again by the parent, as it stands: that may only be when nothing of it was made tidy."""
    path = tmp_path / "typed.parquet"
    read([FILED], tmp_path).select(EVENTS.names()).with_columns(case=pl.lit(" C1 "), item=pl.lit("")).write_parquet(
        path
    )
    event = read_events([path], vocabulary=VOCABULARY).frame.row(0, named=True)
    assert (event["case"], event["item"]) == ("C1", None)


def test_a_cell_may_hold_a_line_end_and_rows_count_on(tmp_path: Path) -> None:
    path = write([{**FILED, "document_no": "a\nb"}, {**DETAINED, "at": "soon"}], "csv", tmp_path)
    with pytest.raises(InputRefused) as refused:
        load_file(path, vocabulary=VOCABULARY)
    assert refused.value.issues[0].row == 3  # the third record, on the fourth line


def test_a_byte_order_mark_at_the_beginning_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    path.write_bytes(b"\xef\xbb\xbf" + csv_text([FILED]).encode())
    assert load_file(path, vocabulary=VOCABULARY).events["id"].to_list() == ["1"]


def test_windows_line_ends_are_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "windows.csv"
    path.write_bytes(csv_text([FILED, DETAINED]).replace("\n", "\r\n").encode())
    assert load_file(path, vocabulary=VOCABULARY).events["case"].to_list() == ["C1", "C1"]


def test_a_header_alone_is_no_event(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("id,type,at,case\n", "utf-8")
    loaded = load_file(path, vocabulary=VOCABULARY)
    assert (loaded.events.height, loaded.rows_in) == (0, 0)


def test_the_same_row_twice_is_one_event_and_counted(tmp_path: Path) -> None:
    result = read_events([write([FILED, DETAINED, FILED, FILED], "csv", tmp_path)], vocabulary=VOCABULARY)
    assert result.frame["id"].to_list() == ["1", "2"]
    assert (result.rows_in, result.repeated) == (4, 2)


def test_a_correction_is_a_higher_version(tmp_path: Path) -> None:
    corrected = {**FILED, "version": "2", "at": "2026-03-01T14:53:00+08:00"}
    result = read_events([write([{**FILED, "version": "1"}, corrected], "csv", tmp_path)], vocabulary=VOCABULARY)
    assert result.frame["version"].to_list() == [1, 2]


def test_two_files_that_disagree_are_both_named(tmp_path: Path) -> None:
    paths = [
        write([{**FILED, "source": "city"}], "csv", tmp_path, "monday"),
        write([{**FILED, "source": "city", "case": "C2"}], "jsonl", tmp_path, "tuesday"),
    ]
    with pytest.raises(InputRefused) as refused:
        read_events(paths, vocabulary=VOCABULARY)
    (issue,) = refused.value.issues
    assert (issue.file, issue.row) == ("monday.csv", 2)
    assert "row 1 of tuesday.jsonl" in issue.text


def test_files_that_repeat_each_other_are_read_once(tmp_path: Path) -> None:
    rows = [{**FILED, "source": "city", "officers": "1;2"}]
    paths = [write(rows, form, tmp_path) for form in ("csv", "xlsx", "xes.gz")]
    result = read_events(paths, vocabulary=VOCABULARY)
    assert (result.frame.height, result.repeated) == (1, 2)
    assert [file.events for file in result.files] == [1, 1, 1]


def test_every_faulty_file_is_told_at_once(tmp_path: Path) -> None:
    paths = [write([{**FILED, "at": "soon"}], "csv", tmp_path, name) for name in ("a", "b")]
    with pytest.raises(InputRefused) as refused:
        read_events([*paths, tmp_path / "absent.csv", tmp_path / "letter.docx"], vocabulary=VOCABULARY)
    assert [issue.file for issue in refused.value.issues] == ["a.csv", "b.csv", "absent.csv", "letter.docx"]


def test_a_fault_of_many_rows_is_told_once_a_value(tmp_path: Path) -> None:
    rows = [{**FILED, "id": str(n), "type": f"t{n % 7}"} for n in range(700)]
    with pytest.raises(InputRefused) as refused:
        read(rows, tmp_path)
    assert [(issue.row, issue.rows) for issue in refused.value.issues] == [
        (2, 100),
        (3, 100),
        (4, 100),
        (5, 100),
        (6, 100),
        (7, 200),
    ]


def test_a_long_list_of_faults_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    paths = [write([{**FILED, "at": "soon"}], "csv", tmp_path, f"f{n}") for n in range(43)]
    with pytest.raises(InputRefused) as refused:
        read_events(paths, vocabulary=VOCABULARY)
    assert len(refused.value.issues) == 43
    assert str(refused.value).splitlines()[-1] == "… and 3 more."


@pytest.mark.parametrize(
    ("value", "column", "told"),
    [
        ("case.filled", "type", "'case.filled'"),
        ("2026-13-01", "at", "'2026-13-01'"),
        ("诸葛孔明", "at", "'诸**明'"),
        ("张三", "type", "'张*'"),
        ("110101199003074514", "at", "'1******4'"),
        ("C1", "case", "'C*'"),
        ("x", "person", "'x*'"),
    ],
)
def test_a_value_that_may_be_a_persons_is_masked(value: str, column: str, told: str) -> None:
    assert masked(value, column) == told


def test_a_mapping_without_events_states_only_how_to_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("导出\n\nid;type;at;case\n1;case.filed;2026-03-01 14:35;案1\n".encode("gb18030"))
    how = Mapping(encoding="gb18030", delimiter=";", header_row=3, zone="Asia/Shanghai", source="city")
    event = load_file(path, vocabulary=VOCABULARY, mapping=how).events.row(0, named=True)
    assert (event["at"], event["case"], event["source"]) == (utc(2026, 3, 1, 6, 35), "案1", "city")


def test_the_frame_is_the_event_table(tmp_path: Path) -> None:
    assert read_events([write([FILED], "csv", tmp_path)], vocabulary=VOCABULARY).frame.schema == EVENTS
    assert read_events([], vocabulary=VOCABULARY).frame.schema == EVENTS


# What a free text may hold that a reader in a hurry takes for something else: quotes, escapes, other facts, controls.
FREE = st.text(st.sampled_from('a案"\\,:{}\n\t\x7f 0Z') | st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(FREE, min_size=1, max_size=5), st.sampled_from([json_text, json.dumps]))
def test_a_free_text_is_kept_letter_by_letter_however_json_spells_it(
    texts: list[str], spelled: Callable[[object], str]
) -> None:
    """Texts of one shape are read together; each must come out as if it had been read alone."""
    stated = [spelled({"minor": True, "title": text}) for text in texts]
    about = pl.DataFrame({ROW: range(1, len(texts) + 1), "type": ["case.filed"] * len(texts)})
    issues = Issues("log.jsonl")
    found = facts_of_json(pl.Series(stated), about, VOCABULARY, Clockwork("Asia/Shanghai"), issues)
    assert not issues.found
    assert [json.loads(each)["title"] for each in found] == texts
    assert list(found) == [json_text(json.loads(each)) for each in stated]


def test_a_control_character_in_a_free_text_is_no_json_also_beside_sound_ones() -> None:
    stated = pl.Series(['{"title":"one"}', '{"title":"a\tb"}', '{"title":"two"}'])
    about = pl.DataFrame({ROW: [1, 2, 3], "type": ["case.filed"] * 3})
    issues = Issues("log.jsonl")
    facts_of_json(stated, about, VOCABULARY, Clockwork("Asia/Shanghai"), issues)
    assert [(issue.row, issue.text) for issue in issues.found] == [(2, "not a JSON object.")]
