"""The forms of the bench beside the fold: what each says of small cases, and of random ones.

The form in DuckDB runs in an environment that the bench makes; where that was never made only Polars is asked.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from bench.compare import differences
from bench.core_rules import core_rulebook
from bench.encoded import write_encoded
from bench.forms.polars_form import PolarsForm
from bench.process import ROOT
from tests.differential.histories import Histories
from tests.story import at, history
from zhunsheng.commands.bench import forms_python
from zhunsheng.core.clocks import Rulebook, fold_events
from zhunsheng.core.fold.state import OUTCOMES
from zhunsheng.core.story import events_of

AS_OF: Final = "2026-05-01 12:00"
RANDOM_CASES: Final = 40  # of each of the fifteen rules


@dataclass(frozen=True)
class Case:
    """A small case: the outcomes of one rule's clocks in the order of their starts, and how they come about."""

    name: str
    why: str
    rule: str
    outcomes: tuple[str, ...]
    text: str


CASES: Final = (
    Case(
        "bare_stop",
        "the approval names the day on which the request came in: it acts on what opened that day",
        "criminal.arrest.procuratorate-review",
        ("met",),
        """
        2026-03-02 10:00  P1  arrest.requested  in_custody=true
        2026-03-02        P1  arrest.approved
        """,
    ),
    Case(
        "bare_stop_on_the_due_day",
        "24 hours from 10:00, the starting hour not counted: 3 March 11:00; an interrogation on 3 March has no hour",
        "criminal.detention.first-interrogation",
        ("unknown",),
        """
        2026-03-02 10:00  P1  person.detained
        2026-03-03        P1  interrogation.started
        """,
    ),
    Case(
        "bare_start",
        "hours cannot be counted from a day",
        "criminal.detention.first-interrogation",
        ("unknown",),
        """
        2026-03-02        P1  person.detained
        2026-03-02 15:00  P1  interrogation.started
        """,
    ),
    Case(
        "bare_stop_heard_before",
        "the release of 5 March acted on the first detention, open as the day began; the second runs on",
        "criminal.detention.request-arrest",
        ("moot", "late"),
        """
        2026-03-03 10:00  P1  person.detained
        2026-03-05        P1  person.released
        2026-03-05 18:00  P1  person.detained
        2026-03-20 10:00  P1  arrest.requested
        """,
    ),
    Case(
        "restart",
        "mediation failed within the thirty days: they begin anew on 20 March",
        "admin.case.public-security",
        ("restarted", "met"),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 10:00  mediation.failed
        2026-04-10 10:00  decision.made
        """,
    ),
    Case(
        "restart_too_late",
        "thirty days from 2 March end on 1 April; mediation failed on 15 April",
        "admin.case.public-security",
        ("late", "running"),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-15 10:00  mediation.failed
        """,
    ),
    Case(
        "wait_by_fact",
        "taken in a remote place: the 24 hours run from the return on 9 March",
        "property.handover",
        ("restarted", "met"),
        """
        2026-03-02 09:00  I1  property.extracted  remote=true
        2026-03-09 09:00  I1  property.brought_back
        2026-03-10 08:00  I1  property.stored
        """,
    ),
    Case(
        "wait_that_lasts",
        "never brought back: nothing runs",
        "property.handover",
        ("waiting",),
        "2026-03-02 09:00  I1  property.extracted  remote=true",
    ),
    Case(
        "restart_not_waited_for",
        "not taken in a remote place: the return says nothing, and the 24 hours are over",
        "property.handover",
        ("late",),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-02 15:00  I1  property.brought_back
        2026-03-04 09:00  I1  property.stored
        """,
    ),
    Case(
        "wait_by_event",
        "an urgent examination approved in time: the 24 hours run from its end on 5 March",
        "property.handover",
        ("restarted", "met"),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-02 15:00  I1  property.urgent_exam_approved
        2026-03-05 09:00  I1  property.urgent_exam_finished
        2026-03-06 08:00  I1  property.stored
        """,
    ),
    Case(
        "wait_too_late",
        "approved after the 24 hours: nothing waits, and its end restarts nothing",
        "property.handover",
        ("late",),
        """
        2026-03-02 09:00  I1  property.extracted  remote=false
        2026-03-04 15:00  I1  property.urgent_exam_approved
        2026-03-05 09:00  I1  property.urgent_exam_finished
        2026-03-05 10:00  I1  property.stored
        """,
    ),
    Case(
        "excuse",
        "that the offender fled was recorded on 20 March; thirty days from 2 March ended on 1 April",
        "admin.case.public-security",
        ("excused",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 10:00  case.offender_absent_recorded
        """,
    ),
    Case(
        "excuse_too_late",
        "recorded on 15 April, after the thirty days",
        "admin.case.public-security",
        ("late",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-15 10:00  case.offender_absent_recorded
        2026-04-16 10:00  decision.made
        """,
    ),
    Case(
        "limit_after_a_pause",
        "nobody to be reached until 6 March 09:00, then at once: two hours later is in time, though not 24 hours",
        "criminal.detention.notify-family",
        ("met",),
        """
        2026-03-02 09:40  P1  person.detained
        2026-03-02 15:00  P1  family_notice.impossible  reason=unreachable
        2026-03-06 09:00  P1  family_notice.possible
        2026-03-06 11:00  P1  family.notified
        """,
    ),
    Case(
        "pause_without_its_reason",
        "the law knows two reasons; without one the 24 hours run on, and the notice of 6 March is late",
        "criminal.detention.notify-family",
        ("late",),
        """
        2026-03-02 09:40  P1  person.detained
        2026-03-02 15:00  P1  family_notice.impossible
        2026-03-06 09:00  P1  family_notice.possible
        2026-03-06 11:00  P1  family.notified
        """,
    ),
    Case(
        "pause_too_late",
        "an appraisal entrusted after the thirty days heals nothing",
        "admin.case.public-security",
        ("late",),
        """
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-04-10 09:00  O1  appraisal.entrusted
        2026-04-20 09:00  O1  appraisal.opinion_received
        2026-04-20 15:00  decision.made
        """,
    ),
    Case(
        "pause_before_the_start",
        "an appraisal lasts from before the filing to 20 March: of the thirty days none ran until then",
        "admin.case.public-security",
        ("met",),
        """
        2026-02-25 09:00  O1  appraisal.entrusted
        2026-03-02 09:00  case.filed  case_kind=administrative public_security=true
        2026-03-20 09:00  O1  appraisal.opinion_received
        2026-04-15 15:00  decision.made
        """,
    ),
    Case(
        "end_by_document",
        "the decision under article 157 states its end, 20 April, and no months are counted",
        "criminal.custody.investigation",
        ("late",),
        """
        2026-01-05 10:00  P1  arrest.executed  identity_unknown=false
        2026-03-02 10:00  P1  custody.extension_approved  tier=157 until=2026-04-20
        2026-04-25 10:00  P1  prosecution.transferred
        """,
    ),
    Case(
        "handover",
        "bail ends in the minute in which it is ordered anew: the old term is met, a new one begins",
        "criminal.bail.term",
        ("met", "running"),
        """
        2026-03-02 10:00  P1  measure.bail
        2026-04-02 10:00  P1  bail.ended
        2026-04-02 10:00  P1  measure.bail
        """,
    ),
    Case(
        "missing_fact",
        "the seven days are those of a person in custody; whether he is nobody says",
        "criminal.arrest.procuratorate-review",
        ("unknown",),
        "2026-03-02 10:00  P1  arrest.requested",
    ),
    Case(
        "repeated_start",
        "bail ordered twice, an hour apart and not ended between: a question",
        "criminal.bail.term",
        ("unknown",),
        """
        2026-03-02 10:00  P1  measure.bail
        2026-03-02 11:00  P1  measure.bail
        """,
    ),
    Case(
        "stop_before_start",
        "stored on 1 March, taken on 2 March: a contradiction",
        "property.handover",
        ("unknown",),
        """
        2026-03-01 09:00  I1  property.stored
        2026-03-02 09:00  I1  property.extracted  remote=false
        """,
    ),
    Case(
        "escorted_home_opens",
        "nobody was detained here: the escort opens the clock, and four hours are over at 14:00",
        "criminal.detention.transfer-to-detention-house",
        ("late",),
        """
        2026-03-02 10:00  P1  person.escorted_home
        2026-03-02 15:00  P1  detention_house.admitted
        """,
    ),
    Case(
        "escorted_home_is_heard",
        "the detention names nobody, so the escort of a person restarts its clock and opens none beside it",
        "criminal.detention.transfer-to-detention-house",
        ("restarted", "met"),
        """
        2026-03-02 10:00      person.detained
        2026-03-02 20:00  P1  person.escorted_home
        2026-03-02 21:00      detention_house.admitted
        """,
    ),
    Case(
        "of_another_person",
        "P2 is admitted; the 24 hours of P1 end without him",
        "criminal.detention.transfer-to-detention-house",
        ("late",),
        """
        2026-03-02 10:00  P1  person.detained
        2026-03-02 20:00  P2  detention_house.admitted
        2026-03-04 10:00  P1  detention_house.admitted
        """,
    ),
)


@dataclass(frozen=True)
class Log:
    """A folder with what the forms read and what the fold says; the cases by number, and the rule of each version."""

    folder: Path
    cases: tuple[str, ...]
    rules: tuple[str, ...]

    def outcomes(self, case: Case) -> tuple[str, ...]:
        """What the fold says of a case."""
        clocks = pl.read_parquet(self.folder / "expected.parquet")
        mine = clocks.filter(self.case_of(clocks) == case.name, pl.col("rv").is_in(self.versions(case.rule)))
        return tuple(OUTCOMES[code] for code in mine.sort("start_event")["outcome"])

    def case_of(self, clocks: pl.DataFrame) -> pl.Series:
        """The case of each clock."""
        events = pl.read_parquet(self.folder / "encoded.parquet", columns=["case"])["case"]
        return pl.Series(self.cases).gather(events.gather(clocks["start_event"]))

    def versions(self, rule: str) -> list[int]:
        """The versions of a rule."""
        return [rv for rv, name in enumerate(self.rules) if name == rule]


def log_of(folder: Path, events: pl.DataFrame, book: Rulebook, as_of: datetime) -> Log:
    """Write what the forms read."""
    write_encoded(folder, events, book, as_of)
    (part,) = fold_events(events, book, as_of=as_of).parts
    cases = part.encoded.column("case", part.encoded.cases[:-1])
    rules = [part.compiled.rules[row.rule].id for row in part.compiled.program.rvs]
    return Log(folder, tuple(cases), tuple(rules))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Every small case in one log."""
    book = core_rulebook()
    logs = [
        history(case.text, book).with_columns(pl.lit(case.name).alias("case"), id=pl.lit(case.name) + pl.col("id"))
        for case in CASES
    ]
    return log_of(tmp_path_factory.mktemp("small"), pl.concat(logs), book, at(AS_OF))


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Random histories of each rule: bare dates, missing facts, several subjects, instants shared."""
    book = core_rulebook()
    rows = [
        {**row, "id": f"{n}/{row['id']}", "case": f"{n}/{row['case']}"}
        for n, rule in enumerate(book.rules)
        for one in Histories(rule, [], book.vocabulary, seed=20261128).cases(RANDOM_CASES)
        for row in one
    ]
    events = events_of(rows, book.vocabulary)
    last = events["at"].max()
    assert isinstance(last, datetime)  # there are events
    return log_of(tmp_path_factory.mktemp("wild"), events, book, last - timedelta(days=90))


def by_polars(folder: Path) -> None:
    """Ask the form in Polars."""
    form = PolarsForm(folder)
    form.run()
    form.write(folder)


def by_duckdb(folder: Path) -> None:
    """Ask the form in DuckDB, where its environment was made."""
    python = forms_python()
    if python is None:
        pytest.skip("the environment of the forms was never made; ./zs bench clocks makes it")
    asked = '{"do": "run"}\n{"do": "write"}\n'
    command = [str(python), "-m", "bench.forms.duckdb_form", str(folder)]
    subprocess.run(command, cwd=ROOT, input=asked, text=True, check=True, capture_output=True)


FORMS: Final[dict[str, Callable[[Path], None]]] = {"polars": by_polars, "duckdb": by_duckdb}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fold_says_of_a_small_case_what_is_expected(case: Case, small: Log) -> None:
    assert small.outcomes(case) == case.outcomes, case.why


@pytest.mark.parametrize("form", FORMS)
def test_a_form_says_of_small_cases_what_the_fold_says(form: str, small: Log) -> None:
    FORMS[form](small.folder)
    differing = differences(small.folder, form)
    assert differing.is_empty(), (set(small.case_of(differing)), differing)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_says_of_random_cases_what_the_fold_says(form: str, wild: Log) -> None:
    FORMS[form](wild.folder)
    differing = differences(wild.folder, form)
    assert differing.is_empty(), (set(wild.case_of(differing)), differing)
