"""What comes along with an event in a case that is handled well: notices, receipts, records, checks; and rarer acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zhunsheng.city.spans import DAY, HOUR
from zhunsheng.city.steps import Facts

PERSON: Final = ("person",)
VISIT: Final = ("person", "visit")
ITEM: Final = ("item",)
TEAMS: Final = {"search.executed": 3, "inspection.executed": 4, "scene.examined": 5, "lineup.held": 6}
VICTIM_TEAM: Final = 7
CUSTODIAN: Final = 8


@dataclass(frozen=True)
class Companion:
    """An event that comes with another one, so many minutes after it (before it, where negative)."""

    event: str
    to: str
    gap: tuple[int, int]
    chance: float = 1.0
    keeps: tuple[str, ...] = PERSON
    names: tuple[str, ...] = ()
    when: Facts = field(default_factory=dict)  # of the event, else of its person, else of the case
    facts: Facts = field(default_factory=dict)
    lasts: tuple[int, int] | None = None  # minutes to the end that it states
    repeats: tuple[str, ...] = ()  # facts that it takes over from the event
    once: bool = False  # at most once for a person
    victim: bool = False  # it concerns the victim
    shares_place: bool = False  # it happens where the event does
    shares_team: bool = False


_DUE: Final = (
    Companion("incident.alarm_received", "response.finished", (-40, -8), keeps=("incident",)),
    Companion("receipt.issued", "case.accepted", (5, 10 * HOUR), keeps=(), when={"has_complainant": True}),
    Companion("rights.notified", "person.arrived", (16, 20)),
    Companion("rights.notified", "detention_review.started", (1, 20)),
    Companion("safety.checked", "person.entered_area", (1, 15), keeps=VISIT),
    Companion("meal.given", "summons.ended", (-15, -5)),
    Companion("meal.given", "questioning.ended", (-12, -5)),
    Companion(
        "questioning.started",
        "person.arrived",
        (21, 22),
        keeps=VISIT,
        when={"case_kind": "administrative"},
    ),
    Companion("record.closed", "questioning.started", (20, 60)),
    Companion("record.closed", "interrogation.closed", (1, 15)),
    Companion("penalty.notified", "decision.made", (-300, -60)),
    Companion("hearing.right_told", "decision.made", (-300, -60), when={"penalty_kind": "revoke_licence"}),
    Companion("hearing.right_told", "decision.made", (-300, -60), when={"penalty_kind": "detention", "minor": True}),
    Companion(
        "legal_review.passed",
        "decision.made",
        (-300, -30),
        keeps=(),
        when={"legal_review_due": True},
        facts={"reviewer_qualified": True},
    ),
    Companion(
        "deposit.received",
        "measure.bail",
        (10, 5 * HOUR),
        when={"deposit_paid": True},
        facts={"account_kind": "deposit_account", "amount_fen": 200_000},
    ),
    *(
        Companion(event, change, (30, 20 * HOUR))
        for change in ("custody.extension_approved", "custody.restart_approved", "psychiatric.decided")
        for event in ("detention_house.notified", "procuratorate.notified")
    ),
    *(
        Companion("custody.handed_over", event, (10, 20 * HOUR), keeps=())
        for event in ("prosecution.transferred", "prosecution.retransferred")
    ),
)

SCENES: Final = (
    Companion("search.executed", "case.filed", (DAY, 5 * DAY), 0.08, keeps=(), lasts=(30, 180)),
    Companion("scene.examined", "case.filed", (30, 5 * HOUR), 0.15, keeps=(), lasts=(30, 120)),
    Companion("inspection.executed", "case.accepted", (40, 5 * HOUR), 0.08, keeps=(), lasts=(20, 60)),
    Companion("lineup.held", "interrogation.closed", (40, 100), 0.08, lasts=(10, 25)),
    Companion("body.examined", "person.entered_area", (1, 2), 0.1, keeps=VISIT, lasts=(2, 3)),
    Companion("sample.taken", "person.entered_area", (3, 5), 0.15, names=ITEM, once=True, facts={"consent": True}),
    Companion("sample.handed_over", "sample.taken", (30, 300), keeps=("person", "item")),
    Companion("person.taken_out", "interrogation.closed", (180, 240), 0.03),
    Companion("person.brought_back", "person.taken_out", (30, 90)),
    Companion("recording.checked", "interrogation.closed", (DAY, 5 * DAY), 0.15, keeps=(), names=("document",)),
    Companion("injury.found", "safety.checked", (1, 5), 0.03),
    Companion("medical.given", "injury.found", (10, 90)),
    Companion("room.entered", "person.entered_area", (6, 9), 0.1, keeps=VISIT),
    Companion("room.left", "room.entered", (3, 9), keeps=VISIT),
    Companion("recusal.ground_found", "case.filed", (HOUR, 4 * DAY), 0.01, keeps=(), names=("document",)),
    Companion("recusal.decided", "recusal.ground_found", (HOUR, 40 * HOUR), keeps=("document",)),
    Companion("cross_area.executed", "case.filed", (DAY, 8 * DAY), 0.02, keeps=()),
    Companion("coop.letter_sent", "cross_area.executed", (-600, -60), keeps=()),
    Companion("tech.used", "tech.approved", (DAY, 20 * DAY), keeps=("person", "order"), repeats=("tech_kind",)),
    Companion("money.received", "case.filed", (HOUR, 5 * DAY), 0.03, keeps=(), names=ITEM),
    Companion("item.lent", "property.stored", (2 * DAY, 10 * DAY), 0.04, keeps=ITEM, lasts=(5 * DAY, 6 * DAY)),
    Companion("item.returned_to_store", "item.lent", (DAY, 4 * DAY), keeps=ITEM, repeats=("quantity", "weight_mg")),
    Companion("dossier.lent", "case.closed", (DAY, 4 * DAY), 0.05, keeps=("dossier",), lasts=(10 * DAY, 12 * DAY)),
    Companion("dossier.returned", "dossier.lent", (DAY, 9 * DAY), keeps=("dossier",)),
    Companion(
        "questioning.started",
        "case.filed",
        (HOUR, 2 * DAY),
        0.12,
        keeps=(),
        when={"has_victim": True},
        lasts=(20, 60),
        victim=True,
    ),
    Companion("rights.notified", "questioning.started", (-15, -3), when={"role": "victim"}),
)

COMPANIONS: Final = (*_DUE, *SCENES)
ENDS_STATED: Final = {"questioning.started": (20, 60)}  # minutes to the end that it states, whatever brought it about
LASTING: Final[Mapping[str, tuple[str, int, int]]] = {"interrogation.started": ("interrogation.closed", 20, 90)}
"""An act whose end is an event of its own, and the minutes that it takes."""


def by_event(companions: tuple[Companion, ...]) -> dict[str, list[Companion]]:
    """The companions of each event."""
    found: dict[str, list[Companion]] = {}
    for companion in companions:
        found.setdefault(companion.to, []).append(companion)
    return found


def names_of(companions: tuple[Companion, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Events with the facts that they state, for whoever checks them against the vocabulary."""
    return [(companion.event, dict(companion.facts)) for companion in companions]
