"""Changes of accounts. Each is one transaction of an actor; the database writes the audit entries."""

import secrets
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhunsheng.apps.access.login import Attempt, check_first_factor
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.passwords import check_password_rules
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.refusals import DomainError

INITIAL_PASSWORD_BYTES: Final = 15


class OneselfRefused(DomainError):
    """Nobody changes his own rights."""

    text = "不能更改自己的账号 {username}。请由另一位管理员办理。"


@transaction.atomic
def create_account(
    *, username: str, password: str, officer: Officer | None, admin_role: str = "", is_initial: bool = True
) -> Account:
    """
    An account without a second factor yet; the database refuses an administrator who holds a post. Its holder chooses
    a password of his own at the first login, where this one `is_initial`.

    :raises PasswordTooShort: fewer than twelve characters.
    :raises PasswordGuessable: among the first that would be tried.
    """
    check_password_rules(password, username=username)
    account = Account(
        username=username,
        officer=officer,
        admin_role=admin_role,
        password=make_password(password),
        password_is_initial=is_initial,
    )
    account.full_clean()
    account.save()
    return account


def change_password(*, account: Account, current: str, new: str, attempt: Attempt) -> None:
    """
    A new password, chosen by its holder. Every session that began before `attempt.at` ends with its next request.

    :raises LoginRefused: the current password is wrong; it counts as a failed login.
    :raises PasswordTooShort, PasswordGuessable: the new one is none.
    """
    check_first_factor(attempt, current)  # in no transaction of ours: a wrong one must stay recorded
    check_password_rules(new, username=account.username)
    account.password, account.password_is_initial, account.sessions_from = make_password(new), False, attempt.at
    account.save(update_fields=["password", "password_is_initial", "sessions_from"])


@transaction.atomic
def give_initial_password(*, account: Account, at: datetime) -> str:
    """A random password that opens the account until its holder has chosen another; returned once, kept as a hash."""
    password = secrets.token_urlsafe(INITIAL_PASSWORD_BYTES)
    account.password, account.password_is_initial, account.sessions_from = make_password(password), True, at
    account.save(update_fields=["password", "password_is_initial", "sessions_from"])
    return password


@transaction.atomic
def end_sessions(*, account: Account, at: datetime) -> None:
    """Every session of an account that began before an instant ends with its next request."""
    account.sessions_from = at
    account.save(update_fields=["sessions_from"])


@transaction.atomic
def disable_account(*, account: Account, by: str) -> None:
    """
    Close an account; its sessions end with their next request.

    :raises OneselfRefused: it is the actor's own.
    """
    if account.username == by:
        raise OneselfRefused(username=by)
    account.is_active = False
    account.save(update_fields=["is_active"])


@transaction.atomic
def reset_factors(*, account: Account, by: str) -> None:
    """
    Forget the second factors of an account, whose holder registers a new one at the next login.

    :raises OneselfRefused: it is the actor's own.
    """
    if account.username == by:
        raise OneselfRefused(username=by)
    account.factors.all().delete()
