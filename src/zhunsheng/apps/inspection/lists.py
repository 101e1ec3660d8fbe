"""What lists of inspection hold: cards by filter, files to read, problems to confirm; and what waits for the viewer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.among import as_text
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import case_titles, reachable_cases, ties, under_reading
from zhunsheng.apps.desk import units
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, Place, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.inspection.models import Answer, Assigned, Card, CardNow
from zhunsheng.apps.inspection.outcomes import all_current
from zhunsheng.apps.inspection.people import HEADS, INSPECTORS, READERS
from zhunsheng.apps.inspection.planting import taken_back
from zhunsheng.core.inspection.rectification import STATES

LARGEST_ID: Final = 2**63 - 1
NEED_OF_RESPONSIBLE: Final = ("to_mend", "returned")
NEED_OF_INSPECTOR: Final = ("letter_drafted",)
NEED_OF_HEAD: Final = ("red", "letter")
NEED_OF_CHECKER: Final = ("answered", "letter_answered")
STATE_TITLES: Final = {
    "to_mend": gettext_noop("待整改"),
    "answered": gettext_noop("已反馈"),
    "to_recheck": gettext_noop("待复核"),
    "returned": gettext_noop("退回"),
    "red": gettext_noop("红牌"),
    "letter_drafted": gettext_noop("督察函待签发"),
    "letter": gettext_noop("督察函"),
    "letter_answered": gettext_noop("已答复"),
    "closed": gettext_noop("销号"),
}
assert list(STATE_TITLES) == list(STATES)


@dataclass(frozen=True)
class CardRow:
    """One card in a list."""

    number: str
    title: str
    case: str
    case_title: str
    unit: str
    responsible: str
    due_at: datetime | None
    due: str
    left: str
    is_late: bool
    state: str
    state_title: str
    disputed: bool


def card_listing(viewer: Viewer) -> Listing:
    """Columns and filters of the cards."""
    columns = (
        Column("what", _("问题")),
        Column("case", _("案件")),
        Column("unit", _("单位")),
        Column("responsible", _("责任人")),
        Column("due", _("期限还剩")),
        Column("state", _("状态"), sort=("state", "card_id")),
        Column("number", _("编号"), sort=("card_id",)),
    )
    states = [("open", _("未销号")), *((name, _(title)) for name, title in STATE_TITLES.items())]
    filters = (
        Filter("unit", _("单位"), partial(units.within, column="card__unit"), choices(units.choices(viewer))),
        Filter("state", _("状态"), _in_state, choices(states)),
    )
    return Listing(columns, filters, default_sort="-number")


def _in_state(name: str) -> Q:
    return ~Q(state="closed") if name == "open" else Q(state=name)


def visible_cards(viewer: Viewer) -> QuerySet[CardNow]:
    """The cards of cases that a viewer may list, and those he answers for. While he reads a case its cards are
    withheld: a problem that another found in it, or a finding, would lead him."""
    own = Q(card__responsible=viewer.officer or 0)
    if viewer.reaches_all(Action.CASE_LIST):
        seen = ~Q(card__case__in=ties(viewer).recused) | own
    else:
        cases = reachable_cases(viewer, Action.CASE_LIST).filter(number=OuterRef("card__case"))
        of_places = Q(card__case="", card__unit__in=[unit.code for unit in units.reached(viewer)])
        seen = Q(Exists(cases)) | of_places | own
    read_by_him = under_reading(viewer, "card__case") & ~own
    return CardNow.objects.filter(seen).exclude(read_by_him).select_related("card", "card__responsible")


def card_page(viewer: Viewer, asked: Asked, *, now: datetime) -> tuple[Page[CardNow], list[CardRow], int]:
    """A page of cards, its rows, and how many of all that the viewer sees are not closed."""
    found = visible_cards(viewer)
    page = asked.page(found)
    return page, card_rows(viewer, page.rows, now=now), found.exclude(state="closed").count()


def card_rows(viewer: Viewer, rows: Sequence[CardNow], *, now: datetime) -> list[CardRow]:
    """Cards as lists show them."""
    titles = case_titles({row.card.case for row in rows})
    named = _names(viewer)
    return [_row(row, titles, named, now) for row in rows]


def card_cells(row: CardRow) -> Iterator[Cell]:
    """One card as it is taken away."""
    yield from (row.number, row.title, row.case, row.case_title, row.unit, row.responsible)
    yield formats.due_moment(row.due_at)
    yield row.state_title


def _names(viewer: Viewer) -> Mapping[str, str]:
    return units.names(viewer)


def _row(row: CardNow, titles: Mapping[str, str], named: Mapping[str, str], now: datetime) -> CardRow:
    card = row.card
    return CardRow(
        number=card.number,
        title=card.title,
        case=card.case,
        case_title=titles.get(card.case, ""),
        unit=named.get(card.unit, card.unit),
        responsible=card.responsible.name if card.responsible else "",
        due_at=row.due_at,
        due=due_words(row.due_at, now=now),
        left=_left(row.due_at, now=now),
        is_late=row.due_at is not None and row.due_at <= now,
        state=row.state,
        state_title=_(STATE_TITLES[row.state]),
        disputed=row.disputed,
    )


def due_words(at: datetime | None, *, now: datetime) -> str:
    """When something is due, for a list: the end of a day is 24:00."""
    return formats.due_moment(at, now=now) if at else ""


def _left(at: datetime | None, *, now: datetime) -> str:
    if at is None:
        return ""
    if now < at:
        return _("还剩 %(span)s") % {"span": formats.span(at - now)}
    return _("逾期 %(span)s") % {"span": formats.span(now - at)}


def cards_waiting(viewer: Viewer) -> int:
    """Cards whose next act is the viewer's."""
    roles = viewer.roles()
    states = [
        *(NEED_OF_HEAD if roles & HEADS else ()),
        *(NEED_OF_CHECKER if roles & READERS else ()),
        *(NEED_OF_INSPECTOR if roles & INSPECTORS else ()),
    ]
    reading = as_text(ties(viewer).reading if states else ())
    question = "SELECT zs_cards_waiting(%s, %s, %s, string_to_array(%s, %s))"
    return _counted(question, viewer.officer or 0, list(NEED_OF_RESPONSIBLE), states, *reading)


def current_assignments(viewer: Viewer) -> QuerySet[Assigned]:
    """The files that a viewer is to read, or has read: the latest assignment of each round."""
    return all_current().filter(reader=viewer.officer or 0).select_related("pick", "submission")


def readings_out() -> QuerySet[Assigned]:
    """The readings that are not handed in. Row security applies."""
    return all_current().filter(submission=None).exclude(pick__in=taken_back()).select_related("pick", "reader")


def files_waiting(viewer: Viewer) -> int:
    """Files that a viewer has still to read."""
    return _counted("SELECT zs_files_waiting(%s)", viewer.officer or 0)


@dataclass(frozen=True)
class Problem:
    """A fault of a sheet that waits for its second person; `by_name`: who found it."""

    id: int
    question: str
    answer: str
    note: str
    page: str
    basis: str
    responsible: str
    at: datetime
    case: str
    unit: str
    by_name: str


def problems_to_confirm(viewer: Viewer, values: Mapping[str, str], place: Place) -> list[Problem]:
    """Faults of sheets that were handed in, in their newest version, that nobody has confirmed; not one's own, nor of a
    case that one reads oneself: the second reading is blind. `values`: of the filters; the order is that of answering.
    """
    at, key = _answered_at(place.key)
    question = "SELECT * FROM zs_problems_waiting(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    asked = [values.get(name, "") for name in ("unit", "answer", "question", "case")]
    with connection.cursor() as cursor:
        cursor.execute(question, [*_of_others(viewer), *asked, at, key, place.order[0][1], place.most])
        return [Problem(*row) for row in cursor.fetchall()]


def problems_waiting(viewer: Viewer) -> int:
    """How many they are in all."""
    return _counted("SELECT zs_problems_counted(%s, %s)", *_of_others(viewer))


def _of_others(viewer: Viewer) -> tuple[int, list[str]]:
    return viewer.officer or 0, list(ties(viewer).reading)


def _answered_at(key: Sequence[Any]) -> tuple[datetime | None, int | None]:
    """When a problem was answered and its number, as an address has them; nothing where it has something else."""
    try:
        at, number = key
        return datetime.fromisoformat(at), min(int(number), LARGEST_ID)
    except (TypeError, ValueError):
        return None, None


def confirmable(viewer: Viewer, number: int) -> Answer | None:
    """A fault that a viewer may say something to, confirmed already or not; None where he reads its case himself."""
    return Answer.objects.exclude(under_reading(viewer, "assigned__pick__case")).filter(pk=number).first()


def responsible_card(number: str, viewer: Viewer) -> Card | None:
    """A card that a viewer may see; None where there is none or it is not his to see."""
    row = visible_cards(viewer).filter(pk=number).first()
    return row.card if row else None


def _counted(question: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question, list(values))
        row = cursor.fetchone()
    return int(row[0]) if row else 0
