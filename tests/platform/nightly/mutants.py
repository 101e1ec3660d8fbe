"""Mutated inputs by every way into the database: none may fail, and what is refused leaves nothing behind.

    python -m tests.platform.nightly.mutants [COUNT] [SEED] [--append]

batches      events of the interface: JSON whose bytes were changed, cut, doubled
tables       units, officers, posts and duty as CSV, imported
rules        limits of the rulebook as TOML, read and linted as a draft is

After each: the answer is no failure; where it is a refusal every table has the rows that it had; where it is none the
rows taken, known and set aside are as many as came. Files of events (CSV, XLSX, XES, Parquet, JSON lines) have a run of
their own, `tests.files.fuzz`. Exit code 1 if one does not hold.
"""

import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.test import Client

from tests.files.fuzz import mutant
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import EAST_STATION, city
from tests.platform.supervised import put_in_force
from tests.platform.test_org_import import DUTY, OFFICERS, POSTS, UNITS
from tests.story import RULEBOOK
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.org.importing import TableRefused, import_table
from zhunsheng.apps.rulemaking.drafts import looked
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.files.refusal import InputRefused

COUNT: Final = 20_000
SEED: Final = 20_261_128
SHARES: Final = {"batches": 0.96, "tables": 0.02, "rules": 0.02}  # the last two read a file and a rulebook each time
KEY: Final = "a-key-of-mutants"
PATHS: Final = (
    "src/zhunsheng/apps/cases",
    "src/zhunsheng/apps/org",
    "src/zhunsheng/apps/rulemaking",
    "src/zhunsheng/core",
)
TABLES: Final = {"units": UNITS, "officers": OFFICERS, "posts": POSTS, "duty": DUTY}
COUNTED: Final = (
    "cases_event", "cases_quarantine", "cases_heldevent", "cases_case", "cases_incident", "org_unit", "org_officer",
    "org_post", "org_duty",
)  # fmt: skip
MOST_SHOWN: Final = 20


@dataclass
class Tally:
    """What became of them."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)  # that there are now

    def add(self, what: str, outcome: str, fault: str = "") -> None:
        """One more."""
        self.outcomes[f"{what} {outcome}"] += 1
        if fault:
            self.faults.append(fault)


def main(count: int, seed: int) -> int:
    """The whole run."""
    tally, began = Tally(), time.perf_counter()
    makers: dict[str, Callable[[Tally, random.Random, int], None]] = {"batches": batch, "tables": table, "rules": rule}
    with embedded(HOME) as server, cloned(server):
        with transaction.atomic():
            city()
            put_in_force(rulebooks.files_of(RULEBOOK))
            with as_process("test"):
                register_source(source="jz", title="警综平台", key=KEY)
        for what, make in makers.items():
            for number in range(round(count * SHARES[what])):
                make(tally, random.Random(f"{seed}/{what}/{number}"), number)
            say(f"{what}: {dict(tally.outcomes)}, {time.perf_counter() - began:.0f} s")
    for fault in tally.faults[:MOST_SHOWN]:
        say(f"  {fault}")
    made = sum(tally.outcomes.values())
    figure = f"{made:,} mutated inputs, {len(tally.faults)} failures or half writes"
    append_figures({"mutants.faults": figure}, run="mutants", paths=PATHS)
    return 1 if tally.faults else 0


def counts() -> dict[str, int]:
    """How many rows there are."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in COUNTED))
        return dict(cursor.fetchall())


def batch(tally: Tally, draw: random.Random, number: int) -> None:
    """A batch of three events to the interface."""
    events = [
        {
            "id": f"M{number}-{n}", "type": draw.choice(("person.detained", "case.filed", "case.closed")),
            "at": "2026-03-01T14:35:00+08:00", "case": "A3502030100002026030001", "unit": EAST_STATION,
            "facts": {"case_kind": "criminal"},
        }
        for n in range(3)
    ]  # fmt: skip
    body = mutant(json.dumps({"events": events}, ensure_ascii=False).encode(), draw)
    before = tally.rows or counts()
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    answer = client.post(
        "/api/v1/events", body, content_type="application/json", headers={"authorization": f"Bearer {KEY}"}
    )
    name = f"batch {number}"
    if answer.status_code >= 500:
        tally.add("batch", "failed", f"{name}: {answer.status_code} {body[:200]!r}")
        return
    after = tally.rows = counts()
    if answer.status_code != 200:
        tally.add("batch", "refused", f"{name}: half written" if after != before else "")
        return
    said: dict[str, Any] = answer.json()
    taken = said["added"] + said["known"] + said["held"] + sum(said["quarantined"].values())
    wrong = taken != said["received"] or after["cases_event"] - before["cases_event"] != said["added"]
    tally.add("batch", "taken", f"{name}: {said} {after}" if wrong else "")


def table(tally: Tally, draw: random.Random, number: int) -> None:
    """One table of the organisation."""
    kind = draw.choice(tuple(TABLES))
    before = counts()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(mutant(TABLES[kind].encode(), draw))
        try:
            with as_process("test"):
                import_table(path, kind=kind)
                transaction.set_rollback(True)  # the next one finds the same
        except (TableRefused, InputRefused):
            tally.add("table", "refused", f"table {number}: half written" if counts() != before else "")
        except Exception as problem:  # noqa: BLE001 - that is what is looked for
            tally.add("table", "failed", f"table {number}: {type(problem).__name__} {problem}")
        else:
            tally.add("table", "taken")


def rule(tally: Tally, draw: random.Random, number: int) -> None:
    """One limit of the rulebook as a draft."""
    path = draw.choice(sorted((RULEBOOK / "deadlines").rglob("*.toml")))
    text = mutant(path.read_bytes(), draw).decode(errors="replace")
    try:
        with as_process("test"):
            found = looked(path.relative_to(RULEBOOK).as_posix(), text)
    except Exception as problem:  # noqa: BLE001 - that is what is looked for
        tally.add("rule", "failed", f"rule {number}: {type(problem).__name__} {problem}")
        return
    tally.add("rule", "sound" if found.is_sound else "refused")


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # every refusal would be a line
    GIVEN = [int(argument) for argument in arguments()]
    sys.exit(main(*GIVEN, *(COUNT, SEED)[len(GIVEN) :]))
