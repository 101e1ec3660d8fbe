"""An officer who wants a red alert to reach nobody: six ways, each many times at random.

    python -m tests.platform.nightly.recipients [TIMES] [--append]

numbers     mobile numbers of some or all are taken away
empty       some or all posts of the station are held by nobody
ring        the head and the legal officer put each other in charge
gone        some or all have left the service, or are on leave
text        a text of the rulebook is blank
muted       the rule is held back in the unit

Red must stand in the queue for at least one human who is in service and not away, or nobody is there and an incident is
open of which the legal department or the administrators are told. A blank text is refused before it is in force.
Exit code 1 if one alert reached nobody.
"""

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from tests.platform.alert_world import POSTS, RED, AlertWorld, administrators, alert_world
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import EAST_STATION
from tests.story import RULEBOOK, at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, Delivery, Gap
from zhunsheng.apps.alerts.silences import set_silence
from zhunsheng.apps.org.models import Leave, Officer
from zhunsheng.apps.org.services import delegate, leave_service, take_leave
from zhunsheng.book import load_vocabulary
from zhunsheng.core.alert_policy import AlertPolicyRefused, parse_alert_policy

TIMES: Final = 10
PATHS: Final = ("src/zhunsheng/apps/alerts", "src/zhunsheng/apps/org", "src/zhunsheng/core")
NOW: Final = at(RED)
SPAN: Final = (NOW - timedelta(days=1), NOW + timedelta(days=7))
TEXT: Final = re.compile(r'^(\w+ *= ")([^"]+)(")', re.MULTILINE)


def some(draw: random.Random, names: Sequence[str]) -> list[str]:
    """Some of them, or all."""
    return draw.sample(list(names), draw.randint(1, len(names)))


def numbers(draw: random.Random) -> AlertWorld:
    """Numbers are taken away."""
    world = alert_world()
    with as_process("test"):
        for name in some(draw, list(world.people)):
            Officer.objects.filter(pk=world.people[name].pk).update(mobile="")
    return world


def empty(draw: random.Random) -> AlertWorld:
    """Posts that nobody holds."""
    return alert_world(without=some(draw, [name for name in POSTS if name != "legal_department"]))


def ring(draw: random.Random) -> AlertWorld:
    """Two who put each other in charge."""
    world = alert_world()
    pair = draw.choice((("unit_head", "legal_officer"), ("legal_department", "legal_second")))
    with as_process("test"):
        for giver, taker in (pair, pair[::-1]):
            post = world.people[giver].posts.get()
            delegate(post=post, to=world.people[taker], starts_at=SPAN[0], ends_at=SPAN[1], reason="互换")
    return world


def gone(draw: random.Random) -> AlertWorld:
    """Left, or on leave."""
    world = alert_world()
    with as_process("test"):
        for name in some(draw, list(world.people)):
            if draw.random() < 0.5:
                leave_service(officer=world.people[name], on=NOW.date() - timedelta(days=1))
            else:
                take_leave(officer=world.people[name], starts_at=SPAN[0], ends_at=SPAN[1])
    return world


def muted(draw: random.Random) -> AlertWorld:
    """The rule is held back, in the unit or everywhere."""
    world = alert_world()
    (rule,) = world.book.rules
    with as_process("test"):
        set_silence(
            owner=world.people["legal_department"], rule=rule, unit=draw.choice(("", EAST_STATION)), from_at=SPAN[0],
            until_at=NOW + timedelta(hours=draw.randint(1, 200)), reason="系统切换", at=SPAN[0],
        )  # fmt: skip
    return world


ATTACKS: Final[dict[str, Callable[[random.Random], AlertWorld]]] = {
    "numbers": numbers, "empty": empty, "ring": ring, "gone": gone, "muted": muted,
}  # fmt: skip


def reached(world: AlertWorld) -> str:
    """Whom red reached: `somebody`, `incident`, or `nobody`."""
    world.judge(RED)
    with as_process("test"):
        away = set(Leave.objects.filter(starts_at__lte=NOW, ends_at__gt=NOW).values_list("officer", flat=True))
        away |= set(Officer.objects.filter(left_on__lte=NOW.date()).values_list("pk", flat=True))
        red = Alert.objects.filter(level="red", group__isnull=False).exclude(officer=None).exclude(officer__in=away)
        if Delivery.objects.filter(alert__in=red).exists():
            return "somebody"
        told = Alert.objects.filter(level="red", reason="no_recipient").exists()
        return "incident" if told and Gap.objects.filter(closed_at=None).exists() else "nobody"


def blank(draw: random.Random) -> str:
    """A text of the rulebook made blank: refused, or nobody would know what the alert is about."""
    text = (RULEBOOK / "alerts.toml").read_text("utf-8")
    messages = [match for match in TEXT.finditer(text) if "{" in match[2]]
    match = draw.choice(messages)
    try:
        parse_alert_policy(f"{text[: match.start(2)]}{text[match.end(2) :]}", load_vocabulary(RULEBOOK))
    except AlertPolicyRefused:
        return "refused"
    return "nobody"


def main(times: int) -> int:
    """Every attack so many times."""
    began, outcomes = time.perf_counter(), Counter[str]()
    with embedded(HOME) as server, cloned(server):
        for name, attack in ATTACKS.items():
            for seed in range(times):
                with transaction.atomic():
                    administrators()
                    outcomes[f"{name} {reached(attack(random.Random(f'{name}{seed}')))}"] += 1
                    transaction.set_rollback(True)
    for seed in range(times):
        outcomes[f"text {blank(random.Random(seed))}"] += 1
    for outcome, count in sorted(outcomes.items()):
        say(f"{outcome}: {count}")
    lost = sum(count for outcome, count in outcomes.items() if outcome.endswith("nobody"))
    say(f"{time.perf_counter() - began:.0f} s")
    figure = f"{sum(outcomes.values())} attacks of {len(ATTACKS) + 1} kinds, {lost} alerts reached nobody"
    append_figures({"recipients.nobody": figure}, run="recipients", paths=PATHS)
    return 1 if lost else 0


if __name__ == "__main__":
    GIVEN = [int(argument) for argument in arguments()]
    sys.exit(main(*GIVEN, *(TIMES,)[len(GIVEN) :]))
