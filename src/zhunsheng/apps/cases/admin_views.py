"""Pages of those who look after sources and labels: each translates, makes one call, and answers."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access.requests import viewer_behind
from zhunsheng.apps.cases import labels, services, sources
from zhunsheng.apps.cases.forms import LabelForm, SourceForm
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
    viewer = viewer_behind(request)
    form = LabelForm(request.POST or None, initial={"case": request.GET.get("case", "")})
    if request.method == "POST" and form.is_valid():
        try:
            labels.change_label(viewer=viewer, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("cases:labels")
    page = {"form": form, "rows": labels.labelled_cases(viewer)}
    return render(request, "cases/labels.html", page, status=422 if form.errors else 200)
