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
from tests.tools.form_cases import AS_OF, CASES, Case
from zhunsheng.commands.bench import forms_python
from zhunsheng.core.clocks import Rulebook, fold_events
from zhunsheng.core.fold.state import OUTCOMES
from zhunsheng.core.story import events_of

RANDOM_CASES: Final = 40  # of each of the fifteen rules


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


def test_polars_says_the_same_of_cases_in_parts(wild: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.forms.polars_form.PART_EVENTS", 500)
    by_polars(wild.folder)
    assert differences(wild.folder, "polars").is_empty()
