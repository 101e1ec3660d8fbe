"""How an act is done and papered in a case that is handled well: the facts that checks look at."""

from collections.abc import Mapping
from typing import Any, Final

from zhunsheng.city.spans import DAY, HOUR
from zhunsheng.city.steps import Chance, Facts, Later, Number, Pick

APPROVED: Final = {"approved_at": Later(-90)}
SEARCHED: Final = {
    "recording": "full",
    "witness_present": True,
    "witness_eligible": True,
    "warrant_shown": True,
    "urgent_ground": False,
    "place_kind": Pick(("dwelling", "workplace")),
}
HANDLED: Final = {"recording": "full", "handlers_qualified": True, "place_certified": True}
KEPT: Final = {"living_necessity": False, "third_party": False, **APPROVED}
LONGER: Final = {"custody_likely": True, **APPROVED}
BY_COUNTY: Final = {"approver_level": "county", **APPROVED}
AMOUNT: Final = {"quantity": Number(1, 9), "weight_mg": Number(1_000, 900_000)}
JURISDICTION: Final = {"has_jurisdiction": True, "unit_level": "station"}
PENALTIES: Final = (
    {"penalty_kind": "fine", "fine_fen": 20_000, "unit_level": "station"},
    {"penalty_kind": "fine", "fine_fen": 50_000, "unit_level": "station"},
    {"penalty_kind": "fine", "fine_fen": 100_000, "unit_level": "county"},
    {"penalty_kind": "warning", "unit_level": "station"},
    {"penalty_kind": "detention", "unit_level": "county"},
    {"penalty_kind": "detention", "unit_level": "county"},
    {"penalty_kind": "revoke_licence", "unit_level": "county"},
)
EVIDENCE: Final = Pick((("confession", "witness"), ("confession", "physical", "record"), ("documentary", "victim")))

PERSON_FACTS: Final[Facts] = {
    "minor": Chance(0.04),
    "vulnerable": Chance(0.02),
    "sex": Pick(("male", "male", "male", "female")),
    "deaf": Chance(0.01),
    "knows_language": Chance(0.98),
    "deputy": Chance(0.005),
    "detention_exempt": Chance(0.0),
    "bail_barred": Chance(0.0),
    "role": "suspect",
}
CASE_FACTS: Final[Facts] = {"grave": Chance(0.05), "mediation_barred": Chance(0.0)}

MANNER: Final[Mapping[str, Facts]] = {
    "admin_detention.executed": {"exemption_lifted": False, **APPROVED},
    "arrest.executed": APPROVED,
    "blood.sent": {"carrier_named": True},
    "body.examined": HANDLED,
    "case.accepted": JURISDICTION,
    "case.filed": JURISDICTION,
    "case_limit.extended": {**BY_COUNTY, "unit_level": "station"},
    "continued_questioning.extended": BY_COUNTY,
    "custody.extension_approved": {"approver_level": "city"},
    "decision.made": {
        "evidence_kinds": EVIDENCE,
        "has_jurisdiction": True,
        "legal_review_due": Chance(0.3),
        **APPROVED,
    },
    "deposit.forfeited": {"amount_fen": 200_000, "approver_level": "county"},
    "deposit.received_cash": {"amount_fen": 100_000},
    "detention.extended": BY_COUNTY,
    "dossier.lent": APPROVED,
    "fine.collected": {"amount_fen": 10_000, "finance_receipt": True},
    "inspection.executed": {**SEARCHED, **HANDLED},
    "interrogation.started": HANDLED,
    "item.lent": {**AMOUNT, **APPROVED},
    "lineup.held": {
        **HANDLED,
        "fillers_reused": False,
        "lineup_count": Number(10, 12),
        "lineup_kind": Pick(("person", "photo", "object")),
        "viewed_apart": True,
    },
    "measure.onspot": HANDLED,
    "measure.surveillance": {"place_kind": "dwelling", **APPROVED},
    "money.received": {"account_kind": "case_account", "amount_fen": Number(10_000, 9_000_000)},
    "person.brought_in": {"unit_level": "station"},
    "person.detained": {"refusal_noted": False, "warrant_shown": True, **APPROVED},
    "person.entered_area": {"camera_on": True, "guarded": True},
    "person.taken_out": APPROVED,
    "prosecution.transferred": {"evidence_kinds": EVIDENCE},
    "property.frozen": APPROVED,
    "property.returned": {"receiver": Pick(("owner", "victim", "proxy"))},
    "property.sealed": KEPT,
    "property.seized": {
        **KEPT,
        **AMOUNT,
        "list_copies": 3,
        "list_signed": True,
        "photographed": True,
        "recording": "full",
        "valuable": Chance(0.15),
        "valued": True,
        "witness_eligible": True,
        "witness_present": True,
    },
    "questioning.extended": LONGER,
    "questioning.ended": {"refusal_noted": False, "time_signed": True},
    "questioning.started": {**HANDLED, "place_kind": "case_area"},
    "record.closed": {"pages_signed": True, "read_back": True, "refusal_noted": False},
    "recording.checked": {"file_intact": True},
    "sample.handed_over": {"carrier_named": True},
    "scene.examined": {
        "handlers_qualified": True,
        "recording": "full",
        "witness_eligible": True,
        "witness_present": True,
    },
    "search.executed": {**SEARCHED, **APPROVED},
    "summons.ended": {"refusal_noted": False, "time_signed": True},
    "summons.extended": LONGER,
    "tech.approved": {"tech_kind": Pick(("communication", "location", "recording"))},
}
SECURITIES: Final = ({"guarantor": True, "deposit_paid": False}, {"guarantor": False, "deposit_paid": True})
NIGHT: Final = (22 * HOUR, 6 * HOUR)


def touches_night(begin: int, end: int) -> bool:
    """Whether some minute between the two lies between 22:00 and 06:00."""
    begins_at, ends_at = NIGHT
    at = begin % DAY
    return at >= begins_at or at < ends_at or at + (end - begin) > begins_at


def help_for(person: Mapping[str, Any]) -> dict[str, Any]:
    """Who has to be there when this person is heard."""
    found: dict[str, Any] = {}
    if person.get("minor"):
        found["adult_present"] = True
        if person.get("sex") == "female":
            found["female_staff"] = True
    if person.get("deaf"):
        found["sign_helper"] = True
    if not person.get("knows_language", True):
        found["interpreter"] = True
    return found
