"""Settings of one's own account, the language, saved filters, and staying signed in."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access import preferences
from zhunsheng.apps.access.forms import SettingsForm
from zhunsheng.apps.access.goals import goal_of
from zhunsheng.apps.access.language import COOKIE, COOKIE_SECONDS
from zhunsheng.apps.access.login import recent_attempts
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.requests import NotIdentified, asking
from zhunsheng.apps.refusals import DomainError

LONGEST_QUERY = 1000
LOGINS_SHOWN = 8


@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """Language and keyboard."""
    account = _account(request)
    chosen = {"language": account.language or settings.LANGUAGE_CODE, "shortcuts": account.shortcuts}
    form = SettingsForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        preferences.choose(account=account, **form.cleaned_data)
        return redirect("/settings/?saved=1")
    page = {
        "form": form,
        "is_saved": "saved" in request.GET,
        "account": account,
        "attempts": recent_attempts(account, count=LOGINS_SHOWN),
    }
    return render(request, "access/settings.html", page, status=422 if form.errors else 200)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language of this browser, before the login."""
    response = redirect(goal_of(request) if "next" in request.POST else "/login/")
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            COOKIE, chosen, max_age=COOKIE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    return response


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """A sign of life: the gate has noted it already."""
    if request.headers.get("X-Requested-With"):
        return HttpResponse(status=204)
    return redirect(goal_of(request))


@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter of a list."""
    query = request.POST.get("query", "")
    if not query.startswith("?") or len(query) > LONGEST_QUERY:
        return _refused(request, "这个筛选不能保存。请回到列表，重新筛选后再保存。")
    try:
        preferences.keep_filter(
            account=_account(request),
            page=request.POST.get("page", ""),
            title=request.POST.get("title", ""),
            query=query,
        )
    except ValidationError:
        return _refused(request, "筛选的名称是 1 至 40 个字。请改好再保存。")
    except DomainError as problem:
        return _refused(request, str(problem))
    return redirect(goal_of(request))


@require_POST
def forget_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a filter of one's own."""
    preferences.forget_filter(account=_account(request), pk=pk)
    return redirect(goal_of(request))


def _refused(request: HttpRequest, problem: str) -> HttpResponse:
    page = {"problem": problem, "back": goal_of(request)}
    return render(request, "access/refused.html", page, status=422)


def _account(request: HttpRequest) -> Account:
    account = asking(request).account
    if account is None:
        raise NotIdentified("The address is not declared for signed-in accounts. Declare it in pages.py.")
    return account
