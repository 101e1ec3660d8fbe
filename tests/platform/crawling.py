"""Every address of the site, asked by everybody about everything: who is answered, what leaks, what runs.

`Crawl` knows the addresses from the site itself. A part of an address that it has no values for is asked with one that
names nothing: whoever adds a page says here what it is about.
"""

import html
import itertools
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.platform import inspection_world
from tests.platform.inspection_world import OCTOBER, Inspection
from tests.platform.people import WEST_STATION
from tests.platform.standing import FILING, exceeded, key_of, open_alert, running
from tests.platform.supervised import put_in_force
from tests.platform.test_access import LISTED, READ
from tests.platform.test_alerts_supervised import shipped
from tests.platform.world import NAMES, World, build
from zhunsheng.apps.access.declared import Audience, Page, declared_pages
from zhunsheng.apps.access.models import Bait
from zhunsheng.apps.access.policy import permits
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Dossier
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.desk.alert_page import ACTS
from zhunsheng.apps.desk.elements import VIEWS
from zhunsheng.apps.inspection.models import Assigned, Plan
from zhunsheng.apps.points.decision_views import FORMS

NOW: Final = "12-15 10:00"
NOBODY: Final = "nobody"
UNKNOWN: Final = str(UUID(int=7))
POSTABLE: Final = ("POST", "PUT", "DELETE")
FORM: Final = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)
ACTION: Final = re.compile(r'action="([^"]*)"')
FIELD: Final = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>')
VALUE: Final = re.compile(r'\bvalue="([^"]*)"')
HIDDEN: Final = ("csrfmiddlewaretoken",)


@dataclass(frozen=True)
class Address:
    """One address: the name of its page, its path, and the case of the world that it is about, if it is about one."""

    name: str
    path: str
    case: str = ""

    @property
    def page(self) -> Page:
        """Who may ask for it."""
        return declared_pages()[self.name]


@dataclass
class Crawl:
    """A world, its addresses, and how many questions were asked."""

    world: World
    plan: str
    task: str
    bait: str
    asked: int = 0
    strangers: dict[str, Client] = field(default_factory=dict)

    def addresses(self, *, whole: bool) -> list[Address]:
        """Every address; `whole`: about every case of the world, else about one of each kind of address."""
        found = []
        for name, parts in named(get_resolver().url_patterns):
            choices = [self._values(name, part) if whole else self._values(name, part)[:1] for part in parts]
            for values in itertools.product(*choices):
                case = next((case for _value, case in values if case), "")
                path = reverse(name, kwargs={part: value for part, (value, _) in zip(parts, values, strict=True)})
                found.append(Address(name, path, case))
        return found

    def ask(self, role: str, method: str, path: str, data: Mapping[str, str] | None = None) -> Any:
        """An answer to somebody; what the question wrote is taken back."""
        self.asked += 1
        client = self.strangers.setdefault("", Client(raise_request_exception=False, SERVER_NAME="localhost"))
        if role != NOBODY:
            client = self.world.people[role].client
        question, kept = partial(getattr(client, method.lower()), path), dict(client.cookies)
        with transaction.atomic():
            answer = question(dict(data or {})) if method in ("GET", "POST") else question()
            transaction.set_rollback(True)
        client.cookies.clear()  # whoever was logged out by this is not by the next
        client.cookies.update(kept)
        return answer

    def faults(self, role: str, method: str, address: Address, answer: Any) -> list[str]:
        """What is wrong with an answer: a failure, a wrong refusal or none, something of a case that is not his."""
        found = []
        status, who = answer.status_code, f"{role} {method} {address.path}"
        if status >= 500:
            found.append(f"{who}: {status}")
        if role == NOBODY and address.page.audience not in (Audience.PUBLIC, Audience.SOURCE):
            wanted = 401 if address.path.startswith("/api/") else 302
            if method in address.page.methods and status != wanted:
                found.append(f"{who}: {status}, not {wanted}")
        elif address.page.audience is Audience.ACTION and method in address.page.methods:
            may = bool(permits(role, address.page.actions[method]))
            if not may and status != 403:
                found.append(f"{who}: {status} without the right")
        if leads_away(answer):
            found.append(f"{who}: leads to {answer.headers['Location']}")
        if not answer.streaming:
            found += [f"{who}: shows {canary}" for canary in self.leaked(role, answer.content.decode(errors="replace"))]
        return found

    def leaked(self, role: str, text: str) -> list[str]:
        """What of cases stands in a text that a role may not see: nothing of one he may not list, the title alone of
        one he may not read; a protected field nowhere (the page that reveals one is not crawled)."""
        listed, read = LISTED.get(role, set()), READ.get(role, set())
        found = self.world.leaked(text, allowed=listed)
        for name, place in self.world.cases.items():
            hidden = place.canaries[1:5] if name in read else place.canaries[1:]
            found += [canary for canary in hidden if canary in text]
        return found

    def _values(self, name: str, part: str) -> Sequence[tuple[str, str]]:
        """Values of a part of an address, each with the case that it belongs to."""
        cases = self.world.cases
        with as_process("test"):
            dossiers = {one.case_id: one.code for one in Dossier.objects.all()}
        of_cases: dict[str, list[tuple[str, str]]] = {
            "number": [(cases[case].number, case) for case in NAMES],
            "key": [(key_of(cases[case].number, FILING), case) for case in NAMES],
            "person": [(cases[case].person, case) for case in NAMES],
            "document": [(str(cases[case].document), case) for case in NAMES],
            "code": [(dossiers[cases[case].number], case) for case in NAMES],
        }
        others = {
            "element": VIEWS,
            "act": tuple(ACTS) if name == "desk:alert_act" else ("commit", "publish", "assign", "submit", "nothing"),
            "rule": (FILING, "no.such.rule"),
            "question": ("Q1", "nothing"),
            "view": ("all", "running", "nothing"),
            "kind": (*FORMS, "nothing"),
            "name": ("station_case_team.toml", "nothing"),
            "source": ("jz", "nothing"),
            "holder": (NAMES[0], "035001"),
            "assigned": (self.task, "0"),
            "bait": (self.bait, "0"),
            **dict.fromkeys(("proposal", "trial", "job"), (UNKNOWN,)),
        }
        for pattern, of, value in NO_CASE:
            if part == of and pattern.fullmatch(name):
                return [(value or self.plan, "")]
        if part in of_cases:
            return of_cases[part]
        return [(value, "") for value in others.get(part, ("1",))]


NO_CASE: Final = (
    (re.compile(r"inspection:(plan|record|plan_act)|api:inspectionDraw"), "number", ""),
    (re.compile(r"inspection:card(_act)?|printing:rectification_letter|api:rectification\w+"), "number", "ZG20260001"),
    (re.compile(r"tasks:\w+"), "number", "RW20260001"),
    (re.compile(r"cases:page_image|points:published"), "number", "1"),
    (re.compile(r"api:pointsEntry"), "key", "k"),
)
"""Numbers and keys that are no case's; empty: that of the plan. Cards, tasks and points of somebody else have tests of
their own: here they are not there."""


def named(patterns: Sequence[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every name of the site, with the names of the parts of its address."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", list(pattern.pattern.converters)


def leads_away(answer: Any) -> bool:
    """Whether an answer sends a browser to another site: its address has a host, or what a browser takes for one.

    An address within a parameter leads nowhere by itself: who follows it later is asked then.
    """
    path = answer.headers.get("Location", "").partition("?")[0]
    return bool(re.search(r"//|\\|^[a-z]+:", path, re.IGNORECASE))


def crawl_world() -> Crawl:
    """The world of access with what each case has of each kind: a clock that runs, a limit exceeded, an alert that
    waits; a rulebook in force; a plan whose files are given out; a bait; a source."""
    world = build()
    clock.set_city_clock(inspection_world.at(NOW), seconds_per_second=0)
    now = clock.now()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))  # the one is held back by the other
    for place in world.cases.values():
        running(place.number, now)
        exceeded(place.number, now)
        open_alert(place.number, now, level="red", words={"title": place.canaries[0]})
    drawing = Inspection({**world.officers, "planner": world.officers["legal_department"]})
    drawing.people |= {"witness": world.officers["inspectorate"], "case_officer": world.officers["unit_head"]}
    with as_process("test"):
        for n in range(12):
            inspection_world.closed_case(drawing, n, WEST_STATION)
        register_source(source="jz", title="警综平台", key="k")
        bait = Bait.objects.create(kind="case", key="A-bait", by="inspectorate", at=now)
    plan = inspection_world.planned(drawing, **(OCTOBER | {"drawn": 6}))
    inspection_world.committed(drawing, plan)
    inspection_world.drawn(drawing, plan)
    inspection_world.given_out(Plan.objects.get(pk=plan.pk))
    with as_process("test"):
        task = Assigned.objects.order_by("pk").first()
    return Crawl(world, str(plan.pk), str(task.pk if task else 0), str(bait.pk))


@dataclass(frozen=True)
class Offered:
    """A form that a page offers: where it goes, and what stands in its fields."""

    action: str
    fields: Mapping[str, str]


def forms_in(text: str, path: str) -> Iterator[Offered]:
    """The forms of a page that write."""
    for form in FORM.findall(text):
        action = ACTION.search(form.partition(">")[0])
        fields = {}
        for match in FIELD.finditer(form):
            value = VALUE.search(match[0])
            if match[1] not in HIDDEN:
                fields[html.unescape(match[1])] = html.unescape(value[1]) if value else ""
        yield Offered(html.unescape(action[1]) if action and action[1] else path, fields)


@contextmanager
def no_way_out() -> Iterator[list[str]]:
    """Whatever is connected to but a socket of this machine is noted, and refused."""
    tried: list[str] = []
    really = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            tried.append(str(address))
            raise ConnectionRefusedError(address)
        really(self, address)

    socket.socket.connect = noted  # type: ignore[method-assign, assignment]
    try:
        yield tried
    finally:
        socket.socket.connect = really  # type: ignore[method-assign]
