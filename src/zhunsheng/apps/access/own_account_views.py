"""One's own password and sessions. Both ask for the second factor again if it was not given just now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access import sessions
from zhunsheng.apps.access.forms import NewPasswordForm
from zhunsheng.apps.access.login import Attempt, LoginRefused
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.requests import Asking, NotIdentified, asking
from zhunsheng.apps.access.services import change_password, end_sessions
from zhunsheng.apps.refusals import DomainError

SETTINGS = "/settings/"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password, against the one so far; the other sessions of the account end."""
    who = asking(request)
    account = _account(who)
    if not _has_just_proved_himself(who):
        return _prove_first(request.path)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        attempt = Attempt(account.username, who.address, who.at)
        given = form.cleaned_data
        try:
            change_password(account=account, current=given["current"], new=given["new"], attempt=attempt)
        except LoginRefused as problem:
            form.add_error("current", str(problem))
        except DomainError as problem:
            form.add_error("new", str(problem))
        else:
            sessions.renew(request.session, at=who.at)
            return redirect(f"{SETTINGS}?saved=1")
    page = {"form": form, "is_initial": account.password_is_initial}
    return render(request, "access/password.html", page, status=422 if form.errors else 200)


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Every other session of the account ends with its next request."""
    who = asking(request)
    if not _has_just_proved_himself(who):
        return _prove_first(SETTINGS)
    end_sessions(account=_account(who), at=who.at)
    sessions.renew(request.session, at=who.at)
    return redirect(f"{SETTINGS}?saved=1")


def _has_just_proved_himself(who: Asking) -> bool:
    return who.progress is not None and who.progress.stepped_up(who.at)


def _prove_first(goal: str) -> HttpResponse:
    return redirect(f"/confirm/?{urlencode({'next': goal})}")


def _account(who: Asking) -> Account:
    if who.account is None:
        raise NotIdentified("The address is not declared for signed-in accounts. Declare it in pages.py.")
    return who.account
