"""The mapping file: rows of another system become events; a mapping that cannot work is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.files.words import VOCABULARY
from zhunsheng.files.load import Loaded, load_file
from zhunsheng.files.mapping import MappingRefused, parse_mapping
from zhunsheng.files.refusal import InputRefused

MAPPING = """
source = "oldsystem"
zone   = "Asia/Shanghai"

[[event]]
type  = "case.filed"
id    = "{AJBH}/filed"
case  = "AJBH"
at    = "LASJ"
facts = { kind = { column = "LB", values = { "刑事" = "criminal", "行政" = "administrative" } }, title = "AJMC" }

[[event]]
type   = "detention.extended"
id     = "{AJBH}/{XH}"
case   = "AJBH"
person = "XYR"
at     = "YCSJ"
until  = "YCZ"
facts  = { days = "TS", minor = { value = false } }
when   = { ZT = ["有效", "已执行"] }
"""
HEADER = "AJBH,AJMC,LB,LASJ,XH,XYR,YCSJ,YCZ,TS,ZT\n"
CASE = "A1,徐某某盗窃案,刑事,2026-03-01 14:35,,,,,,\n"
EXTENSION = "A1,,,,7,P1,2026-03-03 10:00:00,2026-03-10,4,有效\n"


def load(text: str, folder: Path, mapping: str = MAPPING) -> Loaded:
    path = folder / "log.csv"
    path.write_text(text, "utf-8")
    return load_file(path, vocabulary=VOCABULARY, mapping=parse_mapping(mapping, VOCABULARY))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_a_row_becomes_the_events_that_it_states(tmp_path: Path) -> None:
    filed, extended = load(HEADER + CASE + EXTENSION, tmp_path).events.iter_rows(named=True)
    assert (filed["type"], filed["id"], filed["case"], filed["source"]) == ("case.filed", "A1/filed", "A1", "oldsystem")
    assert filed["at"] == utc(2026, 3, 1, 6, 35)
    assert json.loads(filed["facts"]) == {"kind": "criminal", "title": "徐某某盗窃案"}
    assert (extended["type"], extended["id"], extended["person"]) == ("detention.extended", "A1/7", "P1")
    assert (extended["until"], extended["until_precision"]) == (utc(2026, 3, 10, 16), "day")
    assert json.loads(extended["facts"]) == {"days": 4, "minor": False}


def test_rows_that_no_event_wants_are_counted(tmp_path: Path) -> None:
    loaded = load(HEADER + CASE + EXTENSION.replace("有效", "作废") + ",,,,,,,,,\n", tmp_path)
    assert (loaded.rows_in, loaded.events.height, loaded.rows_without_event) == (3, 1, 2)


def test_one_row_may_give_two_events(tmp_path: Path) -> None:
    loaded = load(HEADER + "A1,,刑事,2026-03-01 14:35,7,P1,2026-03-03 10:00,,4,有效\n", tmp_path)
    assert (loaded.rows_in, loaded.events.height, loaded.rows_without_event) == (1, 2, 0)


def test_a_word_that_the_mapping_does_not_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        load(HEADER + CASE + CASE.replace("A1", "A2").replace("刑事", "民事调解"), tmp_path)
    (issue,) = refused.value.issues
    assert (issue.row, issue.column, issue.value) == (3, "LB", "'民**解'")
    assert "does not list" in issue.text


def test_unless_it_says_what_all_others_are(tmp_path: Path) -> None:
    with_other = MAPPING.replace('"administrative" } }', '"administrative" }, other = "administrative" }')
    events = load(HEADER + CASE.replace("刑事", "民事"), tmp_path, with_other).events
    assert json.loads(events["facts"][0])["kind"] == "administrative"


def test_an_empty_cell_is_not_another_word(tmp_path: Path) -> None:
    with_other = MAPPING.replace('"administrative" } }', '"administrative" }, other = "administrative" }')
    assert json.loads(load(HEADER + CASE.replace("刑事", ""), tmp_path, with_other).events["facts"][0]) == {
        "title": "徐某某盗窃案"
    }


def test_a_column_of_the_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        load("AJBH,LASJ\nA1,2026-03-01 14:35\n", tmp_path)
    assert {issue.column for issue in refused.value.issues} == {"AJMC", "LB", "TS", "XH", "XYR", "YCSJ", "YCZ", "ZT"}


def test_other_columns_are_not_read(tmp_path: Path) -> None:
    events = load(HEADER.replace("ZT", "ZT,SFZH") + CASE.replace("\n", ",x\n"), tmp_path).events
    assert "x" not in str(events.row(0))


TYPED = """
zone = "America/New_York"
[[event]]
type_from = { column = "what", values = { F = "case.filed", D = "person.detained" } }
id   = "{no}"
case = "no"
at   = "at"
"""


def test_the_type_may_stand_in_a_column(tmp_path: Path) -> None:
    events = load("no,what,at\n1,F,2015-01-02 10:00\n2,D,2015-01-02 10:00\n", tmp_path, TYPED).events
    assert events["type"].to_list() == ["case.filed", "person.detained"]


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2015-03-08 01:59", utc(2015, 3, 8, 6, 59)),  # EST, five hours behind
        ("2015-03-08 02:30", utc(2015, 3, 8, 7, 30)),  # skipped: 03:30 EDT, four hours behind
        ("2015-03-08 03:00", utc(2015, 3, 8, 7, 0)),
        ("2015-11-01 01:30", utc(2015, 11, 1, 6, 30)),  # comes twice: the later, EST
        ("2015-11-01 00:59", utc(2015, 11, 1, 4, 59)),
        ("2015-07-04", utc(2015, 7, 4, 4, 0)),
    ],
)
def test_local_times_follow_summer_time(tmp_path: Path, local: str, instant: datetime) -> None:
    assert load(f"no,what,at\n1,F,{local}\n", tmp_path, TYPED).events["at"].to_list() == [instant]


def test_parquet_without_zones_is_read_where_the_mapping_states_one(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    naive = pl.Series([datetime(2015, 3, 8, 2, 30)]).cast(pl.Datetime("ns"))  # noqa: DTZ001 (that is what is tested)
    pl.DataFrame({"no": [101], "what": ["F"], "at": naive}).write_parquet(path)
    event = load_file(path, vocabulary=VOCABULARY, mapping=parse_mapping(TYPED, VOCABULARY)).events.row(0, named=True)
    assert (event["at"], event["id"]) == (utc(2015, 3, 8, 7, 30), "101")


def test_an_hour_is_dropped_where_only_the_day_counts(tmp_path: Path) -> None:
    by_day = TYPED.replace('at   = "at"', 'at = "at"\nat_precision = "day"\nuntil = "at"\nuntil_precision = "day"')
    event = load("no,what,at\n1,F,2015-07-04 15:30\n", tmp_path, by_day).events.row(0, named=True)
    assert (event["at"], event["at_precision"]) == (utc(2015, 7, 4, 4), "day")
    assert (event["until"], event["until_precision"]) == (utc(2015, 7, 5, 4), "day")


@pytest.mark.parametrize(
    ("form", "written", "instant"),
    [
        ("%d/%m/%Y %H:%M", "04/07/2015 15:30", utc(2015, 7, 4, 19, 30)),
        ("%Y%m%d%H%M%S", "20150704153000", utc(2015, 7, 4, 19, 30)),
        ("%Y年%m月%d日", "2015年07月04日", utc(2015, 7, 4, 4)),
        ("%m/%d/%Y %H:%M %z", "07/04/2015 15:30 +0800", utc(2015, 7, 4, 7, 30)),
    ],
)
def test_times_in_a_format_of_their_own(tmp_path: Path, form: str, written: str, instant: datetime) -> None:
    events = load(f"no,what,at\n1,F,{written}\n", tmp_path, f'time_format = "{form}"\n' + TYPED).events
    assert events["at"].to_list() == [instant]


def test_a_time_in_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="not a time"):
        load("no,what,at\n1,F,2015-07-04\n", tmp_path, 'time_format = "%d/%m/%Y %H:%M"\n' + TYPED)


def test_the_number_of_the_row_may_make_an_id(tmp_path: Path) -> None:
    events = load("no,what,at\n1,F,2015-01-02\n1,D,2015-01-03\n", tmp_path, TYPED.replace("{no}", "{no}-{row}")).events
    assert events["id"].to_list() == ["1-2", "1-3"]


def test_present_and_absent_decide(tmp_path: Path) -> None:
    only_open = TYPED + "when = { what = { present = true }, no = { present = true } }\n"
    loaded = load("no,what,at\n1,F,2015-01-02\n2,,2015-01-03\n", tmp_path, only_open)
    assert (loaded.events.height, loaded.rows_without_event) == (1, 1)


def test_officers_are_told_apart_by_the_sources_own_sign(tmp_path: Path) -> None:
    mapping = 'officers_separator = "、"\n' + TYPED + 'officers = "by"\n'
    events = load("no,what,at,by\n1,F,2015-01-02,甲、乙\n", tmp_path, mapping).events
    assert events["officers"].to_list() == [["甲", "乙"]]


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="a log of nobody"/>
  <trace>
    <string key="concept:name" value="C1"/>
    <!-- a comment -->
    <event>
      <string key="concept:name" value="register"/><string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2011-10-01T08:08:58.256+02:00"/>
      <int key="no" value="17"><string key="by" value="P9"/></int>
      <list key="org:group"><values><string key="a" value="甲"/><string key="b" value="乙"/></values></list>
    </event>
    <event>
      <string key="concept:name" value="register"/><string key="lifecycle:transition" value="start"/>
      <date key="time:timestamp" value="2011-10-01T08:00:00.000+02:00"/><int key="no" value="18"/>
    </event>
    <string key="AMOUNT" value="late but there"/>
  </trace>
  <event><string key="concept:name" value="register"/><date key="time:timestamp" value="2011-10-02T08:00:00Z"/></event>
</log>
"""
XES_MAPPING = """
[[event]]
type_from = { column = "concept:name", values = { register = "case.filed" } }
id        = "{case:concept:name}/{no}"
case      = "case:concept:name"
at        = "time:timestamp"
person    = "no/by"
officers  = "org:group"
facts     = { title = "case:AMOUNT" }
when      = { "lifecycle:transition" = "complete" }
"""


def test_a_log_of_process_mining_is_read_with_its_traces_and_nested_attributes(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(XES, "utf-8")
    loaded = load_file(path, vocabulary=VOCABULARY, mapping=parse_mapping(XES_MAPPING, VOCABULARY))
    (event,) = loaded.events.iter_rows(named=True)
    assert (loaded.rows_in, loaded.rows_without_event) == (3, 2)
    assert (event["id"], event["case"], event["person"]) == ("C1/17", "C1", "P9")
    assert event["at"] == utc(2011, 10, 1, 6, 8, 58, 256_000)
    assert event["officers"] == ["甲", "乙"]
    assert json.loads(event["facts"]) == {"title": "late but there"}


@pytest.mark.parametrize(
    ("before", "after", "key", "says"),
    [
        ('at    = "LASJ"\n', "", "event[0].at", "missing"),
        ('id    = "{AJBH}/filed"\n', "", "event[0].id", "missing"),
        ('case  = "AJBH"\n', "", "event[0].case", "and so is incident"),
        ('type  = "case.filed"', 'type  = "case.opened"', "event[0].type", "no event type"),
        ('zone   = "Asia/Shanghai"', 'zone = "Asia/Atlantis"', "zone", "no time zone"),
        ('source = "oldsystem"', 'source = "oldsystem"\nencoding = "big5"', "encoding", "not one of"),
        ('source = "oldsystem"', 'source = "oldsystem"\nskip = 3', "skip", "unknown key"),
        ('source = "oldsystem"', 'source = "oldsystem"\ntime_format = "%H:%M"', "time_format", "does not say"),
        ('"criminal"', '"civil"', "event[0].facts.kind", "cannot be stated"),
        ("days =", "weeks =", "event[1].facts.weeks", "no such fact"),
        ("{ value = false }", '{ value = "no" }', "event[1].facts.minor", "cannot be stated"),
        ('person = "XYR"', "person = 7", "event[1].person", "is no column"),
        ('person = "XYR"', 'person = "XYR"\nsuspect = "XYR"', "event[1].suspect", "unknown key"),
        ('["有效", "已执行"]', "[]", "event[1].when.ZT", "is no value"),
        ('["有效", "已执行"]', "{ here = true }", "event[1].when.ZT.here", "unknown key"),
        ('type  = "case.filed"', 'type_from = { column = "LB" }', "event[0].type_from", "values is missing"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_its_key(before: str, after: str, key: str, says: str) -> None:
    assert before in MAPPING
    with pytest.raises(MappingRefused) as refused:
        parse_mapping(MAPPING.replace(before, after, 1), VOCABULARY, path="old.toml")
    told = [issue for issue in refused.value.issues if issue.key == key]
    assert told, refused.value.issues
    assert says in told[0].text
    assert told[0].path == "old.toml"


def test_all_issues_of_a_mapping_are_told_at_once() -> None:
    broken = MAPPING.replace("AJBH", "").replace("days =", "weeks =").replace("Shanghai", "Atlantis")
    with pytest.raises(MappingRefused) as refused:
        parse_mapping(broken, VOCABULARY)
    assert len(refused.value.issues) >= 2


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(MappingRefused, match="is not TOML"):
        parse_mapping("zone = ", VOCABULARY)
