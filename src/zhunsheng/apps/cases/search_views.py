"""The page of the search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.requests import viewer_behind
from zhunsheng.apps.cases.forms import PersonSearchForm
from zhunsheng.apps.cases.search import Found, search, search_persons


@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Cases, items and officers; one case alone is opened at once."""
    text, viewer = request.GET.get("q", ""), viewer_behind(request)
    answer = search(viewer, text)
    if answer.only_case and viewer.may(Action.CASE_READ):
        return redirect("desk:case", answer.only_case)
    return _page(request, text=text, answer=answer, form=PersonSearchForm())


@sensitive_post_parameters("text")
@require_POST
def persons(request: HttpRequest) -> HttpResponse:
    """Persons, for a purpose. What was asked is posted, and so stands in no address and no log of addresses."""
    form = PersonSearchForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    asked = form.cleaned_data
    hits = search_persons(viewer_behind(request), column=asked["column"], text=asked["text"], purpose=asked["purpose"])
    return _page(request, form=form, persons=hits)


def _page(
    request: HttpRequest,
    *,
    form: PersonSearchForm,
    text: str = "",
    answer: Found | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    may_ask = viewer_behind(request).may(Action.CASE_READ)
    page = {"form": form, "text": text, "found": answer or Found(), "may_ask_for_persons": may_ask, **more}
    return render(request, "cases/search.html", page, status=status)
