"""The drop folder and the poller: killed at any point they go on, and say nothing twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.platform.databases import OwnDatabase
from tests.platform.people import noon
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.drop import take_in
from zhunsheng.apps.cases.eventlog import Receipt
from zhunsheng.apps.cases.models import Source, SourceProgress
from zhunsheng.apps.cases.poller import PollerRefused, load_view, poll
from zhunsheng.apps.cases.services import register_source
from zhunsheng.core.vocabulary import Vocabulary, parse_vocabulary

WORDS = """
zone = "Asia/Shanghai"
[events."person.detained"]
title = "刑事拘留"
[events."person.released"]
title = "释放"
"""
MAPPING = """
zone = "Asia/Shanghai"
[[event]]
type_from = { column = "sjlx", values = { "01" = "person.detained", "02" = "person.released" } }
id = "id"
version = "bb"
at = "sj"
case = "ajbh"
unit = "gajgjgdm"
"""
VIEW = """
view = "v_events"
watermark = "gxsj"
overlap_seconds = 60
mapping = "mapping.toml"
"""
CASE = "A3502030100002026030001"
HEADER = "id,bb,sjlx,sj,ajbh,gajgjgdm\n"


def line(n: int, kind: str = "01", at: str = "2026-03-01 14:35", version: int = 1) -> str:
    return f"E{n},{version},{kind},{at},{CASE},350203010000\n"


@pytest.fixture
def vocabulary() -> Vocabulary:
    return parse_vocabulary(WORDS)


@pytest.fixture
def source(own: OwnDatabase) -> Source:
    del own
    clock.set_city_clock(noon("2026-03-10"), seconds_per_second=0)
    with as_process("test"):
        return register_source(source="jz", title="警综平台", key="key")


@pytest.fixture
def incoming(tmp_path: Path, source: Source) -> Path:
    folder = tmp_path / source.id
    (folder / "incoming").mkdir(parents=True)
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return folder / "incoming"


def logged(own: OwnDatabase) -> list[tuple[str, int, str]]:
    with own.connect("postgres") as connection:
        return [
            (row[0], row[1], row[2])
            for row in connection.execute("SELECT id, version, type FROM cases_event ORDER BY id, version")
        ]


def test_a_file_becomes_events_through_its_source_s_mapping(
    own: OwnDatabase, incoming: Path, vocabulary: Vocabulary
) -> None:
    (incoming / "a.csv").write_text(HEADER + line(1) + line(2, "02"), encoding="utf-8")
    (taken,) = take_in(incoming.parents[1], vocabulary=vocabulary)
    assert (taken.file, taken.receipt) == ("a.csv", Receipt(added=2))
    assert logged(own) == [("E1", 1, "person.detained"), ("E2", 1, "person.released")]
    assert [path.name for path in (incoming.parent / "done").iterdir()] == ["a.csv"]


def test_a_file_put_down_again_is_known(incoming: Path, vocabulary: Vocabulary) -> None:
    for name in ("a.csv", "b.csv"):
        (incoming / name).write_text(HEADER + line(1), encoding="utf-8")
    receipts = [taken.receipt for taken in take_in(incoming.parents[1], vocabulary=vocabulary)]
    assert receipts == [Receipt(added=1), Receipt(known=1)]


def test_a_run_killed_after_the_commit_and_before_the_move_takes_the_file_up_again(
    own: OwnDatabase, incoming: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    (incoming / "a.csv").write_text(HEADER + line(1), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            take_in(incoming.parents[1], vocabulary=vocabulary)
    (again,) = take_in(incoming.parents[1], vocabulary=vocabulary)
    assert again.receipt == Receipt(known=1)
    assert len(logged(own)) == 1


def killed(*_: object) -> Path:
    raise KeyboardInterrupt


def test_a_faulty_file_is_refused_whole_with_its_reasons_beside_it(
    own: OwnDatabase, incoming: Path, vocabulary: Vocabulary
) -> None:
    (incoming / "bad.csv").write_text(HEADER + line(1) + line(2, "99"), encoding="utf-8")
    (incoming / "good.csv").write_text(HEADER + line(3), encoding="utf-8")
    bad, good = take_in(incoming.parents[1], vocabulary=vocabulary)
    assert "row 3" in bad.refusal
    assert good.receipt == Receipt(added=1)
    assert logged(own) == [("E3", 1, "person.detained")]
    assert "row 3" in (incoming.parent / "refused" / "bad.csv.txt").read_text(encoding="utf-8")


def test_a_file_that_is_still_being_written_is_left_alone(incoming: Path, vocabulary: Vocabulary) -> None:
    for name in (".a.csv", "b.csv.part"):
        (incoming / name).write_text(HEADER, encoding="utf-8")
    assert take_in(incoming.parents[1], vocabulary=vocabulary) == []


def test_a_file_cannot_speak_in_another_source_s_name(own: OwnDatabase, incoming: Path, vocabulary: Vocabulary) -> None:
    (incoming.parent / "mapping.toml").write_text(f'source = "other"\n{MAPPING}', encoding="utf-8")
    (incoming / "a.csv").write_text(HEADER + line(1), encoding="utf-8")
    take_in(incoming.parents[1], vocabulary=vocabulary)
    with own.connect("postgres") as connection:
        assert connection.execute("SELECT source, recorded_by FROM cases_event").fetchall() == [("jz", "source:jz")]


def test_a_contradiction_inside_a_file_is_set_aside_and_counted(incoming: Path, vocabulary: Vocabulary) -> None:
    (incoming / "a.csv").write_text(HEADER + line(1), encoding="utf-8")
    (incoming / "b.csv").write_text(HEADER + line(1, at="2026-03-02 08:00") + line(2), encoding="utf-8")
    receipts = [taken.receipt for taken in take_in(incoming.parents[1], vocabulary=vocabulary)]
    assert receipts == [Receipt(added=1), Receipt(added=1, quarantined={"conflict": 1})]


@pytest.fixture
def other_system(own: OwnDatabase) -> Iterator[sa.Engine]:
    """The database of another system, with a view that grows."""
    with own.connect("postgres") as connection:
        connection.execute(
            "CREATE SCHEMA theirs; CREATE TABLE theirs.events (id text, bb int, sjlx text, sj timestamp, ajbh text,"
            " gajgjgdm text, gxsj timestamptz); CREATE VIEW theirs.v_events AS SELECT * FROM theirs.events"
        )
    address = f"postgresql+psycopg://postgres@/{own.name}?host={own.server.socket_dir}"
    engine = sa.create_engine(address, connect_args={"options": "-c search_path=theirs -c timezone=UTC"})
    yield engine
    engine.dispose()


def theirs(engine: sa.Engine, n: int, changed: str, kind: str = "01", version: int = 1) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO events VALUES (:id, :bb, :kind, '2026-03-01 14:35', :ajbh, '350203010000', :gxsj)"),
            {"id": f"E{n}", "bb": version, "kind": kind, "ajbh": CASE, "gxsj": changed},
        )


@pytest.fixture
def described(tmp_path: Path) -> Path:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "view.toml").write_text(VIEW, encoding="utf-8")
    return tmp_path / "view.toml"


def test_the_poller_takes_what_is_new_and_what_was_committed_late(
    own: OwnDatabase, source: Source, other_system: sa.Engine, described: Path, vocabulary: Vocabulary
) -> None:
    view = load_view(described, vocabulary)

    def polled() -> list[Receipt]:
        return poll(source=source, engine=other_system, view=view, vocabulary=vocabulary)

    theirs(other_system, 1, "2026-03-05T10:00:00Z")
    theirs(other_system, 2, "2026-03-05T10:00:30Z")
    assert polled() == [Receipt(added=2)]
    assert polled() == [Receipt(known=2)]  # the overlap of a minute
    theirs(other_system, 3, "2026-03-05T10:00:10Z")  # committed late, with an earlier watermark
    theirs(other_system, 1, "2026-03-05T10:05:00Z", kind="02", version=2)
    assert polled() == [Receipt(added=2, known=2)]
    assert [row[0] for row in logged(own)] == ["E1", "E1", "E2", "E3"]
    assert f"{SourceProgress.objects.get(source=source).watermark:%H:%M}" == "10:05"


def test_a_row_that_cannot_be_read_stops_the_watermark_before_it(
    source: Source, other_system: sa.Engine, described: Path, vocabulary: Vocabulary
) -> None:
    theirs(other_system, 1, "2026-03-05T10:00:00Z", kind="99")
    view = load_view(described, vocabulary)
    with pytest.raises(PollerRefused, match="水位停在这一批之前"):
        poll(source=source, engine=other_system, view=view, vocabulary=vocabulary)
    assert not SourceProgress.objects.exists()


def test_another_database_that_is_away_is_an_error_and_not_an_end(
    source: Source, described: Path, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"postgresql+psycopg://postgres@/x?host={tmp_path}")
    with pytest.raises(sa.exc.OperationalError):
        poll(source=source, engine=engine, view=load_view(described, vocabulary), vocabulary=vocabulary)
    assert not SourceProgress.objects.exists()
