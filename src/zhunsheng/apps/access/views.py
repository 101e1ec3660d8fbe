"""Login in two steps, and stepping up."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access import sessions, totp
from zhunsheng.apps.access.forms import CodeForm, PasswordForm
from zhunsheng.apps.access.goals import goal_of
from zhunsheng.apps.access.login import (
    Attempt,
    LoginRefused,
    check_code,
    check_first_factor,
    code_to_show,
    enrol_totp,
)
from zhunsheng.apps.access.models import Account, Factor
from zhunsheng.apps.access.requests import asking


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """First step: account and password."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = asking(request)
        attempt = Attempt(form.cleaned_data["username"], who.address, who.at)
        try:
            account = check_first_factor(attempt, form.cleaned_data["password"])
        except LoginRefused as problem:
            form.add_error(None, str(problem))
        else:
            goal = goal_of(request)
            sessions.begin(request.session, account=account.pk, at=who.at)
            request.session["goal"] = goal
            return redirect("access:factor" if account.factors.exists() else "access:enrol")
    return _form_page(request, "access/login.html", form)


@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Second step: a code, or a passkey by the script on the page."""
    account = _account(request)
    if not account.factors.exists():
        return redirect("access:enrol")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(account, form.cleaned_data["code"], _attempt(request))
        except LoginRefused as problem:
            form.add_error(None, str(problem))
        else:
            sessions.complete(request.session, at=asking(request).at)
            return redirect(request.session.pop("goal", "/"))
    has_passkey = account.factors.filter(kind=Factor.Kind.PASSKEY).exists()
    shown = code_to_show(account, at=asking(request).at)
    return _form_page(request, "access/factor.html", form, has_passkey=has_passkey, shown=shown)


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """First login of an account: it registers its second factor before it sees anything."""
    account = _account(request)
    if account.factors.exists():
        return redirect("access:factor")
    form = CodeForm(request.POST or None)
    secret = bytes.fromhex(request.session.setdefault("new_secret", totp.new_secret().hex()))
    if request.method == "POST" and form.is_valid():
        at = asking(request).at
        try:
            enrol_totp(account, secret, form.cleaned_data["code"], at=at)
        except LoginRefused as problem:
            form.add_error(None, str(problem))
        else:
            del request.session["new_secret"]
            sessions.complete(request.session, at=at)
            return redirect(request.session.pop("goal", "/"))
    address = totp.enrolment_address(secret, username=account.username)
    return _form_page(request, "access/enrol.html", form, secret=totp.spelled(secret), address=address)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The second factor again, before an act that asks for it."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(_account(request), form.cleaned_data["code"], _attempt(request))
        except LoginRefused as problem:
            form.add_error(None, str(problem))
        else:
            sessions.confirm(request.session, at=asking(request).at)
            return redirect(goal_of(request))
    has_passkey = _account(request).factors.filter(kind=Factor.Kind.PASSKEY).exists()
    return _form_page(request, "access/confirm.html", form, has_passkey=has_passkey)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session here and on the server, and what the browser kept of it."""
    request.session.flush()
    response = redirect("access:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _form_page(request: HttpRequest, template: str, form: Form, **more: object) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, "next": goal_of(request), **more}, status=status)


def _account(request: HttpRequest) -> Account:
    account = asking(request).account
    if account is None:
        raise LoginRefused
    return account


def _attempt(request: HttpRequest) -> Attempt:
    who = asking(request)
    return Attempt(_account(request).username, who.address, who.at)
