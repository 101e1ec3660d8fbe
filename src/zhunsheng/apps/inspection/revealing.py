"""That a case was chosen, who read it and what he said is told in its course once it was read: until then whoever works
on it does not learn that it was chosen. Its rows are sealed from the first, and each event keeps its own instant."""

from datetime import datetime
from typing import Final

from zhunsheng.apps.inspection.models import Answer, Assigned, Pick
from zhunsheng.apps.inspection.outcomes import current_readings
from zhunsheng.apps.inspection.planting import is_made_up
from zhunsheng.apps.inspection.telling import tell_of_case
from zhunsheng.apps.org.models import Officer

OF_ROUND: Final = {"second": "inspection.second_read", "third": "inspection.disagreement_decided"}


def is_read(pick: Pick) -> bool:
    """Whether everybody who was to read a file has."""
    rows = current_readings(pick)
    return bool(rows) and all(hasattr(row, "submission") for row in rows.values())


def tell_reading(pick: Pick) -> None:
    """Tell in the course of the case how it was chosen and read, if it was read; said again, nothing is added. What was
    made up has no course: a true case may come to have its number."""
    fresh = Pick.objects.get(pk=pick.pk)
    if not is_read(fresh) or is_made_up(fresh):
        return
    if fresh.stream == "risk" and fresh.plan_id is None:
        _tell("inspection.risk_picked", f"risk/{fresh.pk}", fresh, fresh.at)
    for row in fresh.assignments.select_related("reader", "submission").order_by("pk"):
        _tell_round(row, fresh)
    for one in Answer.objects.filter(assigned__pick=fresh).order_by("pk"):
        _tell("inspection.answered", f"answer/{one.pk}", fresh, one.at)


def tell_answer(one: Answer) -> None:
    """Tell an answer that was given after the file was read; any other is told with the reading."""
    pick = Pick.objects.get(pk=one.assigned.pick_id)
    if is_read(pick) and not is_made_up(pick):
        _tell("inspection.answered", f"answer/{one.pk}", pick, one.at)


def _tell_round(row: Assigned, pick: Pick) -> None:
    kind = "inspection.reassigned" if row.reason else "inspection.assigned"
    # A blind reading is not announced under its reader's name in the case.
    _tell(kind, f"assigned/{row.pk}", pick, row.at, by=row.reader if row.round == "first" else None)
    if row.round in OF_ROUND and hasattr(row, "submission"):
        _tell(OF_ROUND[row.round], f"{row.round}/{row.pk}", pick, row.submission.at)


def _tell(kind: str, key: str, pick: Pick, at: datetime, *, by: Officer | None = None) -> None:
    tell_of_case(kind, key=key, case=pick.case, unit=pick.unit, at=at, by=by)
