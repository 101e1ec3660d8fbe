"""How much a moving city is told: `python -m tests.platform.nightly.messages [CASES] [DAYS] [READERS] [--append]`.

Of the city of the demonstration one branch with its eight stations is played under the supervisor, so that an officer
has about as many open cases as in a real one; what is queued goes to the simulator of an SMS gateway, whose file is the
only judge of what was sent. For the first weeks (WARM_UP) officers take on their cases; then, in steps of ten minutes,
it is counted. Of those who get a message half answer (ANSWERS), the others never do. Some look into their inbox, and
get no text of what they opened (habits.py); READERS says who: stated, or in place of the stated shares nobody, half or
all of those who look at all.

What is compared (docs/adr/0008): every message that left, with what the same rules, reminders, escalations and
corrections would be if each alert were a message of its own to each of its recipients, at once; and, harder, with the
findings alone, each told singly to each of its recipients, without reminders, escalations and corrections. Where
liberty is at stake a message waits for minutes at most, so that the two are also counted apart, by the alert that a
message begins with. Exit code 1 if less is saved than FEWER_WANTED, if of a finding where liberty is at stake no human
was sent a message or opened the alert himself, or if the first heard of it later than rulebook/alerts.toml lets a
message wait.
"""

import json
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.conf import settings
from django.db.models import Count, QuerySet

from tests.gateways import Simulated, served_here
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.nightly.habits import SHARES, Readers
from tests.platform.post import no_reply_comes
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery, DeliveryOutcome
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.alerts.services import acknowledge, route, sweep_due
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock, Finding
from zhunsheng.apps.supervision.rulebooks import current, ensure_released
from zhunsheng.city.make import City
from zhunsheng.core.alert_group import LEVEL_RANK
from zhunsheng.core.alert_times import told_at
from zhunsheng.web.demo.people import settle
from zhunsheng.web.demo.playing import Play, beginning, made, stand_at

SEED: Final = 20261128
BRANCH: Final = "359901"
WARM_UP: Final = timedelta(days=28)
WARM_STEP: Final = timedelta(hours=6)
STEP: Final = timedelta(minutes=10)
SUPPOSED: Final = (2, 4, 6, 8, 12)  # hours
LAST: Final = timedelta(hours=1)  # of what is found then, the message may still wait when the counting ends
FEWER_WANTED: Final = {"all": 0.55, "liberty": 0.45, "other": 0.6}
ANSWERS: Final = 0.5  # of those who got a message in this step
STATED: Final = "stated"
TOLD_LATE: Final = timedelta(days=7)  # rulebook/alerts.toml, late: an act that came late is told only so long
PATHS: Final = ("src/zhunsheng/core", "src/zhunsheng/apps/alerts", "rulebook")
LINE: Final = '[lines.sms]\nkind = "http_sms"\nurl = "http://127.0.0.1:{port}"\naccount = "zs"\nsecret = "secret"\n'


@dataclass
class Played:
    """The city while it is played. `counted`: keys of the messages that left since it is counted."""

    play: Play
    lane: Lane
    gateway: Simulated
    at: datetime
    readers: Readers
    read: int = 0  # bytes of the gateway's file
    counted: list[str] = field(default_factory=list)

    def step(self, length: timedelta) -> None:
        """What happened, what is judged of it, what is told, who answers, who looks into his inbox."""
        self.at += length
        stand_at(self.at)
        self.play.tell(self.at)
        Supervisor(route=route, sweep=sweep_due).settle()
        while self.lane.turn():
            pass
        self._answer()
        for officer, group in self.readers.look(self.at):
            if answers(f"{officer} {group} {self.at}"):
                with as_process("test"):
                    self._acknowledge(group, Officer.objects.get(pk=officer), via="web")

    def _answer(self) -> None:
        fresh = self._accepted()
        self.counted += fresh
        chosen = [key for key in fresh if answers(key)]
        with as_process("test"):
            sent = Delivery.objects.filter(key__in=chosen).select_related("alert__officer").order_by("key")
            for alert in [delivery.alert for delivery in sent]:
                spoken = {alert.group_id, *Alert.objects.filter(key__in=alert.covers).values_list("group", flat=True)}
                assert alert.officer is not None
                for group in sorted(key for key in spoken if key):
                    self._acknowledge(group, alert.officer, via="sms")

    def _accepted(self) -> list[str]:
        """The keys that the gateway took since it was asked last."""
        with self.gateway.log.open("rb") as log:
            log.seek(self.read)
            text = log.read()
        self.read += len(text)
        lines = [json.loads(line) for line in text.splitlines()]
        return [line["key"] for line in lines if line["what"] == "accepted"]

    def _acknowledge(self, group: str, officer: Officer, *, via: str) -> None:
        try:
            acknowledge(group, officer, self.at, via=via)
        except AlertActRefused:
            return  # somebody else has it, or it is over


@contextmanager
def played(cases: int, folder: Path, share: float | None) -> Iterator[Played]:
    """The city at its beginning."""
    city = of_branch(made(cases, settings.RULEBOOK))
    play, _ = beginning(city, history=WARM_UP)
    stand_at(play.told_until)
    settle(city)
    with as_process("supervise"):
        ensure_released(settings.RULEBOOK, at=play.told_until)
    with served_here("http_sms", folder) as gateway:
        line = parse_lines(LINE.format(port=gateway.port), "lines.toml").by_name["sms"]
        channel = line.channel(lambda: datetime.now(UTC))  # the gateway holds the signature against its own time
        run = Played(play, None, gateway, play.told_until, Readers(SEED, share))  # type: ignore[arg-type]
        run.lane = Lane(line, channel, "sms", now=lambda: Moment(run.at, run.at), on_reply=no_reply_comes)
        yield run
        run.lane.close()


def answers(key: str) -> bool:
    """Whether whoever hears of something answers, by what he heard: two plays differ in nothing but what follows from
    their readers."""
    return random.Random(f"{SEED} {key}").random() < ANSWERS


def of_branch(city: City) -> City:
    """The city with the events of one branch alone."""
    place = pl.coalesce(pl.col("case").str.slice(1), "unit")
    return replace(city, events=city.events.filter(place.str.starts_with(BRANCH)))


def main(cases: int, days: int, readers: str = STATED) -> int:
    """Play the weeks before and so many days, then count."""
    with (
        embedded(HOME) as server,
        cloned(server),
        tempfile.TemporaryDirectory() as folder,
        played(cases, Path(folder), SHARES[readers]) as run,
    ):
        for _ in range(WARM_UP // WARM_STEP):
            run.step(WARM_STEP)
        say(f"{run.at:%Y-%m-%d}: {len(run.counted)} messages while it began; {load()}")
        since, run.counted = run.at, []
        for _ in range(days):
            for _ in range(timedelta(days=1) // STEP):
                run.step(STEP)
            say(f"{run.at:%Y-%m-%d}: {len(run.counted)} messages")
        with as_process("test"):
            return judged(run, since, readers)


def load() -> str:
    """How many cases with an open clock each officer has, who has one at all."""
    with as_process("test"):
        cases = Clock.objects.filter(outcome__in=OPEN_OUTCOMES).values("case")
        rows = Assignment.objects.filter(until_at=None, case__in=cases).values("officer").annotate(n=Count("case"))
        each = sorted(row["n"] for row in rows)
    return f"{len(each)} officers with open cases, {statistics.median(each):.0f} in the middle, {each[-1]} at most"


def judged(run: Played, since: datetime, readers: str) -> int:
    """By the gateway's file, and by what the log says was opened."""
    accepted = set(run.counted)
    rules: dict[str, Any] = {rule.id: rule for rule in current()[0].rules}
    rules |= {check.id: check for check in current()[0].checks}
    appeared = Finding.objects.filter(appeared_at__gt=since)
    findings = [found for found in appeared if rules[found.rule].status == "stable"]
    every = Counter((rules[found.rule].status, found.level) for found in appeared)
    say(f"findings: {', '.join(f'{count} {status} {level}' for (status, level), count in sorted(every.items()))}")
    singly, sent = alerts_since(since), messages_among(accepted)
    singly["findings"], sent["findings"] = raised_since(since), sent["all"]
    fewer = {name: 1 - sent[name] / singly[name] for name in singly}
    for name, share in fewer.items():
        say(f"{name}: {sent[name]} messages for {singly[name]} alerts to people, {share:.0%} fewer")
    tell_kinds(accepted)
    supposed = {hours: supposed_every(since, timedelta(hours=hours)) for hours in SUPPOSED}
    for hours, share in supposed.items():
        say(f"supposed: all but red to those who handle the case at every full {hours} h: {share:.0%} fewer")
    read = 1 - (sent["all"] - waited_for_overseers(accepted)) / singly["all"]
    say(f"supposed: who oversees opens everything in time, at any hour: {read:.0%} fewer")
    seen_through = [found for found in findings if found.appeared_at <= run.at - LAST]
    liberty = [found for found in seen_through if rules[found.rule].custody and calls_for_somebody(found)]
    tell_opened(since)
    reached = heard_of(accepted)
    unheard = [found for found in liberty if not first_heard(found, reached)]
    late = [found for found in liberty if is_late(found, first_heard(found, reached))]
    for found in unheard[:10]:
        say(
            f"nobody heard: {found.rule} {found.kind} {found.level} {found.appeared_at} {found.state} {found.closed_at}"
        )
    say(f"{len(liberty)} findings of liberty that call for somebody; of {len(unheard)} of them no human heard")
    say(f"of {len(late)} of them the first heard later than a message may wait")
    say(f"{per_day(accepted):.1f} messages a day to each who is sent any")
    assert liberty, "a city in which nobody is held shows nothing: take more cases or days"
    share = 1 - len(unheard) / len(liberty)
    figures = {
        f"messages.{name}": f"{fewer[name]:.0%} fewer ({sent[name]:,} messages for {singly[name]:,} alerts)"
        for name in singly
    }
    figures |= {f"messages.supposed-{hours}h": f"{share:.0%} fewer" for hours, share in supposed.items()}
    figures["messages.supposed-read"] = f"{read:.0%} fewer"
    figures["messages.liberty-heard"] = f"{share:.0%} of {len(liberty):,}, {len(late)} late"
    if readers != STATED:
        figures = {name.replace("messages.", f"messages.{readers}-look."): figure for name, figure in figures.items()}
    append_figures(figures, run="messages", paths=PATHS)
    return 1 if unheard or late or any(fewer[name] < wanted for name, wanted in FEWER_WANTED.items()) else 0


def alerts_since(since: datetime) -> dict[str, int]:
    """Alerts to people of a level that has a channel: all, those of liberty, the others."""
    return _by_liberty(_spoken(since).values_list("liberty", flat=True))


def raised_since(since: datetime) -> int:
    """Those that tell of a finding first, or that it got worse."""
    return _spoken(since).filter(reason__in=(Alert.Reason.FIRST, Alert.Reason.WORSE)).count()


def supposed_every(since: datetime, every: timedelta) -> float:
    """What would be saved if only red left at once, and only to those who handle the case, and all else, of liberty
    too, at full intervals, nothing dropped: no decision that anybody should take, but a measure for those that are."""
    rows = _spoken(since).order_by("officer", "created_at")
    by_officer: dict[int, list[tuple[datetime, bool]]] = {}
    for officer, at, level, reason, role in rows.values_list("officer", "created_at", "level", "reason", "role"):
        handles = alert_policy().roles[role].voice == "officer"
        is_now = level == "red" and handles and reason in (Alert.Reason.FIRST, Alert.Reason.WORSE)
        by_officer.setdefault(officer, []).append((at, is_now))
    return 1 - sum(_messages_supposed(own, since, every) for own in by_officer.values()) / rows.count()


def _messages_supposed(own: list[tuple[datetime, bool]], since: datetime, every: timedelta) -> int:
    """How many messages one person gets; one that leaves at once takes along what waits."""
    left: set[datetime] = set()
    waits_until: datetime | None = None
    for at, is_now in own:
        if waits_until is not None and waits_until < at:
            left.add(waits_until)
            waits_until = None
        if is_now:
            left.add(at)
            waits_until = None
        elif at not in left:
            waits_until = waits_until or since - (since - at) // every * every
    return len(left) + (waits_until is not None)


def _spoken(since: datetime) -> QuerySet[Alert]:
    levels = [level for level, channels in alert_policy().channels.items() if channels]
    rows = Alert.objects.filter(created_at__gt=since, officer__isnull=False, level__in=levels)
    return rows.exclude(reason=Alert.Reason.DIGEST)


def per_day(accepted: set[str]) -> float:
    """Messages to one person on a day on which he is sent any."""
    rows = Delivery.objects.filter(key__in=accepted).values_list("target", "created_at")
    return len(accepted) / len({(target, at.astimezone(ZONE).date()) for target, at in rows})


def messages_among(accepted: set[str]) -> dict[str, int]:
    """The same of messages."""
    return _by_liberty(Delivery.objects.filter(key__in=accepted).values_list("alert__liberty", flat=True))


def _by_liberty(rows: Iterable[bool]) -> dict[str, int]:
    counted = Counter(rows)
    return {"all": counted.total(), "liberty": counted[True], "other": counted[False]}


def tell_kinds(accepted: set[str]) -> None:
    """What the messages were about, the most frequent first."""
    rows = Delivery.objects.filter(key__in=accepted)
    sent = rows.values_list("alert__reason", "alert__level", "alert__role", "alert__liberty")
    for (*words, liberty), count in Counter(sent).most_common(40):
        say(f"  {count:6} {' '.join(words)}{' liberty' if liberty else ''}")
    ruled = Counter(rows.values_list("alert__group__rule", "alert__level"))
    for (rule, level), count in ruled.most_common(25):
        say(f"  {count:6} {level} {rule}")


def calls_for_somebody(found: Finding) -> bool:
    """No question, still true, and not over, or long ago, when it was first seen."""
    if found.level == "ask" or found.state != Finding.State.CURRENT:
        return False
    if found.closed_at is not None and found.closed_at <= found.appeared_at:
        return found.kind != "approaching" and found.appeared_at - found.closed_at <= TOLD_LATE
    return True


def waited_for_overseers(accepted: set[str]) -> int:
    """Messages to people who oversee cases that left at their latest instant: none would have left, had they opened
    before what stood in them. No habit that anybody has, but the most that opening can save."""
    roles = [role for role, finding in alert_policy().roles.items() if finding.voice != "officer"]
    return Delivery.objects.filter(key__in=accepted, alert__reason=Alert.Reason.DIGEST, alert__role__in=roles).count()


def tell_opened(since: datetime) -> None:
    """Of how many alerts no text left because their receivers had opened them, by role and level."""
    rows = DeliveryOutcome.objects.filter(what=DeliveryOutcome.What.OPENED, at__gt=since)
    opened = Counter(rows.values_list("alert__role", "alert__level"))
    said = ", ".join(f"{count} {level} {role}" for (role, level), count in opened.most_common(8))
    say(f"opened before a text left: {opened.total()} alerts: {said}")


def heard_of(accepted: set[str]) -> Mapping[str, list[tuple[int, datetime]]]:
    """For each group, the level of each alert of which a message was taken by the gateway, and when that message was
    written first; or that its receiver opened himself, and when."""
    sent = Delivery.objects.filter(key__in=accepted).values_list("alert", flat=True)
    told: dict[str, datetime] = {}
    for key, covers, at in (
        Alert.objects.filter(key__in=sent).order_by("created_at").values_list("key", "covers", "created_at")
    ):
        for spoken in (key, *covers):
            told.setdefault(spoken, at)
    opened = DeliveryOutcome.objects.filter(what=DeliveryOutcome.What.OPENED).values_list("alert", "at")
    for key, at in opened:
        told[key] = min(at, told.get(key, at))
    found: dict[str, list[tuple[int, datetime]]] = {}
    rows: Any = Alert.objects.filter(key__in=told, group__isnull=False, officer__isnull=False)
    for group, level, key in rows.values_list("group", "level", "key"):
        found.setdefault(group, []).append((LEVEL_RANK[level], told[key]))
    return found


def first_heard(found: Finding, reached: Mapping[str, list[tuple[int, datetime]]]) -> datetime | None:
    """When somebody first heard of its clock, at this level or a higher one; none: nobody did."""
    told = reached.get(found.clock or found.key, ())
    return min((at for rank, at in told if rank >= LEVEL_RANK[found.level]), default=None)


def is_late(found: Finding, at: datetime | None) -> bool:
    """Whether it was told later than a message to whoever handles the case may wait, and a step of this city."""
    if at is None:
        return False
    due = AlertGroup.objects.values_list("due", flat=True).get(key=found.clock or found.key)
    latest = told_at(found.level, liberty=True, due=due, as_of=found.appeared_at, policy=alert_policy())
    return at > (latest or found.appeared_at) + STEP


if __name__ == "__main__":
    given = arguments()
    sizes = [int(text) for text in given if text.isdigit()]
    who = next((text for text in given if text in SHARES), STATED)
    sys.exit(main(sizes[0] if sizes else 20_000, sizes[1] if len(sizes) > 1 else 4, who))
