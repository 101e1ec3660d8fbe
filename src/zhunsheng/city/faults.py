"""One planted violation for every check: in which story it happens, what leads to it, and what goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from zhunsheng.city.companions import ITEM, Companion
from zhunsheng.city.spans import HOUR
from zhunsheng.city.steps import Facts, Later

CRIMINAL: Final = "criminal-from-a-report"
CALLED: Final = "criminal-from-a-call"
PUBLIC_SECURITY: Final = "public-security-from-a-report"
NEW_LAW: Final = date(2026, 1, 1)


@dataclass(frozen=True)
class Fault:
    """What goes wrong in one case, told by the code of the check that should notice."""

    code: str
    story: str = CRIMINAL
    toward: str | None = None  # the rule to whose start the case is led
    through: tuple[str, ...] = ()  # steps that are taken
    acts: Mapping[str, str] = field(default_factory=dict)  # step → the event that it becomes
    facts: Mapping[str, Any] = field(default_factory=dict)  # what is so of the case or its persons
    grows: tuple[str, ...] = ()  # extensions that are granted
    late: tuple[str, ...] = ()  # events that come at the end of their limit
    gaps: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # step → minutes after the event
    overdue: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # step → days after the limit
    states: Mapping[str, Facts] = field(default_factory=dict)  # event → facts that it states instead
    lacks: tuple[str, ...] = ()  # companions that do not come
    has: tuple[str, ...] = ()  # companions that come for certain
    moves: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # companion → minutes after the event
    adds: tuple[Companion, ...] = ()
    alone: tuple[str, ...] = ()  # events handled by one officer
    by_handler: tuple[str, ...] = ()  # events that the handlers do themselves
    unnumbered: tuple[str, ...] = ()  # events without a document number
    recorded: tuple[str, ...] = ()  # events entered five days later
    since: date | None = None


DETAINED: Final = "criminal.detention.first-interrogation"
ARRESTED: Final = "criminal.arrest.first-interrogation"
TRANSFERRED: Final = "criminal.prosecution-review"
VISITED: Final = "admin.summons.questioning"
SUMMONED: Final = "criminal.summons.duration"
BAILED: Final = "criminal.bail.term"
DECIDED: Final = "admin.decision.serve-public-security"


def _heard(code: str, stated: Facts, /, **person: Any) -> Fault:
    """An interrogation after detention that goes wrong."""
    return Fault(code, toward=DETAINED, facts=person, states={"interrogation.started": stated})


def _of(code: str, toward: str, event: str, stated: Facts, /, story: str = CRIMINAL, **more: Any) -> Fault:
    """An act on the way that is done or papered wrongly."""
    return Fault(code, story=story, toward=toward, states={event: stated}, **more)


def _scene(code: str, event: str, stated: Facts, /, story: str = CRIMINAL, **more: Any) -> Fault:
    """A rarer act that is done wrongly."""
    return Fault(code, story=story, has=(event,), states={event: stated}, **more)


PERSONS: Final = (
    Fault("P01", toward=DETAINED, alone=("interrogation.started",)),
    Fault(
        "P02",
        story=PUBLIC_SECURITY,
        toward=VISITED,
        alone=("questioning.started",),
        states={"questioning.started": {"place_certified": False}},
    ),
    Fault(
        "P03",
        story=PUBLIC_SECURITY,
        toward=VISITED,
        alone=("questioning.started",),
        states={"questioning.started": {"recording": "partial"}},
        since=NEW_LAW,
    ),
    Fault(
        "P04",
        toward=DETAINED,
        adds=(
            Companion("search.executed", "interrogation.started", (5, 10), keeps=(), lasts=(30, 60), shares_team=True),
        ),
    ),
    Fault("P05", toward=DETAINED, adds=(Companion("lineup.held", "interrogation.started", (5, 10), lasts=(10, 15)),)),
    _heard("P06", {"handlers_qualified": False}),
    _heard("P07", {"adult_present": False}, minor=True),
    Fault(
        "P08",
        story=PUBLIC_SECURITY,
        toward="admin.hearing.accept",
        facts={"has_victim": True, "minor": True},
        has=("questioning.started",),
        states={"questioning.started": {"adult_present": False}},
    ),
    _heard("P09", {"female_staff": False}, minor=True, sex="female"),
    _scene("P10", "body.examined", {"examiner": "male_officer"}, toward=DETAINED, facts={"sex": "female"}),
    _heard("P11", {"sign_helper": False}, deaf=True),
    _heard("P12", {"interpreter": False}, knows_language=False),
    Fault(
        "P13",
        toward=DETAINED,
        adds=(
            Companion(
                "questioning.started",
                "interrogation.started",
                (5, 10),
                keeps=(),
                lasts=(20, 30),
                victim=True,
                shares_place=True,
            ),
        ),
    ),
    Fault("P14", toward=DETAINED, lacks=("rights.notified",)),
    Fault("P15", toward=SUMMONED, acts={"summons": "summons.ended"}, late=("summons.ended",), lacks=("meal.given",)),
    Fault(
        "P16",
        toward=DETAINED,
        states={"interrogation.started": {"night_approved": False}},
        moves={"interrogation.closed": (250, 300)},
    ),
    Fault(
        "P17",
        toward=SUMMONED,
        acts={"summons": "summons.ended"},
        through=("arrive-again",),
        gaps={"arrive-again": (2 * HOUR, 5 * HOUR)},
    ),
    _of(
        "P18",
        VISITED,
        "questioning.extended",
        {"custody_likely": False},
        PUBLIC_SECURITY,
        grows=("questioning.extended",),
    ),
    _of(
        "P19",
        "admin.continued-questioning",
        "continued_questioning.extended",
        {"approver_level": "unit"},
        PUBLIC_SECURITY,
        grows=("continued_questioning.extended",),
    ),
    _of("P20", "admin.continued-questioning", "person.brought_in", {"unit_level": "county"}, PUBLIC_SECURITY),
    _of("P21", SUMMONED, "summons.ended", {"time_signed": False}, acts={"summons": "summons.ended"}),
    _of("P22", ARRESTED, "interrogation.started", {"place_kind": "interrogation_room"}),
    _heard("P23", {"place_kind": "other"}),
    _of("P24", DETAINED, "person.detained", {"warrant_shown": False}),
    Fault("P25", toward=ARRESTED, alone=("arrest.executed",)),
    _of("P26", BAILED, "measure.bail", {"deposit_paid": True, "guarantor": True}),
    _of("P27", BAILED, "measure.bail", {"bail_exception": False}, facts={"bail_barred": True}),
    _of("P28", "criminal.surveillance.term", "measure.surveillance", {"place_kind": "custody_place"}),
    _of("P29", DETAINED, "detention_house.admitted", {"held_apart": False}, facts={"minor": True}),
    Fault("P30", has=("recusal.ground_found",), lacks=("recusal.decided",), toward="criminal.complaint-117"),
    _of("P31", DETAINED, "person.detained", {"permit_obtained": False}, facts={"deputy": True}),
    Fault(
        "P32",
        toward=DETAINED,
        states={"person.detained": {"new_evidence": False}},
        adds=(Companion("person.released", "person.detained", (-3000, -1500), facts={"from": "other"}),),
    ),
    Fault(
        "P33",
        toward=DETAINED,
        has=("sample.taken",),
        adds=(Companion("sample.taken", "safety.checked", (30, 60), names=ITEM, facts={"consent": True}),),
    ),
)

MATTERS: Final = (
    Fault("A01", story=CALLED, moves={"incident.alarm_received": (-1700, -1600)}),
    Fault("A02", facts={"has_complainant": True}, lacks=("receipt.issued",)),
    Fault(
        "A03",
        toward="criminal.complaint-117",
        adds=(Companion("property.sealed", "case.filed", (-300, -60), keeps=(), names=ITEM),),
    ),
    Fault(
        "A04",
        story=PUBLIC_SECURITY,
        acts={"decide": "case.converted_criminal", "decide-2012": "case.converted_criminal"},
        unnumbered=("case.converted_criminal",),
    ),
    _scene("A05", "search.executed", {"recording": "partial", "witness_present": False}, toward=DETAINED),
    _scene("A06", "search.executed", {"witness_eligible": False}, toward=DETAINED),
    _scene("A07", "search.executed", {"warrant_shown": False}, toward=DETAINED),
    _scene("A08", "inspection.executed", {"place_kind": "dwelling", "warrant_shown": False}, PUBLIC_SECURITY),
    _scene("A09", "lineup.held", {"lineup_count": 6, "lineup_kind": "person"}, toward=DETAINED),
    _scene("A10", "lineup.held", {"viewed_apart": False}, toward=DETAINED),
    Fault("A11", story=PUBLIC_SECURITY, toward=DECIDED, lacks=("penalty.notified",)),
    _of(
        "A12",
        DECIDED,
        "decision.made",
        {"penalty_kind": "revoke_licence", "unit_level": "county"},
        PUBLIC_SECURITY,
        lacks=("hearing.right_told",),
    ),
    _of(
        "A13",
        DECIDED,
        "decision.made",
        {"legal_review_due": True},
        PUBLIC_SECURITY,
        lacks=("legal_review.passed",),
    ),
    _of(
        "A14",
        DECIDED,
        "decision.made",
        {"fine_fen": 200_000, "penalty_kind": "fine", "unit_level": "station"},
        PUBLIC_SECURITY,
    ),
    Fault(
        "A15",
        story=PUBLIC_SECURITY,
        toward="admin.detention.suspend-decision",
        facts={"detention_exempt": True},
    ),
    Fault("A16", story="old-offence", overdue={"admin.prescription.public-security": (5, 30)}),
    _of("A17", DECIDED, "decision.made", {"evidence_kinds": ("confession",)}, PUBLIC_SECURITY),
    Fault("A18", story="accident", toward="traffic.accident.mediation", facts={"mediation_barred": True}),
    _heard("A19", {"recording": "partial"}, grave=True),
    _of("A20", VISITED, "questioning.started", {"recording": "none"}, PUBLIC_SECURITY, since=NEW_LAW),
    _of("A21", "criminal.techsurveillance.term", "tech.used", {"tech_kind": "search"}),
    Fault("A22", toward="criminal.complaint-117", has=("cross_area.executed",), lacks=("coop.letter_sent",)),
)

ITEMS: Final = (
    Fault("G01", toward="property.handover", overdue={"store": (4, 8)}),
    Fault("G02", toward="property.handover", by_handler=("property.stored",)),
    _of("G03", "admin.seizure.term", "property.seized", {"list_signed": False}, PUBLIC_SECURITY),
    _of("G04", "admin.seizure.term", "property.seized", {"photographed": False, "valuable": True}, PUBLIC_SECURITY),
    _of("G05", "admin.seizure.term", "property.seized", {"third_party": True}, PUBLIC_SECURITY),
    Fault("G06", toward="property.handover", has=("item.lent",), lacks=("item.returned_to_store",)),
    _of("G07", "property.handover", "item.returned_to_store", {"quantity": 0}, has=("item.lent",)),
    _scene("G08", "money.received", {"account_kind": "private"}, toward=DETAINED),
    Fault(
        "G09",
        toward="criminal.freeze.deposit",
        adds=(Companion("securities.frozen", "property.frozen", (60, 600), keeps=ITEM),),
    ),
    Fault(
        "G10",
        story=PUBLIC_SECURITY,
        toward="admin.seizure.term",
        overdue={"deal-with-seized": (45, 60)},
    ),
    _of("G11", "criminal.property.unrelated-release", "property.returned", {"receiver": "officer"}),
    _of(
        "G12",
        BAILED,
        "deposit.received",
        {"account_kind": "private"},
        adds=(Companion("deposit.received", "measure.bail", (10, 90), facts={"amount_fen": 100_000}),),
    ),
    _of(
        "G13",
        "criminal.bail.forfeit-announce",
        "deposit.forfeited",
        {"amount_fen": 6_000_000, "approver_level": "county"},
    ),
    _of("G14", "admin.fine.handin", "fine.collected", {"finance_receipt": False}, "on-the-spot"),
    _of("G15", "traffic.violation.blood-send", "blood.sent", {"carrier_named": False}, "violation-at-the-roadside"),
)

DOSSIERS: Final = (
    _of("D01", DETAINED, "record.closed", {"pages_signed": False}),
    _of("D02", DETAINED, "person.detained", {"approved_at": Later(300)}),
    Fault("D03", toward=TRANSFERRED, lacks=("record.closed",)),
    Fault(
        "D04",
        toward="dossier.archive",
        has=("dossier.lent",),
        lacks=("dossier.returned",),
        overdue={"dossier.archive": (5, 20)},
    ),
    Fault(
        "D05",
        toward=TRANSFERRED,
        through=("order-appraisal",),
        late=("prosecution.transferred",),
        overdue={"tell-suspect": (90, 120)},
    ),
    Fault(
        "D06",
        toward=TRANSFERRED,
        grows=("custody.extension_approved",),
        lacks=("detention_house.notified",),
    ),
    Fault("D07", toward=TRANSFERRED, lacks=("custody.handed_over",)),
    Fault("D08", toward=DETAINED, recorded=("case.filed",)),
)

UNITS_AND_PLACES: Final = (
    _of("U01", DETAINED, "case.accepted", {"has_jurisdiction": False}),
    _of("U02", DETAINED, "detention.extended", {"approver_level": "unit"}, grows=("detention.extended",)),
    Fault(
        "L01",
        toward=SUMMONED,
        acts={"summons": "summons.ended"},
        late=("summons.ended",),
        gaps={"enter person.arrived": (90, 200)},
    ),
    Fault("L02", toward=DETAINED, lacks=("safety.checked",)),
    Fault(
        "L03",
        toward=SUMMONED,
        acts={"summons": "summons.ended"},
        gaps={"leave summons.ended": (26 * HOUR, 30 * HOUR)},
    ),
    Fault(
        "L04",
        toward=DETAINED,
        facts={"sex": "male"},
        has=("room.entered",),
        adds=(Companion("room.entered", "room.entered", (1, 2), keeps=(), victim=True, shares_place=True, once=True),),
    ),
    _of("L05", DETAINED, "person.entered_area", {"camera_on": False}),
    _scene("L06", "recording.checked", {"file_intact": False}, toward=DETAINED),
    Fault("L07", toward=DETAINED, has=("injury.found",), lacks=("medical.given",)),
    # The unit that handles the case approves a policy that the gate refuses; the log names it beside the call.
    Fault(
        "U04",
        story=CALLED,
        adds=(
            Companion(
                "points.policy_approved",
                "response.finished",
                (5, 60),
                keeps=("incident",),
                facts={"gate_verdict": "refuse"},
                once=True,
            ),
        ),
    ),
)

FAULTS: Final = (*PERSONS, *MATTERS, *ITEMS, *DOSSIERS, *UNITS_AND_PLACES)
"""U03 counts the findings of a unit, of which a city has enough."""
