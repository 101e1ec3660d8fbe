"""整改: the list of cards, one card with all its steps, and what can be done with it now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import cards as service
from zhunsheng.apps.inspection.card_page import CardPage, card_page
from zhunsheng.apps.inspection.forms import DocumentForm, LetterForm, RecheckForm, RulingForm, WordsForm
from zhunsheng.apps.inspection.lists import card_cells, card_listing
from zhunsheng.apps.inspection.lists import card_page as listed
from zhunsheng.apps.inspection.people import CARD_ROLES, officer_behind
from zhunsheng.apps.inspection.refusals import CardRefused
from zhunsheng.apps.org.models import Officer

ACT_FORMS: Final[dict[str, type[forms.Form]]] = {
    "answer": DocumentForm,
    "take_up": forms.Form,
    "recheck": RecheckForm,
    "object": WordsForm,
    "decide": RulingForm,
    "letter": LetterForm,
    "except": DocumentForm,
}
ACT_TITLES: Final[dict[str, str | Promise]] = {
    "answer": gettext_lazy("反馈整改情况"),
    "take_up": gettext_lazy("接手复核"),
    "recheck": gettext_lazy("复核"),
    "object": gettext_lazy("提出异议"),
    "decide": gettext_lazy("裁定异议"),
    "letter": gettext_lazy("签发督察函"),
    "except": gettext_lazy("引用例外结案"),
}


@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """The cards that the viewer may see."""
    viewer, account = viewer_among(request, CARD_ROLES), asking(request).account
    asked = card_listing(viewer).asked(request.GET)
    page, rows, open_ = listed(viewer, asked, now=asking(request).now)
    record_read(kind="cards", key=asked.address(), detail={"count": len(rows)})
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "open": open_,
        "open_address": asked.address(state="open"),
        "sheet": reverse("inspection:cards_sheet"),
        "saved": saved_filters(account=account, page="inspection:cards"),
    }
    return render(request, "inspection/cards.html", shown)


@for_a_purpose(gettext_lazy("整改"), back="inspection:cards")
def cards_sheet(request: HttpRequest) -> HttpResponse:
    """The cards to take away."""
    viewer = viewer_among(request, CARD_ROLES)
    asked = card_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    page, rows, _open = listed(viewer, asked, now=asking(request).now)
    heads = [_("编号"), _("问题"), _("案件编号"), _("案件名称"), _("单位"), _("责任人"), _("期限"), _("状态")]
    sheet = Sheet("cards_sheet", "cards", _("整改单"), heads, back="inspection:cards")
    return taken_away(request, sheet, page, (list(card_cells(row)) for row in rows))


@require_GET
def card(request: HttpRequest, number: str) -> HttpResponse:
    """One card."""
    return _shown(request, _page(request, number))


@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do it, or say at the form why not."""
    page, now = _page(request, number), asking(request).now
    if act not in ACT_FORMS:
        raise Http404
    form = ACT_FORMS[act](request.POST)
    if not form.is_valid():
        return _shown(request, page, act=act, form=form)
    try:
        DO[act](number, officer_behind(viewer_among(request, CARD_ROLES)), now, form.cleaned_data)
    except CardRefused as problem:
        form.add_error(None, str(problem))
        return _shown(request, page, act=act, form=form)
    return redirect("inspection:card", number)


def _page(request: HttpRequest, number: str) -> CardPage:
    page = card_page(viewer_among(request, CARD_ROLES), number, now=asking(request).now)
    if page is None:
        raise Http404
    return page


def _shown(request: HttpRequest, page: CardPage, *, act: str = "", form: forms.Form | None = None) -> HttpResponse:
    offered = [
        (name, ACT_TITLES[name], form if form is not None and name == act else ACT_FORMS[name]()) for name in page.acts
    ]
    if form is not None and act not in page.acts:
        offered.append((act, ACT_TITLES[act], form))
    return render(request, "inspection/card.html", {"card": page, "acts": offered}, status=422 if form else 200)


Do = Callable[[str, Officer, datetime, dict[str, Any]], object]
DO: Final[dict[str, Do]] = {
    "answer": lambda number, by, at, said: service.answer(number, by=by, at=at, **said),
    "take_up": lambda number, by, at, _said: service.take_up(number, by=by, at=at),
    "recheck": lambda number, by, at, said: service.recheck(
        number, by=by, at=at, kept=said["verdict"] == "kept", reason=said["reason"]
    ),
    "object": lambda number, by, at, said: service.object_to(number, by=by, at=at, reason=said["reason"]),
    "decide": lambda number, by, at, said: service.decide_objection(
        number, by=by, at=at, upheld=said["verdict"] == "upheld", reason=said["reason"]
    ),
    "letter": lambda number, by, at, said: service.issue_letter(number, by=by, at=at, document_no=said["document_no"]),
    "except": lambda number, by, at, said: service.except_(number, by=by, at=at, **said),
}
