"""Finding a case, an item or an officer by what somebody has in hand; a person only with a purpose, on the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Item, PersonInCase
from zhunsheng.apps.cases.persons import find_persons
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.org.models import Officer, Post
from zhunsheng.apps.org.selectors import called

MOST_HITS: Final = 20
SHORTEST: Final = 2
TAIL_DIGITS: Final = 4


@dataclass(frozen=True)
class Hit:
    """Something found. `case` is where it leads; empty where there is no page of its own."""

    title: str
    note: str
    case: str = ""


@dataclass(frozen=True)
class Hits:
    """What was found of one kind; `more` where the list was cut."""

    found: Sequence[Hit] = ()
    more: bool = False


@dataclass(frozen=True)
class Found:
    """The answer to one question."""

    cases: Hits = Hits()
    items: Hits = Hits()
    officers: Hits = Hits()

    def __bool__(self) -> bool:
        return bool(self.cases.found or self.items.found or self.officers.found)

    @property
    def only_case(self) -> str:
        """The number of the case, where it is the one thing that was found."""
        alone = len(self.cases.found) == 1 and not self.items.found and not self.officers.found
        return self.cases.found[0].case if alone else ""


def search(viewer: Viewer, text: str) -> Found:
    """Cases by number, its beginning, its last four digits, or title; items by code or title; officers by number or
    name. Of each what the viewer may see, twenty at most. Recorded, with counts and without the text."""
    wanted = text.strip()
    if len(wanted) < SHORTEST or "\x00" in wanted:
        return Found()
    found = Found(_cases(viewer, wanted), _items(viewer, wanted), _officers(viewer, wanted))
    counts = {kind: len(getattr(found, kind).found) for kind in ("cases", "items", "officers")}
    record_read(kind="search", key="text", detail=counts)
    return found


def search_persons(viewer: Viewer, *, column: str, text: str, purpose: str) -> Hits:
    """
    Persons whose name, id number or phone is exactly this, masked, with the cases that they are in.

    :raises PurposeMissing: no purpose is given.
    """
    persons = find_persons(viewer=viewer, column=column, text=text, purpose=purpose)
    readable = visible_cases(viewer, Action.CASE_READ)
    roles = PersonInCase.objects.filter(person__in=persons, case__in=readable).select_related("person", "case")
    hits = [
        Hit(row.person.masked_name, f"{_(row.get_role_display())} · {row.case.title or row.case_id}", row.case_id)
        for row in roles.order_by("person", "case")[: MOST_HITS + 1]
    ]
    return _cut(hits)


def _cases(viewer: Viewer, text: str) -> Hits:
    number = text.upper()
    condition = Q(number__startswith=number) | Q(title__contains=text)
    if text.isdigit() and len(text) == TAIL_DIGITS:
        condition |= Q(number__endswith=text)
    cases = visible_cases(viewer, Action.CASE_LIST).filter(condition).select_related("unit").order_by("number")
    rows = cases[: MOST_HITS + 1]
    return _cut([Hit(row.title or row.number, f"{row.number} · {row.unit or ''}", row.number) for row in rows])


def _items(viewer: Viewer, text: str) -> Hits:
    readable = visible_cases(viewer, Action.CASE_READ)
    items = Item.objects.filter(Q(code__startswith=text) | Q(title__contains=text), case__in=readable).order_by("code")
    return _cut(
        [Hit(row.title or row.code, f"{row.code} · {row.case_id}", row.case_id) for row in items[: MOST_HITS + 1]]
    )


def _officers(viewer: Viewer, text: str) -> Hits:
    if not viewer.may(Action.ORG_READ):
        return Hits()
    officers = Officer.objects.filter(called(text), left_on=None)
    found = list(officers.order_by("number")[: MOST_HITS + 1])
    units = dict(Post.objects.filter(officer__in=found, until_on=None).values_list("officer", "unit__short_name"))
    return _cut([Hit(row.name, f"{row.number} · {units.get(row.pk, '')}") for row in found])


def _cut(hits: list[Hit]) -> Hits:
    return Hits(hits[:MOST_HITS], more=len(hits) > MOST_HITS)
