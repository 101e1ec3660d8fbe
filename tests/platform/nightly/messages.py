"""How much a moving city is told: `python -m tests.platform.nightly.messages [CASES] [DAYS] [--append]`.

The city of the demonstration is played hour by hour under the supervisor, and what is queued goes to the simulator of
an SMS gateway, whose file is the only judge of what was sent. Of those who are told, some answer at once and some do
not (ANSWERS). At least 70 % fewer messages than findings may leave; and of every finding where liberty is at stake a
human was sent a message. Exit code 1 if one of the two does not hold.
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from tests.gateways import Simulated, served_here
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.directory import Directory
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.alerts.services import acknowledge, route, sweep_due
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.apps.supervision.rulebooks import current, ensure_released
from zhunsheng.core.alert_group import LEVEL_RANK, level_roles
from zhunsheng.web.demo.people import settle
from zhunsheng.web.demo.playing import Play, beginning, made, stand_at

SEED: Final = 20261128
STEP: Final = timedelta(hours=1)
FEWER_WANTED: Final = 0.70
ANSWERS: Final = 0.5  # of those who got a message in this hour
TOLD_LATE: Final = timedelta(days=7)  # rulebook/alerts.toml, late: an act that came late is told only so long
PATHS: Final = ("src/zhunsheng/core", "src/zhunsheng/apps/alerts", "rulebook")
LINE: Final = '[lines.sms]\nkind = "http_sms"\nurl = "http://127.0.0.1:{port}"\naccount = "zs"\nsecret = "secret"\n'


@dataclass
class Played:
    """The city while it is played."""

    play: Play
    lane: Lane
    gateway: Simulated
    chance: random.Random
    at: datetime
    answered: set[str] = field(default_factory=set)

    def hour(self) -> None:
        """What happened, what is judged of it, what is told, who answers."""
        self.at += STEP
        stand_at(self.at)
        self.play.tell(self.at)
        Supervisor(route=route, sweep=sweep_due).settle()
        while self.lane.turn():
            pass
        self._answer()

    def _answer(self) -> None:
        fresh = [line["key"] for line in self.gateway.said("accepted") if line["key"] not in self.answered]
        self.answered |= set(fresh)
        chosen = [key for key in fresh if self.chance.random() < ANSWERS]
        with as_process("test"):
            sent = Delivery.objects.filter(key__in=chosen).select_related("alert__officer").order_by("key")
            for alert in [delivery.alert for delivery in sent]:
                spoken = {alert.group_id, *Alert.objects.filter(key__in=alert.covers).values_list("group", flat=True)}
                for group in sorted(key for key in spoken if key):
                    self._acknowledge(group, alert)

    def _acknowledge(self, group: str, alert: Alert) -> None:
        assert alert.officer is not None
        try:
            acknowledge(group, alert.officer, self.at, via="sms")
        except AlertActRefused:
            return  # somebody else has it, or it is over


@contextmanager
def played(cases: int, folder: Path) -> Iterator[Played]:
    """The city at its beginning."""
    city = made(cases, settings.RULEBOOK)
    play, _ = beginning(city)
    stand_at(play.told_until)
    settle(city)
    with as_process("supervise"):
        ensure_released(settings.RULEBOOK, at=play.told_until)
    with served_here("http_sms", folder) as gateway:
        line = parse_lines(LINE.format(port=gateway.port), "lines.toml").by_name["sms"]
        channel = line.channel(lambda: datetime.now(UTC))  # the gateway holds the signature against its own time
        run = Played(play, None, gateway, random.Random(SEED), play.told_until)  # type: ignore[arg-type]
        run.lane = Lane(line, channel, "sms", now=lambda: Moment(run.at, run.at), on_reply=lambda *_: None)
        yield run
        run.lane.close()


def main(cases: int, days: int) -> int:
    """Play so many days, then count."""
    with (
        embedded(HOME) as server,
        cloned(server),
        tempfile.TemporaryDirectory() as folder,
        played(cases, Path(folder)) as run,
    ):
        for number in range(days * 24):
            run.hour()
            if number % 24 == 23:
                say(f"{run.at:%Y-%m-%d}: {len(run.gateway.said('accepted'))} messages")
        with as_process("test"):
            return judged(run)


def judged(run: Played) -> int:
    """By the gateway's file."""
    accepted = {line["key"] for line in run.gateway.said("accepted")}
    rules: dict[str, Any] = {rule.id: rule for rule in current()[0].rules}
    rules |= {check.id: check for check in current()[0].checks}
    findings = [found for found in Finding.objects.all() if rules[found.rule].status == "stable"]
    fewer = 1 - len(accepted) / len(findings)
    every = Counter((rules[found.rule].status, found.level) for found in Finding.objects.all())
    say(f"findings: {', '.join(f'{count} {status} {level}' for (status, level), count in sorted(every.items()))}")
    say(f"{len(findings)} findings of rules that are sent, {len(accepted)} messages: {fewer:.0%} fewer")
    singly = told_singly(findings, rules, run.at)
    say(f"each told by itself to each of its recipients: {singly} messages; {1 - len(accepted) / singly:.0%} fewer")
    tell_kinds(accepted)
    liberty = [found for found in findings if rules[found.rule].custody and calls_for_somebody(found)]
    reached = messages_of(accepted)
    unheard = [found for found in liberty if not is_told(found, reached)]
    for found in unheard[:10]:
        say(
            f"nobody heard: {found.rule} {found.kind} {found.level} {found.appeared_at} {found.state} {found.closed_at}"
        )
    say(
        f"{len(liberty)} findings of liberty that call for somebody; of {len(unheard)} of them no human was sent a word"
    )
    assert liberty, "a city in which nobody is held shows nothing: take more cases or days"
    share = 1 - len(unheard) / len(liberty)
    figures = {
        "messages.fewer": f"{fewer:.0%} fewer messages than findings ({len(accepted):,} of {len(findings):,})",
        "messages.liberty": f"{share:.0%} of {len(liberty):,}",
    }
    append_figures(figures, run="messages", paths=PATHS)
    return 1 if fewer < FEWER_WANTED or unheard else 0


def tell_kinds(accepted: set[str]) -> None:
    """What the messages were about, the most frequent first."""
    sent = Delivery.objects.filter(key__in=accepted).values_list("alert__reason", "alert__level", "alert__role")
    for words, count in Counter(sent).most_common(15):
        say(f"  {count:6} {' '.join(words)}")
    say(f"  {Alert.objects.filter(officer__isnull=False).count()} alerts to people")


def told_singly(findings: Sequence[Finding], rules: Mapping[str, Any], at: datetime) -> int:
    """How many messages there would be without bundles and digests, and without anybody being reminded."""
    directory = Directory(at, alert_policy())
    named = {(found.case, found.incident, found.unit or "") for found in findings}
    abouts = directory.abouts(named)
    total = 0
    for found in findings:
        roles = level_roles(found.level, rules[found.rule].recipients)
        about = abouts[found.case, found.incident]
        total += len({person.officer for role in roles for person in directory.people(role, about)})
    return total


def calls_for_somebody(found: Finding) -> bool:
    """Not a question to the inbox, and not over, or long ago, when it was first seen."""
    if found.level == "ask" or found.state != Finding.State.CURRENT:
        return False
    if found.closed_at is not None and found.closed_at <= found.appeared_at:
        return found.kind != "approaching" and found.appeared_at - found.closed_at <= TOLD_LATE
    return True


def messages_of(accepted: set[str]) -> Mapping[str, list[tuple[int, datetime]]]:
    """For each group, the level and instant of each alert of which a message was taken by the gateway."""
    sent = set(Delivery.objects.filter(key__in=accepted).values_list("alert", flat=True))
    spoken: set[str] = set(sent)
    for covers in Alert.objects.filter(key__in=sent).values_list("covers", flat=True):
        spoken |= set(covers)
    found: dict[str, list[tuple[int, datetime]]] = {}
    rows: Any = Alert.objects.filter(key__in=spoken, group__isnull=False, officer__isnull=False)
    for group, level, at in rows.values_list("group", "level", "created_at"):
        found.setdefault(group, []).append((LEVEL_RANK[level], at))
    return found


def is_told(found: Finding, reached: Mapping[str, list[tuple[int, datetime]]]) -> bool:
    """Whether a message about its clock, at this level or a higher one, was taken."""
    group = AlertGroup.objects.filter(key=found.clock or found.key).values_list("key", flat=True).first()
    return any(rank >= LEVEL_RANK[found.level] for rank, _ in reached.get(group or "", ()))


if __name__ == "__main__":
    sizes = [int(text) for text in arguments()]
    sys.exit(main(sizes[0] if sizes else 3_000, sizes[1] if len(sizes) > 1 else 14))
