"""Pages of those who look after sources and labels: each translates, makes one call, and answers."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases import labels, services, sources
from zhunsheng.apps.cases.forms import LabelForm, SourceForm
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.refusals import DomainError


@require_http_methods(["GET", "POST"])
def source_list(request: HttpRequest) -> HttpResponse:
    """The source systems, and a form for another. A new key is shown in the answer and never again."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = sources.new_key()
        try:
            source = services.add_source(key=key, **form.cleaned_data)
        except (DomainError, ValidationError) as problem:
            form.add_error(None, str(problem) if isinstance(problem, DomainError) else problem.messages)
        else:
            return render(request, "cases/source_added.html", {"source": source, "key": key})
    page = {"form": form, "rows": sources.source_rows()}
    return render(request, "cases/sources.html", page, status=422 if form.errors else 200)


@require_POST
def switch_source(request: HttpRequest, source: str) -> HttpResponse:
    """Let a source report no more, or again."""
    try:
        services.switch_source(source=source, active=request.POST.get("active") == "on")
    except DomainError as problem:
        return render(request, "cases/refused.html", {"problem": str(problem)}, status=422)
    return redirect("cases:sources")


@require_http_methods(["GET", "POST"])
def label_list(request: HttpRequest) -> HttpResponse:
    """The cases that are held more closely than others, and a form that says so of one."""
    viewer, asked = viewer_behind(request), labels.label_listing().asked(request.GET)
    here = reverse("cases:labels") + asked.here()
    form = LabelForm(request.POST or None, initial={"case": request.GET.get("case", "")})
    if request.method == "POST" and form.is_valid():
        try:
            labels.change_label(viewer=viewer, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect(here)
    page, count = labels.labelled_cases(viewer, asked)
    record_read(kind="label_list", key=asked.address(), detail={"count": len(page.rows)})
    shown = {
        "page": page,
        "rows": page.rows,
        "asked": asked,
        "count": count,
        "form": form,
        "here": here,
        "sheet": reverse("cases:labels_sheet"),
        "saved": saved_filters(account=asking(request).account, page="cases:labels"),
    }
    return render(request, "cases/labels.html", shown, status=422 if form.errors else 200)


@for_a_purpose(gettext_lazy("密级标签"), back="cases:labels")
def labels_sheet(request: HttpRequest) -> HttpResponse:
    """The labelled cases to take away."""
    viewer = viewer_who_may(request, Action.CASE_LABEL)
    page, _count = labels.labelled_cases(viewer, labels.label_listing().whole(request.GET, rows=MOST_ROWS))
    sheet = Sheet(
        "labels_sheet", "labels", _("密级标签"), [_("案件编号"), _("标签"), _("办案单位")], back="cases:labels"
    )
    return taken_away(request, sheet, page, (list(labels.label_cells(row)) for row in page.rows))
