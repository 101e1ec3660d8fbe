"""A station under two approved policies: officers with cases that ended, their head, the legal department, a bureau's
head. `worked` tells a case from filing to its end; `recorded` is one run at an instant."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest
from django.db import connection, transaction
from django.test import override_settings

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CITY, EAST, EAST_STATION, WEST_STATION, city, officer
from tests.platform.supervised import it_is, put_in_force
from tests.story import RULEBOOK, at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import closing, decisions, policies, stored
from zhunsheng.apps.points.models import Check, Proposal, Publication
from zhunsheng.apps.points.people import code_of
from zhunsheng.apps.points.policies import File
from zhunsheng.apps.points.recording import Recorded, add_facts, record_points
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.core.points import tables as t
from zhunsheng.launcher import EmbeddedServer

POSTS: Final = {
    "lead": ("officer", EAST_STATION),
    "second": ("officer", EAST_STATION),
    "third": ("officer", EAST_STATION),
    "elsewhere": ("officer", WEST_STATION),
    "unit_head": ("unit_head", EAST_STATION),
    "west_head": ("unit_head", WEST_STATION),
    "county_head": ("county_head", EAST),
    "legal_department": ("legal_department", CITY),
    "legal_second": ("legal_department", CITY),
    "inspectorate": ("inspectorate", CITY),
}
POLICY: Final = "station_case_team"
NAME: Final = f"{POLICY}.toml"


@dataclass
class PointsWorld:
    """The people by what they are here, and their sessions."""

    folder: Path
    officers: dict[str, Officer] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def code(self, name: str) -> str:
        """How the ledger names somebody."""
        return code_of(self.officers[name])

    def viewer(self, name: str) -> Viewer:
        """Somebody as services see him."""
        person = self.people[name].account
        return viewer_of(
            account=person.username, officer=person.officer_id, admin_role="", on=clock.now().astimezone(ZONE).date()
        )

    def agreed(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        unit: str = "",
        by: tuple[str, str] = ("unit_head", "legal_department"),
    ) -> Proposal:
        """What one proposes and another confirms."""
        with as_process("test"):
            made = decisions.propose(
                self.viewer(by[0]), kind=kind, body=body, unit=unit, reason="工作需要", at=clock.now()
            )
            decisions.decide(self.viewer(by[1]), proposal=made.pk, confirmed=True, reason="同意", at=clock.now())
        return made

    def approve(self, file: File, *, second: str = "county_head") -> Proposal:
        """Both bodies approve a policy as its file is now."""
        assert file.policy is not None
        body = {
            "policy": file.policy.id, "version": file.policy.version, "title": file.policy.title,
            "sha256": file.sha256, "verdict": file.verdict, "text": file.text,
        }  # fmt: skip
        return self.agreed(Proposal.Kind.POLICY, body, by=("legal_department", second))


def policy_text(name: str = NAME, *, status: str = "stable", in_force: str = "2026-03-01") -> str:
    """A shipped policy put in force earlier, with boards of two cases and one day."""
    text = (RULEBOOK / "points" / "policies" / name).read_text("utf-8")
    text = text.replace('status   = "draft"', f'status   = "{status}"').replace("2027-01-01", in_force)
    return text.replace("min_exposure_days = 8, min_cases = 12", "min_exposure_days = 1, min_cases = 2")


@contextmanager
def points_world(folder: Path, *names: str, text_of: Callable[[str], str] = policy_text) -> Iterator[PointsWorld]:
    """The world on 2 January 2026, its policies approved and played, weights recorded. `folder`: an empty one."""
    for path in (RULEBOOK / "points" / "facts.toml", *(RULEBOOK / "calendar").glob("*.toml")):
        target = folder / path.relative_to(RULEBOOK)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text("utf-8"), "utf-8")
    for path in RULEBOOK.glob("*.toml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "points" / "policies").mkdir()
    for name in names or (NAME,):
        (folder / "points" / "policies" / name).write_text(text_of(name), "utf-8")
    with override_settings(RULEBOOK=folder):
        policies.known.cache_clear()
        it_is("2026-01-02 09:00")
        city()
        put_in_force(rulebooks.files_of(RULEBOOK))
        world = PointsWorld(folder)
        for serial, (name, post) in enumerate(POSTS.items(), 1):
            world.officers[name] = officer(f"0350{serial:02d}", post)
            world.people[name] = signed_in(account(name.replace("_", "-"), officer=world.officers[name]))
        for file in policies.files():
            played(file)
            world.approve(file)
        rows = [(unit, kind, 544) for unit in (EAST_STATION, WEST_STATION) for kind in ("criminal", "administrative")]
        world.agreed(Proposal.Kind.WEIGHTS, {"year": 2026, "rows": rows}, by=("legal_department", "legal_second"))
        yield world


@pytest.fixture(scope="module", name="world")
def shared_world(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointsWorld]:
    """The world of a module that imports it, in a transaction that is rolled back."""
    del server
    with transaction.atomic(), points_world(tmp_path_factory.mktemp("rulebook")) as made:
        yield made
        transaction.set_rollback(True)


def played(file: File) -> None:
    """As if the nudge test and the simulator had run on a policy and passed."""
    with as_process("test"):
        Check.objects.create(
            sha256=file.sha256, at=clock.now(), by="test", years=200,
            nudges=[["person.detained", "依法拘留一人", "+0.00"]], failing=[],
            gains=[["S1", "拆案", "+0.1%", "+0.4%", "+5.0%"]], passes=True,
        )  # fmt: skip


def worked(case: str, *team: str, filed: str, ended: str, void: bool = False, mark: str = "") -> None:
    """A case of a team, the lead first, that was filed and lawfully ended; it comes in when it ends, or now if that is
    past. `void`: its ending is taken back; `mark`: another ending of the same case."""
    if clock.now() < at(ended):
        it_is(ended)
    story = (("case.filed", filed, team[:1]), ("interrogation.started", filed, team), ("case.closed", ended, team[:1]))
    with as_process("test"):
        for n, (type_, when, officers) in enumerate(story):
            is_end = type_ == "case.closed"
            record_event(
                recorder="process:test", second_person=True, source="jz", id=f"{case}-{n}{mark if is_end else ''}",
                version=2 if void and is_end else 1, void=void and is_end, type=type_, at=at(when), case=case,
                unit=EAST_STATION, officers=list(officers), document_no="甲公字〔2026〕1号",
                facts='{"case_kind": "criminal"}' if type_ == "case.filed" else "{}",
            )  # fmt: skip


def acted(case: str, acts: list[tuple[str, str, list[str]]]) -> None:
    """A case with its acts, each with one person, on days of 2026."""
    story = [("case.filed", acts[0][1], acts[0][2]), *acts]
    with as_process("test"):
        for n, (type_, when, officers) in enumerate(story):
            record_event(
                recorder="process:test", second_person=True, source="jz", id=f"{case}-{n}", type=type_,
                at=at(f"2026-{when}"), case=case, person=f"P{case}", unit=EAST_STATION, officers=officers,
                document_no="甲公字〔2026〕1号", facts={"case_kind": "criminal"} if type_ == "case.filed" else {},
            )  # fmt: skip


def run_at(moment: str) -> Recorded:
    """Time passes, everything is judged, one run."""
    it_is(moment)
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("UPDATE supervision_duekey SET next_at = NULL")
    return record_points()


def fact(name: str, key: str, holder: str, when: str, **more: Any) -> dict[str, Any]:
    """A fact that another module states: one officer's part."""
    named = {name.replace("__", "."): value for name, value in more.items()}
    return {
        **dict.fromkeys(t.POINT_FACTS), "fact": name, "key": key, "group": key, "officer": holder,
        "unit": EAST_STATION, "at": at(when), "recorded_at": at(when), "amount": 1, "unit.kind": "station",
        "officer.post": "case_officer", "cites": [f"test/{key}"], **named,
    }  # fmt: skip


def stated(*rows: dict[str, Any]) -> int:
    """Facts that another module records now."""
    with as_process("test"):
        stored.hold()
        return add_facts(pl.DataFrame(rows, schema=t.POINT_FACTS), clock.now())


def said(rows: pl.DataFrame) -> list[str]:
    """Rows as people read them: period, whose, kind, points."""
    shown = rows.filter(pl.col("amount") != 0).sort("period", "recorded_at", "holder", "kind")
    return [
        f"{period:%Y-%m} {holder} {kind} {amount / 100:+.2f}"
        for period, holder, kind, amount in shown.select("period", "holder", "kind", "amount").iter_rows()
    ]


def whole_ledger() -> pl.DataFrame:
    """Every row that is posted."""
    with as_process("test"):
        return stored.entries().sort(t.LEDGER_ORDER)


def month(text: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{text}-01")


MARCH: Final = month("2026-03")


def volume() -> list[str]:
    """The rows of the work block, as people read them."""
    return said(whole_ledger().filter(pl.col("block") == "volume"))


def overdue(world: PointsWorld, key: str = "F1", when: str = "2026-03-09 10:00", who: str = "lead") -> str:
    """A deduction of 3.00 that stands, and its key in the ledger."""
    it_is(when)
    stated(fact("defect.red_overdue", key, world.code(who), when, finding__statutory="true"))
    return str(whole_ledger().filter(pl.col("fact_key") == key)["key"][0])


def march_work(world: PointsWorld) -> None:
    """Four cases of two officers and one of a third, recorded on 13 March."""
    lead, second = world.code("lead"), world.code("second")
    for n in range(2):
        worked(f"C{n}", lead, second, filed=f"2026-03-0{n + 2} 10:00", ended=f"2026-03-1{n} 10:00")
        worked(f"D{n}", second, lead, filed=f"2026-03-0{n + 2} 11:00", ended=f"2026-03-1{n} 11:00")
    worked("W1", world.code("third"), filed="2026-03-02 10:00", ended="2026-03-12 11:00")
    run_at("2026-03-13 10:00")


def bounded(world: PointsWorld, period: str, problems: int, files_read: int = 60) -> None:
    """What the lot said of the eastern station, recorded by two."""
    body = {"unit": EAST_STATION, "period": f"{period}-01", "files": files_read, "problems": problems}
    world.agreed(Proposal.Kind.BOUND, body, unit=EAST_STATION, by=("legal_department", "legal_second"))


def closed(world: PointsWorld, when: str = "2026-04-03 18:00") -> None:
    """March is closed."""
    it_is(when)
    with as_process("test"):
        closing.close_period(world.viewer("legal_department"), every="month", period=MARCH, at=clock.now())


def printed(world: PointsWorld, when: str = "2026-04-13 08:00") -> Publication:
    """March's board, signed by two. 3 April is a Friday; 4 to 6 April is Qingming."""
    it_is(when)
    with as_process("test"), stored.whole():
        stored.hold()
        body = closing.prepare_publication(POLICY, MARCH, watermark=clock.now())
    world.agreed(Proposal.Kind.PUBLICATION, body, by=("legal_department", "legal_second"))
    with as_process("test"):
        return Publication.objects.get()


def audited(kind: str) -> list[tuple[str, str]]:
    """Action and result of what the log says of a kind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, result FROM audit_entry WHERE object_kind = %s ORDER BY id", [kind])
        return list(cursor.fetchall())
