"""One clock: how its due times were reached, and who was told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.told import Told, told_of_group
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.selectors import may_read_case, names_in_case
from zhunsheng.apps.desk.case_track import lines_of
from zhunsheng.apps.desk.explanations import Explanation, explanation_of
from zhunsheng.apps.supervision.case_file import case_file
from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT, Clock


@dataclass(frozen=True)
class ClockPage:
    """What the page of a clock shows."""

    how: Explanation
    told: Sequence[Told]
    source: str


def clock_page(viewer: Viewer, key: str, *, now: datetime) -> ClockPage | None:
    """The clock, where the viewer may read its case; else None. Recorded before the answer."""
    clock = Clock.objects.filter(pk=key).first()
    if clock is None or not _may_read(viewer, clock):
        return None
    kind, number = (OF_CASE, clock.case) if clock.case is not None else (OF_INCIDENT, clock.incident)
    file = case_file(str(number), as_of=now, kind=kind)
    names = names_in_case(clock.case) if clock.case is not None else {}
    line = next((each for each in lines_of(file, names, now=now) if each.key == key), None)
    if line is None:
        return None
    persons = [clock.person] if clock.person else []
    record_read(kind="clock", key=key, persons=persons, detail={"case": clock.case or "", "rule": clock.rule})
    how = explanation_of(line, file)
    source = Source.objects.filter(pk=how.start.source).first() if how.start else None
    return ClockPage(how, told_of_group(key), source.title if source else how.start.source if how.start else "")


def _may_read(viewer: Viewer, clock: Clock) -> bool:
    """A clock of a case as its case; one of an incident, which row security let through, to who may read cases."""
    if clock.case is not None:
        return may_read_case(viewer, number=clock.case)
    return viewer.may(Action.CASE_READ)
