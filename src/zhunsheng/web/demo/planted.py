"""A file with a known fault among those that are read in the demonstration: made like a true one, but nobody signed its
interrogation. Discipline inspection and one of the legal department know which it is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.timezone import localdate

from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.display.typesetting import NoChineseFont, assert_ready
from zhunsheng.apps.inspection import planting, reading, selecting
from zhunsheng.apps.inspection.refusals import PlantRefused
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.city.dossiers import FORMS
from zhunsheng.city.dossiers import Paper as CityPaper
from zhunsheng.core.inspection.planting import CASE, Paper, PlantedFile
from zhunsheng.core.inspection.sheets import USES
from zhunsheng.web.demo import dossiers

KNOWN: Final = "CR07"  # each interrogation by two officers, and both signed
UNSIGNED: Final = "interrogation.started"
ACTS: Final = ("case.accepted", "case.filed", "person.detained", UNSIGNED, "family.notified", "property.seized")
EACH: Final = timedelta(hours=7)
SURNAME: Final = "祁"


def fill(found: Sequence[selecting.Closed], *, by: Officer, told: Officer, since: datetime, at: datetime) -> str | None:
    """One file beside the cases that ended in a span. Returns its number; None where nothing is like it."""
    acts = [paper(act, n, since + EACH * n) for n, act in enumerate(ACTS, 1)]
    ended_on = localdate(since + (at - since) / 2)
    chosen = next(_numbered(found, ended_on), None)
    if chosen is None:
        return None
    model, number = chosen
    case = Case.objects.get(pk=model.number)
    signer = _lead(case) or by
    images = {name: image for one in acts for name, image in drawn(one, number, case.unit, signer)}
    papers = tuple(
        Paper(
            one.kind, dossiers.number_of(one, n), localdate(one.at), True,
            tuple(name for name in images if name.startswith(f"{one.code}/")), one.code,
        )
        for n, one in enumerate(acts, 1)
    )  # fmt: skip
    return planting.plant(
        _described(case, model, ended_on, papers), images, by=by, at=since - timedelta(days=1), told=[told]
    )


def _numbered(found: Sequence[selecting.Closed], ended_on: date) -> Iterator[tuple[selecting.Closed, str]]:
    """Criminal cases that the planted file may lie beside, those of the cell in which most ended first; each with the
    number that it would have there. None of a month in which every number is given, or may be yet."""
    criminal = [one for one in found if one.kind == Case.Kind.CRIMINAL]
    cells = Counter((one.unit, one.result) for one in criminal)
    for model in sorted(criminal, key=lambda one: (-cells[one.unit, one.result], one.unit, one.result, one.number)):
        with suppress(PlantRefused):
            described = _described(Case.objects.get(pk=model.number), model, ended_on, ())
            yield model, planting.number_of(described)


def _lead(case: Case) -> Officer | None:
    head = Assignment.objects.filter(case=case, role=Assignment.Role.CASE_OFFICER).select_related("officer").first()
    return head.officer if head else None


def _described(case: Case, model: selecting.Closed, ended_on: date, papers: tuple[Paper, ...]) -> PlantedFile:
    """Title but for the surname, month, sheets and what data would say are those of the model."""
    sheets = reading.sheets_for(case, at=datetime.combine(ended_on, datetime.min.time()).astimezone())
    said = reading.said_by_data(case.pk, [one for sheet in sheets for one in sheet.questions])
    return PlantedFile(
        title=f"{SURNAME}{case.title[1:]}",
        kind=case.kind,
        unit=model.unit,
        month=case.number[13:19],
        result=model.result,
        ended_on=ended_on,
        known=(KNOWN,),
        uses=tuple(sheet.use for sheet in sheets if sheet.use in USES),
        said={name: word for name, word in said.items() if name != KNOWN},
        papers=papers,
    )


def paper(act: str, serial: int, at: datetime) -> CityPaper:
    """One paper as the city writes them; what is recorded of it says signed, and only its image tells."""
    form, signed = FORMS[act], act != UNSIGNED
    return CityPaper(
        code=f"{CASE}-{serial:02}", kind=form.title, text=form.text, pages=form.pages, at=at, officers=(),
        signed=signed, dated=True, said_signed=True,
    )  # fmt: skip


def drawn(paper: CityPaper, number: str, unit: Unit | None, officer: Officer) -> list[tuple[str, bytes]]:
    """The pages of a paper under their names; none where there is no font to draw them with."""
    try:
        assert_ready()
    except NoChineseFont:
        return []
    images = dossiers.images(paper, Case(number=number, unit=unit), officer.name, int(paper.code[-2:]))
    return [(f"{paper.code}/{n}", image) for n, image in enumerate(images, 1)]
