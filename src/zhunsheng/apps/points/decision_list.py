"""What one person proposed and another decides, as a list: what waits comes first."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import called
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.decisions import seen
from zhunsheng.apps.points.models import Decision, Proposal
from zhunsheng.apps.points.showing import ProposalLine, proposal_lines


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the proposals: those that wait first, of these and of the others the newest."""
    states = (("waiting", _("待确认")), ("confirmed", _("同意")), ("refused", _("不同意")))
    columns = (
        Column("kind", _("事项"), sort=("kind", "-at", "key")),
        Column("what", _("内容")),
        Column("at", _("提出"), sort=("at", "key")),
        Column("state", _("决定"), sort=("is_done", "-at", "key")),
    )
    filters = (
        Filter("state", _("决定"), _in_state, choices(states)),
        Filter("kind", _("事项"), lambda value: Q(kind=value), choices((k, _(t)) for k, t in Proposal.Kind.choices)),
        Filter("unit", _("单位"), lambda value: units.within(value, column="about"), choices(units.choices(viewer))),
        Filter("who", _("提出或决定"), _by, hint=_("姓名或警号")),
        filtered(_("提出时间"), now=now),
    )
    return Listing(columns, filters, default_sort="state")


def _in_state(name: str) -> Q:
    return Q(decision=None) if name == "waiting" else Q(decision__confirmed=name == "confirmed")


def _by(text: str) -> Q:
    return called(text, of="by__") | called(text, of="decision__by__")


def proposals(viewer: Viewer, asked: Asked) -> tuple[Page[Proposal], list[ProposalLine], int]:
    """A page of the proposals that a viewer may see, its lines, and how many of all wait."""
    with stored.whole():
        found: QuerySet[Proposal] = seen(viewer).annotate(
            key=Cast("pk", TextField()),  # an address holds text
            is_done=Exists(Decision.objects.filter(proposal=OuterRef("pk"))),
            # Of what the city decides, the unit stands in what is proposed.
            about=Coalesce(
                NullIf("unit", Value("")), KeyTextTransform("unit", "body"), Value(""), output_field=TextField()
            ),
        )
        page = asked.page(found.select_related("by", "decision__by"))
        return page, proposal_lines(page.rows, viewer), seen(viewer).filter(decision=None).count()


def cells(line: ProposalLine) -> Iterator[Cell]:
    """One proposal as it is taken away."""
    row, said = line.proposal, line.decision
    yield from (str(line.kind), line.what, line.unit, row.reason, row.by.name, row.at)
    if said is None:
        yield from (_("待确认"), "", None, "")
        return
    yield from (_("同意") if said.confirmed else _("不同意"), said.by.name, said.at, said.reason)
