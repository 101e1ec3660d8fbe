"""Files with known problems among the cases of a city: planted, drawn with the others, read."""

from collections.abc import Mapping, Sequence
from datetime import date

from tests.platform.inspection_world import (
    HOUR,
    Inspection,
    at,
    committed,
    drawn,
    given_out,
    planned,
)
from tests.platform.people import WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.models import Document, Dossier
from zhunsheng.apps.inspection import planting, reading
from zhunsheng.apps.inspection.models import Assigned, Plan, Submission
from zhunsheng.core.inspection.planting import Paper, PlantedFile
from zhunsheng.core.inspection.sheets import Answer as Said

BEFORE = at("09-30 10:00")


def made_up(
    *known: str,
    unit: str = WEST_STATION,
    n: int = 0,
    papers: Sequence[Paper] = (Paper("讯问笔录", "", None, True, ()),),
    said: Mapping[str, str] | None = None,
) -> PlantedFile:
    """A theft of October under a station, with the problems of some questions in it."""
    return PlantedFile(
        title=f"电动车被盗案{n}", kind="criminal", unit=unit, month="202610", result="prosecution.transferred",
        ended_on=date(2026, 10, 1 + n % 28), known=known, uses=(), said=said or {}, papers=tuple(papers),
    )  # fmt: skip


def plant(world: Inspection, file: PlantedFile, *, told: Sequence[str] = ()) -> str:
    with as_process("test"):
        return planting.plant(file, {}, by=world["witness"], at=BEFORE, told=[world[name] for name in told])


def viewer(world: Inspection, name: str) -> Viewer:
    return viewer_of(account=name, officer=world[name].pk, admin_role="", on=HOUR.date())


def lot(world: Inspection, *, files: int) -> Plan:
    """A plan that draws so many files, drawn and given out."""
    plan = planned(world, drawn=files, below="70")
    committed(world, plan)
    drawn(world, plan)
    given_out(plan)
    return Plan.objects.get(pk=plan.pk)


def problem(question: str) -> Said:
    return Said(question, "problem", "", "1", "", "刑规206", "036009", 2)


def read_all(plan: Plan, problems: dict[str, str]) -> None:
    """Every file handed in by everybody who has it; in some files each of them found a problem."""
    with as_process("test"), planting.shown():
        for row in Assigned.objects.filter(pick__plan=plan).select_related("pick", "reader").order_by("pk"):
            assert row.reader is not None
            if question := problems.get(row.pick.case):
                reading.answer(row, problem(question), by=row.reader, at=at("11-17 09:00"))
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-17 10:00"))


def read_all_others(plan: Plan) -> None:
    """Every sheet that is still out handed in."""
    with as_process("test"), planting.shown():
        for row in Assigned.objects.filter(pick__plan=plan, submission=None).select_related("reader"):
            assert row.reader is not None
            Submission.objects.create(assigned=row, by=row.reader, at=at("11-18 10:00"))


def filed(case: str, papers: Sequence[Paper]) -> None:
    """The dossier of a true case."""
    dossier = Dossier.objects.create(code=f"JZ-{case}", case_id=case, title="侦查卷")
    for serial, paper in enumerate(papers, 1):
        Document.objects.create(
            dossier=dossier, code=f"{dossier.code}-{serial}", kind=paper.kind, document_no=paper.document_no,
            signed=paper.signed, recorded_at=BEFORE,
        )  # fmt: skip
