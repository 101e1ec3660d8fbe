"""Changes of accounts. Each is one transaction of an actor; the database writes the audit entries."""

from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.refusals import DomainError

SHORTEST_PASSWORD: Final = 12


class PasswordTooShort(DomainError):
    """Length is what makes a password hard to guess."""

    text = "口令只有 {length} 个字符，至少要 {shortest} 个。可以用几个不相关的词。"


class OneselfRefused(DomainError):
    """Nobody changes his own rights."""

    text = "不能更改自己的账号 {username}。请由另一位管理员办理。"


@transaction.atomic
def create_account(*, username: str, password: str, officer: Officer | None, admin_role: str = "") -> Account:
    """
    An account without a second factor yet; the database refuses an administrator who holds a post.

    :raises PasswordTooShort: fewer than twelve characters.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(length=len(password), shortest=SHORTEST_PASSWORD)
    account = Account(username=username, officer=officer, admin_role=admin_role, password=make_password(password))
    account.full_clean()
    account.save()
    return account


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
