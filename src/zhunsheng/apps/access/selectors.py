"""Questions to the accounts."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from zhunsheng.apps.access.models import Account


@dataclass(frozen=True)
class AccountRow:
    """One line of the administrator's list: no personal data beyond the account's name."""

    username: str
    role: str
    is_active: bool
    has_factor: bool


def account_rows() -> list[AccountRow]:
    """Every account, by name."""
    accounts = Account.objects.prefetch_related("factors").order_by("username")
    return [
        AccountRow(
            username=account.username,
            role=account.get_admin_role_display()
            or (gettext_noop("岗位账号") if account.officer_id else gettext_noop("无岗位")),
            is_active=account.is_active,
            has_factor=bool(account.factors.all()),
        )
        for account in accounts
    ]
