"""Points in the demonstration: a shipped policy, put in force in the city's year by two of its people.

The shipped files are drafts and stay so. What is in force here is a copy of one in the demonstration's own folder,
approved with its hash.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import decisions, policies
from zhunsheng.apps.points.models import Proposal
from zhunsheng.apps.points.roster import period_of
from zhunsheng.points_book import POLICIES
from zhunsheng.web.demo.people import PROCESS

SHIPPED: Final = "station_case_team.toml"
MINUTES: Final = {"criminal": 540, "administrative": 240}
"""Standard minutes of the demonstration; a real deployment measures its own."""
FILES_READ, FEW_PROBLEMS, MANY_PROBLEMS = 60, 3, 15
"""Of a squad's files drawn by lot: how many were read; problems are fewer than so many, or, in one squad, so many."""
REASON: Final = "演示"


def put_in_place(rulebook: Path, folder: Path, *, since: datetime) -> None:
    """The copy, in force from the first day of the period in which the city's history begins. Not changed later."""
    path = folder / SHIPPED
    if path.exists():
        return
    text = (rulebook / "points" / POLICIES / SHIPPED).read_text("utf-8")
    for shipped, ours in _changes(period_of(localdate(since), "month")):
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _changes(begins: date) -> tuple[tuple[str, str], ...]:
    return (
        ('status   = "draft"', 'status   = "stable"'),
        ("2027-01-01", begins.isoformat()),
        ('unit_kinds = ["station"]', 'unit_kinds = ["station", "squad"]'),
        ("min_exposure_days = 8, min_cases = 12", "min_exposure_days = 1, min_cases = 2"),
    )


def approve(*, at: datetime) -> bool:
    """Two bodies approve what is there, and the weights of the year; says whether they had not before."""
    with transaction.atomic(), as_process(PROCESS):
        if Proposal.objects.exists():
            return False
    legal, second = _viewer("legal_department", at), _viewer("county_head", at)
    for file in policies.files():
        if file.policy is not None and file.policy.status in policies.COMPUTED:
            body = {
                "policy": file.policy.id, "version": file.policy.version, "title": file.policy.title,
                "sha256": file.sha256, "verdict": file.verdict, "text": file.text,
            }  # fmt: skip
            _agreed(Proposal.Kind.POLICY, body, legal, second, at)
    with transaction.atomic(), as_process(PROCESS):
        units = Unit.objects.filter(kind=Unit.Kind.CASE_SQUAD).order_by("pk").values_list("pk", flat=True)
        rows = [(unit, kind, minutes) for unit in units for kind, minutes in MINUTES.items()]
    _agreed(Proposal.Kind.WEIGHTS, {"year": 2026, "rows": rows}, legal, second, at)
    return True


def state_samples(*, at: datetime) -> None:
    """What files drawn by lot said of each squad, as two bodies record it: the work block opens where few are faulty,
    and stays held in one squad."""
    period = period_of(localdate(at), "month").isoformat()
    with transaction.atomic(), as_process(PROCESS):
        units = Unit.objects.filter(kind=Unit.Kind.CASE_SQUAD).order_by("pk").values_list("pk", flat=True)
        squads = list(units)
    legal, second = _viewer("legal_department", at), _viewer("county_head", at)
    for n, unit in enumerate(squads):
        problems = MANY_PROBLEMS if n == 0 else n % FEW_PROBLEMS
        body = {"unit": unit, "period": period, "files": FILES_READ, "problems": problems}
        _agreed(Proposal.Kind.BOUND, body, legal, second, at)


def _agreed(kind: str, body: dict[str, Any], first: Viewer, second: Viewer, at: datetime) -> None:
    with transaction.atomic(), as_process(PROCESS):
        made = decisions.propose(first, kind=kind, body=body, unit="", reason=REASON, at=at)
        decisions.decide(second, proposal=made.pk, confirmed=True, reason=REASON, at=at)


def _viewer(login: str, at: datetime) -> Viewer:
    with transaction.atomic(), as_process(PROCESS):
        account = Account.objects.get(username=login)
        return viewer_of(account=login, officer=account.officer_id, admin_role="", on=localdate(at))
