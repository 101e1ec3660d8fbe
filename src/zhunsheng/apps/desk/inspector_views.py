"""What discipline inspection sees: leads, what was withdrawn, and what it has looked at itself. Nothing to press."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.kinds import KINDS, object_words
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.models import AuditEntry
from zhunsheng.apps.audit.selectors import entries_of
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import leads
from zhunsheng.apps.desk.inbox import midnight
from zhunsheng.apps.desk.overdue_rows import leads_drawn
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Choice, Column, Filter, Listing
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def found_leads(request: HttpRequest) -> HttpResponse:
    """线索."""
    viewer, now = viewer_among(request, leads.AUDIENCE), asking(request).now
    asked = leads.listing(viewer).asked(request.GET)
    found = leads.leads(viewer, asked, now=now)
    record_read(kind="leads", key=asked.address(), detail={"count": len(found.page.rows)})
    page = {
        "leads": found,
        "page": found.page,
        "drawn": leads_drawn(found.page.rows, now=now),
        "asked": asked,
        "open_address": asked.address(state="open"),
    }
    return render(request, "desk/leads.html", page | _kept(request, "desk:leads"))


@for_a_purpose(gettext_lazy("线索"), back="desk:leads")
def leads_sheet(request: HttpRequest) -> HttpResponse:
    """The leads to take away."""
    viewer = viewer_among(request, leads.AUDIENCE)
    asked = leads.listing(viewer).whole(request.GET, rows=MOST_ROWS)
    found = leads.leads(viewer, asked, now=asking(request).now)
    heads = [_("规则"), _("种类"), _("单位"), _("次数"), _("仍未办结"), _("首次"), _("最近")]
    sheet = Sheet("leads_sheet", "leads", _("线索"), heads, back="desk:leads")
    return taken_away(request, sheet, found.page, (leads.lead_cells(lead) for lead in found.page.rows))


@require_GET
def withdrawn(request: HttpRequest) -> HttpResponse:
    """撤回记录."""
    viewer = viewer_among(request, leads.AUDIENCE)
    asked = leads.withdrawn_listing(viewer).asked(request.GET)
    page, rows, count = leads.withdrawn(viewer, asked)
    record_read(kind="withdrawn", key=asked.address(), detail={"count": len(rows)})
    shown = {"page": page, "rows": rows, "count": count, "asked": asked}
    return render(request, "desk/withdrawn.html", shown | _kept(request, "desk:withdrawn"))


@for_a_purpose(gettext_lazy("撤回记录"), back="desk:withdrawn")
def withdrawn_sheet(request: HttpRequest) -> HttpResponse:
    """What was withdrawn, to take away."""
    viewer = viewer_among(request, leads.AUDIENCE)
    asked = leads.withdrawn_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    page, rows, _count = leads.withdrawn(viewer, asked)
    heads = [_("规则"), _("案件编号"), _("案件名称"), _("单位"), _("原来的认定"), _("首次认定"), _("撤回"), _("原因")]
    sheet = Sheet("withdrawn_sheet", "withdrawn", _("撤回记录"), heads, back="desk:withdrawn")
    return taken_away(request, sheet, page, (leads.withdrawn_cells(row) for row in rows))


@require_GET
def own_looks(request: HttpRequest) -> HttpResponse:
    """查阅记录: what the viewer has looked at, as the audit log has it."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = _looks_listing(now).asked(request.GET)
    entries = _own_looks(viewer)
    today = entries.filter(at__gte=midnight(now, 0)).count()
    page = asked.page(entries)
    record_read(kind="own_looks", key=asked.address(), detail={"count": len(page.rows)})
    rows = [(entry, *_look_words(entry)) for entry in page.rows]
    shown = {"page": page, "rows": rows, "asked": asked, "today": today}
    return render(request, "desk/looks.html", shown | _kept(request, "desk:looks"))


@for_a_purpose(gettext_lazy("查阅记录"), back="desk:looks")
def own_looks_sheet(request: HttpRequest) -> HttpResponse:
    """One's own looks to take away; nobody else's, whoever asks."""
    asked = _looks_listing(asking(request).now).whole(request.GET, rows=MOST_ROWS)
    page = asked.page(_own_looks(viewer_behind(request)))
    heads = [_("时间"), _("看了什么"), _("对象"), _("事由")]
    sheet = Sheet("looks_sheet", "looks", _("查阅记录"), heads, back="desk:looks")
    rows = ((formats.seconds(one.at), *_look_words(one), one.purpose) for one in page.rows)
    return taken_away(request, sheet, page, rows)


def _own_looks(viewer: Viewer) -> QuerySet[AuditEntry]:
    return entries_of(f"account:{viewer.account}").filter(action="read")


def _look_words(entry: AuditEntry) -> tuple[str, str]:
    """What was looked at, and which of it."""
    return str(KINDS.get(entry.object_kind, entry.object_kind)), object_words(entry.object_id)


def _kept(request: HttpRequest, name: str) -> dict[str, object]:
    """What every list offers beside its rows: the filters that were kept, and the sheet."""
    return {"saved": saved_filters(account=asking(request).account, page=name), "sheet": reverse(f"{name}_sheet")}


def _looks_listing(now: datetime) -> Listing:
    spans = {"today": midnight(now, 0), "7": midnight(now, -6), "30": midnight(now, -29)}
    titles = (Choice("today", _("今天")), Choice("7", _("近7天")), Choice("30", _("近30天")))
    kinds = tuple(Choice(kind, str(title)) for kind, title in KINDS.items())
    columns = (Column("at", _("时间"), sort=("id",)), Column("kind", _("看了什么")), Column("object", _("对象")))
    filters = (
        Filter("in", _("时间"), lambda name: Q(at__gte=spans[name]), titles),
        Filter("kind", _("看了什么"), lambda value: Q(object_kind=value), kinds),
    )
    return Listing(columns, filters, default_sort="-at")
