"""The gate: who asks, whether he may, and in whose name the database works for the length of one request.

Everything between the question and the answer is one transaction. It is committed before the answer leaves, so that
what was acknowledged is kept and what was shown is in the audit log; if it cannot be committed nothing is answered.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from zhunsheng.apps.access import sessions
from zhunsheng.apps.access.declared import Audience, Page, declared_pages
from zhunsheng.apps.access.policy import STEP_UP, Action
from zhunsheng.apps.access.requests import Asking, asking, identify
from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import SETTINGS, Acting, session_settings
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.display.after_commit import AfterCommit

NOBODY = "process:anonymous"
BY_ITSELF = "/live/"
OPEN_WITH_INITIAL_PASSWORD = frozenset(
    {
        "access:password",
        "access:logout",
        "access:language",
        "access:confirm",
        "access:passkey_confirm",
        "access:passkey_confirm_options",
    }
)
"""What open pages ask without anybody's doing."""


class AccessMiddleware:
    """See above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer within one transaction of the asker."""
        at, is_outermost = clock.real_now(), not connection.in_atomic_block
        with transaction.atomic():
            stands = sessions.progress(request.session, at=at, by_itself=request.path == BY_ITSELF)
            who = identify(request, progress=stands, at=at, now=clock.now())
            with session_settings(_settings(who), is_outermost=is_outermost):
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                elif who.account and response.status_code in (401, 403, 404):
                    record(action=request.method or "", result="denied", kind="page", key=_name(request))
        if isinstance(response, AfterCommit):
            response = response.make()
        response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Let a declared address through to those it is declared for.

        Raises  BadRequest for a character that no text of the database can hold.
        """
        if any("\0" in text for text in _texts(request)):
            raise BadRequest("NUL")
        page = declared_pages().get(_name(request))
        if page is None:
            raise Http404
        if request.method not in (*page.methods, "HEAD", "OPTIONS"):
            return None  # the view refuses the method itself
        return _admit(request, page)


def _texts(request: HttpRequest) -> Iterator[str]:
    """The path, the parameters and the fields of a form; what programs send is held against its own description."""
    if not request.path.startswith("/api/"):
        yield request.path
        for fields in (request.GET, request.POST):
            for _key, values in fields.lists():
                yield from values


def _settings(who: Asking) -> dict[str, str]:
    actor = f"account:{who.account.username}" if who.account else NOBODY
    act = Acting(actor=actor, request=str(uuid.uuid4()), address=who.address or "")
    scope = session_scope(who.viewer or Viewer(account="", officer=None, standings=()))
    return {**dict(zip(SETTINGS, act.values(), strict=True)), **scope}


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _admit(request: HttpRequest, page: Page) -> HttpResponse | None:
    who = asking(request)
    if page.audience in (Audience.PUBLIC, Audience.SOURCE):
        return None
    if request.path.startswith("/api/") and (who.progress is None or who.progress.stage != "full"):
        return JsonResponse({"detail": "Unauthorized"}, status=401)  # a program follows no way to the login
    if who.progress is None:
        return redirect(f"/login/?{urlencode({'next': request.get_full_path()})}")
    if page.audience is Audience.HALF:
        return None if who.progress.stage == "password" else redirect("/")
    if who.progress.stage != "full":
        return redirect("/login/factor/")
    if who.account and who.account.password_is_initial and _name(request) not in OPEN_WITH_INITIAL_PASSWORD:
        return redirect("/settings/password/")
    if page.audience is Audience.SIGNED_IN:
        return None
    action = page.actions.get("GET" if request.method in ("HEAD", "OPTIONS") else str(request.method))
    if action is None or who.viewer is None or not who.viewer.may(action):
        raise PermissionDenied
    return _step_up(request, action, at=who.at)


def _step_up(request: HttpRequest, action: Action, *, at: datetime) -> HttpResponse | None:
    progress = asking(request).progress
    if action not in STEP_UP or progress is None or progress.stepped_up(at):
        return None
    # What was posted is not kept: the actor comes back to the page that he posted from.
    came_from = urlsplit(request.headers.get("Referer", ""))
    page = f"{came_from.path or '/'}{'?' * bool(came_from.query)}{came_from.query}"
    goal = request.get_full_path() if request.method == "GET" else page
    return redirect(f"/confirm/?{urlencode({'next': goal})}")
