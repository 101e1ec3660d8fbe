"""Who is behind a request: found once, at the gate, and read from there on."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.timezone import localdate

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.access.sessions import Progress

PLACE = "zhunsheng.asking"
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Asking:
    """The asker. `account` is there from the password on; `viewer` only in a complete session.

    `at` is the real time; `now` is the platform's, which in a demonstration is the city's.
    """

    at: datetime
    now: datetime
    address: str | None
    progress: Progress | None = None
    account: Account | None = None
    viewer: Viewer | None = None


class NotIdentified(RuntimeError):
    """The request has not passed the gate: the order of the middleware is wrong."""


def identify(request: HttpRequest, *, progress: Progress | None, at: datetime, now: datetime) -> Asking:
    """Find out who asks and keep it with the request. A disabled account is nobody from its next request on, and so is
    a session that began before those of its account were ended."""
    address = request.META.get("REMOTE_ADDR") or None
    accounts = Account.objects.select_related("officer")
    account = accounts.filter(pk=progress.account, is_active=True).first() if progress else None
    if account and progress and account.sessions_from and progress.started_at < account.sessions_from:
        account = None
    if progress is not None and account is None:
        request.session.flush()
        progress = None
    viewer = None
    if account is not None and progress is not None and progress.stage == "full":
        # The day in Shanghai: a post begins at its midnight, not at that of Greenwich.
        on = localdate(now)
        viewer = viewer_of(
            account=account.username,
            officer=account.officer_id,
            admin_role=account.admin_role,
            on=on,
            memory={} if request.method in READING else None,
        )
    who = Asking(at=at, now=now, address=address, progress=progress, account=account, viewer=viewer)
    request.META[PLACE] = who
    return who


def asking(request: HttpRequest) -> Asking:
    """Who asks.

    Raises  NotIdentified before the gate.
    """
    who = request.META.get(PLACE)
    if not isinstance(who, Asking):
        raise NotIdentified("The request has no asker yet. Put AccessMiddleware before what needs one.")
    return who


def viewer_behind(request: HttpRequest) -> Viewer:
    """The viewer of a complete session.

    Raises  NotIdentified if the address is declared for less than a complete session.
    """
    viewer = asking(request).viewer
    if viewer is None:
        raise NotIdentified("The address is not declared for signed-in viewers. Declare it in pages.py.")
    return viewer


def viewer_who_may(request: HttpRequest, action: Action) -> Viewer:
    """The viewer behind a request, if he may do an action beside the one that its address declares. Raises
    PermissionDenied."""
    viewer = viewer_behind(request)
    if not viewer.may(action):
        raise PermissionDenied
    return viewer


def viewer_among(request: HttpRequest, roles: Set[str]) -> Viewer:
    """The viewer behind a request, if he has one of some roles. Raises PermissionDenied."""
    viewer = viewer_behind(request)
    if not viewer.roles() & roles:
        raise PermissionDenied
    return viewer
