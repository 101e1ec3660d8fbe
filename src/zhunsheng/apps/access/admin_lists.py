"""The administrators' lists: accounts and the audit log, fifty rows a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.kinds import ACTIONS, KINDS, RESULTS
from zhunsheng.apps.access.menu import Words
from zhunsheng.apps.access.models import Account, Factor
from zhunsheng.apps.audit.models import AuditEntry
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Choice, Column, Filter, Listing, Page, titled
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.roles import ADMIN_ROLES

OFFICER: Final = gettext_noop("岗位账号")
NOBODY: Final = gettext_noop("无岗位")
POSTED: Final[Mapping[str, Q]] = {
    "officer": Q(officer__isnull=False),
    "none": Q(officer=None, admin_role=""),
    **{role: Q(admin_role=role) for role in ADMIN_ROLES},
}
"""What an account is for → the accounts that are."""
SPANS: Final = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}


@dataclass(frozen=True)
class AccountRow:
    """One line of the list of accounts: no personal data beyond the account's name."""

    username: str
    role: str
    is_active: bool
    has_factor: bool


@dataclass(frozen=True)
class Accounts:
    """A page of accounts; `count` is how many fit the filters."""

    page: Page[Account]
    rows: Sequence[AccountRow]
    count: int


@dataclass(frozen=True)
class EntryRow:
    """One line of the log: the entry, and its act, kind and result in words."""

    entry: AuditEntry
    action: Words
    kind: Words
    result: Words


def account_listing() -> Listing:
    """Columns and filters of the accounts."""
    states = (Choice("1", _("启用")), Choice("0", _("停用")))
    factors = (Choice("1", _("已登记")), Choice("0", _("未登记")))
    posted = {"officer": OFFICER, "none": NOBODY, **ADMIN_ROLES}
    columns = (
        Column("username", _("账号"), sort=("username",)),
        Column("role", _("岗位")),
        Column("state", _("状态")),
        Column("factor", _("第二因素")),
    )
    filters = (
        Filter("name", _("账号"), lambda value: Q(username__icontains=value)),
        Filter("role", _("岗位"), POSTED.__getitem__, titled(posted)),
        Filter("active", _("状态"), lambda value: Q(is_active=value == "1"), states),
        Filter("factor", _("第二因素"), lambda value: Q(factored=value == "1"), factors),
    )
    return Listing(columns, filters, default_sort="username")


def accounts(asked: Asked) -> Accounts:
    """A page of accounts by name."""
    page = asked.page(_with_factor())
    return Accounts(page, [_row(account) for account in page.rows], _with_factor().filter(asked.condition()).count())


def account_cells(row: AccountRow) -> Iterator[Cell]:
    """One account as it is taken away: what the list shows and nothing by which one could log in."""
    yield from (row.username, _(row.role))
    yield _("启用") if row.is_active else _("停用")
    yield _("已登记") if row.has_factor else _("未登记")


def _with_factor() -> QuerySet[Account]:
    """Accounts, each with `factored`: whether it has a second factor."""
    return Account.objects.annotate(factored=Exists(Factor.objects.filter(account=OuterRef("pk"))))


def _row(account: Account) -> AccountRow:
    role = account.get_admin_role_display() or (OFFICER if account.officer_id else NOBODY)
    return AccountRow(account.username, role, account.is_active, has_factor=bool(vars(account)["factored"]))


def entry_listing(*, now: datetime) -> Listing:
    """Columns and filters of the audit log, the newest first."""
    results = tuple(Choice(name, str(word)) for name, word in RESULTS.items())
    kinds = tuple(Choice(name, str(word)) for name, word in KINDS.items())
    actions = tuple(Choice(name, f"{word} {name}") for name, word in ACTIONS.items())
    spans = (Choice("1", _("24小时内")), Choice("7", _("7天内")), Choice("30", _("30天内")))
    columns = (
        Column("at", _("时间"), sort=("id",)),
        Column("actor", _("谁")),
        Column("action", _("做了什么")),
        Column("object", _("对象")),
        Column("result", _("结果")),
        Column("purpose", _("事由")),
    )
    filters = (
        Filter("in", _("时间"), lambda value: Q(at__gte=now - SPANS[value]), spans),
        Filter("actor", _("谁"), lambda value: Q(actor=value), hint="account:…"),
        Filter("action", _("做了什么"), lambda value: Q(action=value), actions),
        Filter("kind", _("对象种类"), lambda value: Q(object_kind=value), kinds),
        Filter("object", _("对象"), lambda value: Q(object_id=value)),
        Filter("result", _("结果"), lambda value: Q(result=value), results),
    )
    return Listing(columns, filters, default_sort="-at")


def entry_row(entry: AuditEntry) -> EntryRow:
    """One entry in words; what has none stands as it was recorded."""
    return EntryRow(
        entry,
        ACTIONS.get(entry.action, entry.action),
        KINDS.get(entry.object_kind, ""),
        RESULTS.get(entry.result, entry.result),
    )


def entry_cells(row: EntryRow) -> Iterator[Cell]:
    """One entry as it is taken away: what the list shows. What an entry holds beside it stays in the log."""
    entry = row.entry
    yield from (formats.seconds(entry.at), entry.actor, str(row.action), str(row.kind))
    yield from (entry.object_kind, entry.object_id, str(row.result), entry.purpose)


def entries(asked: Asked, found: QuerySet[AuditEntry]) -> Page[AuditEntry]:
    """A page of the log. It is not counted: it has millions of rows."""
    return asked.page(found)
