"""Tokens by which programs read: given once, kept as a hash, revocable, each for some scopes and one viewer."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError

from zhunsheng.apps.access.models import Account, ReadToken
from zhunsheng.apps.access.scope import Standing, Viewer, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.org.models import Unit

WEBHOOK: Final = "webhook"  # not to read, but to be told: apps/alerts/webhooks.py
SCOPES: Final = ("cases", "clocks", "findings", "alerts", "explanations", WEBHOOK)
NAME_LENGTH_OF_HOOKS: Final = 30  # the name is part of the name of a channel
NAME_OF_PROBE: Final = "probe"  # of the channel by which the watcher is told of the probe
KEY_BYTES: Final = 32
UNIT_ROLE: Final = "unit_head"  # whose permits a token of a unit has


def issue(
    name: str, *, scopes: Collection[str], account: Account | None = None, unit: Unit | None = None
) -> tuple[ReadToken, str]:
    """A new token and its key, which is not kept.

    Raises  ValidationError for a name or a scope that is none, or where it is not for exactly one of the two.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise ValidationError(f"范围 {'、'.join(unknown) or '为空'}：请从 {'、'.join(SCOPES)} 中选择。")
    if (account is None) == (unit is None):
        raise ValidationError("令牌代表一个账号或一个单位，请给出其中一个。")
    if WEBHOOK in scopes and name == NAME_OF_PROBE:
        raise ValidationError(f"名称 {name} 留给平台巡检。请另取一个名称。")
    if WEBHOOK in scopes and len(name) > NAME_LENGTH_OF_HOOKS:
        raise ValidationError(f"接收推送的令牌，名称最多 {NAME_LENGTH_OF_HOOKS} 个字。请取短一些的名称。")
    key = secrets.token_urlsafe(KEY_BYTES)
    token = ReadToken(name=name, account=account, unit=unit, scopes=sorted(set(scopes)), key_digest=_digest(key))
    token.created_at = clock.now()
    token.full_clean()
    token.save(force_insert=True)
    return token, key


def revoke(name: str) -> bool:
    """End a token from the next request on. False if there is none that is in force."""
    token = ReadToken.objects.filter(name=name, revoked_at=None).first()
    if token is None:
        return False
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    return True


def token_behind(key: str) -> ReadToken | None:
    """The token in force whose key this is; none for a disabled account."""
    found = ReadToken.objects.select_related("account", "unit").filter(key_digest=_digest(key), revoked_at=None).first()
    return None if found is None or (found.account is not None and not found.account.is_active) else found


def viewer_of_token(token: ReadToken, *, on: date) -> Viewer:
    """In whose name a token reads on a day: its account as it stands then, or the unit and those below it."""
    if token.account is not None:
        account = token.account
        return viewer_of(account=account.username, officer=account.officer_id, admin_role=account.admin_role, on=on)
    unit = str(token.unit_id)
    return Viewer(f"token.{token.name}", None, (Standing(UNIT_ROLE, unit),))


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()  # the key is random and long: nobody searches it backwards
