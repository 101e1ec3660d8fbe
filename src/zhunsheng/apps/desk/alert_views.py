"""The page of one alert, and what people do on it. Every act is a plain form that redirects; a refusal is shown at the
form, with 422."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.urls.converters import StringConverter
from django.views.decorators.http import require_GET, require_http_methods

from zhunsheng.apps.access.goals import goal_of
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.alerts import services
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.opening import opened
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.desk.alert_forms import FORMS, Asked
from zhunsheng.apps.desk.alert_page import ACTS, PLAIN_ACTS, AlertPage, acts_by, alert_page, whole_key
from zhunsheng.apps.desk.inbox_views import officer_behind, via_of
from zhunsheng.apps.org.models import Officer

SERVICES: Final[dict[str, Callable[..., AlertGroup]]] = {
    "acknowledge": services.acknowledge,
    "accept": services.accept,
    "decline": services.decline,
    "snooze": services.snooze,
    "hand_over": services.hand_over,
    "claim_done": services.claim_done,
    "dispute": services.dispute,
    "rule_on": services.rule_on,
    "urge": services.urge,
}
RECORDED: Final = {"rule_on": "rule"}
"""An act whose record has another name."""
PREFETCH: Final = "prefetch"


class KeyConverter(StringConverter):
    """The key of an alert, or its first twelve signs or more."""

    regex = "[0-9a-f]{12,64}"


class ActConverter(StringConverter):
    """Something that can be done with an alert."""

    regex = "|".join(ACTS)


@require_GET
def alert(request: HttpRequest, key: str) -> HttpResponse:
    """One alert: a page of its own, or the preview beside the inbox. Whoever is told of it has heard of it now."""
    key = whole_key(viewer_behind(request), key)
    _heard(request, key)
    page = _page(request, key)
    if request.headers.get("HX-Request") != "true":
        return render(request, "desk/alert.html", {"alert": page, "is_why_open": "why" in request.GET})
    beside = urlsplit(request.headers.get("HX-Current-URL", ""))
    here = beside._replace(scheme="", netloc="", fragment="").geturl()
    return render(request, "desk/_alert_preview.html", {"alert": page, "here": here or reverse("desk:inbox")})


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """What an act asks first; then the act itself."""
    officer, page = officer_behind(request), _page(request, key)
    if request.method != "POST":
        return redirect("desk:alert", page.key) if act in PLAIN_ACTS else _asked(request, page, act, officer)
    form = _form(request, page, act, officer)
    if form is not None and not form.is_valid():
        return _asked(request, page, act, officer, form=form)
    try:
        _do(request, page, act, officer, form.said() if form is not None else {})
    except AlertActRefused as problem:
        if form is None:
            shown = {"alert": _page(request, page.key), "problem": str(problem)}
            return render(request, "desk/alert.html", shown, status=422)
        form.add_error(None, str(problem))
        return _asked(request, page, act, officer, form=form)
    return redirect(goal_of(request)) if request.POST.get("next") else redirect("desk:alert", page.key)


def _do(request: HttpRequest, page: AlertPage, act: str, officer: Officer, said: dict[str, Any]) -> None:
    """The act, once: a form that comes a second time finds that it was done since it was shown."""
    with transaction.atomic():
        AlertGroup.objects.select_for_update().get(pk=page.key)
        seen = request.POST.get("seen", "")
        if seen.isdigit() and acts_by(page.key, RECORDED.get(act, act), officer.pk) > int(seen):
            return
        SERVICES[act](page.key, officer, asking(request).now, via_of(request), **said)


def _form(request: HttpRequest, page: AlertPage, act: str, officer: Officer) -> Asked | None:
    if act in PLAIN_ACTS:
        return None
    return FORMS[act](request.POST, page=page, now=asking(request).now, officer=officer)


def _asked(
    request: HttpRequest, page: AlertPage, act: str, officer: Officer, *, form: Asked | None = None
) -> HttpResponse:
    shown = form if form is not None else FORMS[act](page=page, now=asking(request).now, officer=officer)
    context = {
        "alert": page,
        "act": act,
        "title": ACTS[act],
        "form": shown,
        "seen": acts_by(page.key, RECORDED.get(act, act), officer.pk),
    }
    return render(request, "desk/alert_act.html", context, status=422 if form is not None else 200)


def _heard(request: HttpRequest, key: str) -> None:
    """Not where a browser asks ahead for what nobody has opened yet."""
    if PREFETCH in request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""):
        return
    who = asking(request)
    opened(viewer_behind(request), key, Moment(at=who.now, real=who.at))


def _page(request: HttpRequest, key: str) -> AlertPage:
    viewer = viewer_behind(request)
    try:
        return alert_page(viewer, whole_key(viewer, key), now=asking(request).now)
    except AlertActRefused as problem:
        raise Http404 from problem
