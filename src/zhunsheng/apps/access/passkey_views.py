"""The endpoints that the passkey script talks to: JSON in, JSON out."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from zhunsheng.apps.access import passkeys, sessions
from zhunsheng.apps.access.login import (
    Attempt,
    LoginLocked,
    LoginRefused,
    is_locked,
    record_failed_factor,
    record_passed,
)
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.requests import asking


@require_POST
def options(request: HttpRequest) -> JsonResponse:
    """What the browser hands to the key: to use one if the account has any, else to make one."""
    account = _account(request)
    ask = passkeys.login_options if account.factors.exists() else passkeys.registration_options
    given, state = ask(account, host=_host(request))
    request.session["passkey_state"] = state
    return JsonResponse(given)


@require_POST
def enrol(request: HttpRequest) -> JsonResponse:
    """Keep a new key of an account that has no second factor yet."""
    account, at = _account(request), asking(request).at
    if account.factors.exists():
        return _refusal(LoginRefused("这个账号已有第二因素。请用它登录后再登记安全密钥。"))
    try:
        passkeys.register(account, _answer(request), _state(request), host=_host(request), at=at)
    except LoginRefused as problem:
        return _refusal(problem)
    sessions.complete(request.session, at=at)
    return JsonResponse({"next": request.session.pop("goal", "/")})


@require_POST
def login(request: HttpRequest) -> JsonResponse:
    """Second step by a key."""
    refusal = _checked(request)
    if refusal is not None:
        return refusal
    sessions.complete(request.session, at=asking(request).at)
    return JsonResponse({"next": request.session.pop("goal", "/")})


@require_POST
def confirm(request: HttpRequest) -> JsonResponse:
    """The key again, before an act that asks for it; the page itself knows where to go on."""
    refusal = _checked(request)
    if refusal is not None:
        return refusal
    sessions.confirm(request.session, at=asking(request).at)
    return JsonResponse({"next": ""})


def _checked(request: HttpRequest) -> JsonResponse | None:
    account, who = _account(request), asking(request)
    attempt = Attempt(account.username, who.address, who.at)
    try:
        if is_locked(attempt):
            raise LoginLocked
        passkeys.check_passkey(account, _answer(request), _state(request), host=_host(request))
    except LoginRefused as problem:
        record_failed_factor(attempt)
        return _refusal(problem)
    record_passed(attempt)
    return None


def _account(request: HttpRequest) -> Account:
    account = asking(request).account
    if account is None:
        raise LoginRefused
    return account


def _answer(request: HttpRequest) -> dict[str, Any]:
    try:
        # (The fields of a form were read from the stream already: such a body cannot be read again.)
        answer = json.loads(request.body) if request.content_type == "application/json" else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise LoginRefused("浏览器的回答无法识别。请再试一次。")
    return answer


def _state(request: HttpRequest) -> Any:
    # Taken out, so that one challenge is answered once.
    return request.session.pop("passkey_state", None) or {}


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


def _refusal(problem: LoginRefused) -> JsonResponse:
    return JsonResponse({"text": str(problem)}, status=422)
