"""Accounts of tests, with a password and a one-time password, logged in straight into a session."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from tests.platform.people import CLERK
from zhunsheng.apps.access import sessions, totp
from zhunsheng.apps.access.login import enrol_totp
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.org.models import Officer

PASSWORD = "correct horse battery staple"
HASHED = make_password(PASSWORD)
PURPOSE = "季度执法质量分析会"
SECRET = b"a secret of 20 bytes"


@dataclass
class Person:
    """Somebody at a browser."""

    account: Account
    client: Client

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **data: str) -> Any:
        return self.client.post(path, data)

    def export(self, path: str) -> Any:
        """A file of a list, for a purpose."""
        return self.post(path, purpose=PURPOSE)


def account(username: str, *, officer: Officer | None = None, admin_role: str = "", factor: bool = True) -> Account:
    """An account, with a second factor whose secret is SECRET."""
    with acting(CLERK):
        made = Account.objects.create(username=username, officer=officer, admin_role=admin_role, password=HASHED)
        if factor:
            at = clock.real_now() - timedelta(hours=1)
            enrol_totp(made, SECRET, totp.code_of(SECRET, totp.step_of(at)), at=at)
    return made


def code_now(steps_on: int = 0) -> str:
    """The code that the authenticator shows now, or some steps later."""
    return totp.code_of(SECRET, totp.step_of(clock.real_now()) + steps_on)


def signed_in(account: Account, *, minutes_ago: int = 0) -> Person:
    """A complete session, without the detour over the login pages."""
    session, at = SessionStore(), clock.real_now() - timedelta(minutes=minutes_ago)
    sessions.begin(session, account=account.pk, at=at)
    sessions.complete(session, at=at)
    session.save()
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return Person(account, client)


def stranger() -> Client:
    """A browser without a session."""
    return Client(raise_request_exception=False, SERVER_NAME="localhost")
