"""What administrators look through: accounts and the audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access import admin_lists
from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking
from zhunsheng.apps.audit.selectors import all_entries
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts, for the system administrator."""
    asked, account = admin_lists.account_listing().asked(request.GET), asking(request).account
    found = admin_lists.accounts(asked)
    record_read(kind="accounts", key=asked.address(), detail={"count": len(found.rows)})
    saved = saved_filters(account=account, page="access:accounts")
    sheet = reverse("access:accounts_sheet")
    page = {"accounts": found, "page": found.page, "asked": asked, "saved": saved, "sheet": sheet}
    return render(request, "access/accounts.html", page)


@for_a_purpose(gettext_lazy("账号"), back="access:accounts")
def accounts_sheet(request: HttpRequest) -> HttpResponse:
    """The accounts to take away."""
    asked = admin_lists.account_listing().whole(request.GET, rows=MOST_ROWS)
    found = admin_lists.accounts(asked)
    heads = [_("账号"), _("岗位"), _("状态"), _("第二因素")]
    sheet = Sheet("accounts_sheet", "accounts", _("账号"), heads, back="access:accounts")
    return taken_away(request, sheet, found.page, (list(admin_lists.account_cells(row)) for row in found.rows))


@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """The audit log, for the audit administrator. Reading it is itself an entry."""
    who = asking(request)
    asked = admin_lists.entry_listing(now=who.now).asked(request.GET)
    page = admin_lists.entries(asked, all_entries())
    record_read(kind="audit_entry", key=asked.address(), detail={"count": len(page.rows)})
    saved = saved_filters(account=who.account, page="access:audit_log")
    shown = {
        "page": page,
        "rows": [admin_lists.entry_row(row) for row in page.rows],
        "asked": asked,
        "saved": saved,
        "sheet": reverse("access:audit_log_sheet"),
    }
    return render(request, "access/audit_log.html", shown)


@for_a_purpose(gettext_lazy("审计"), back="access:audit_log")
def audit_log_sheet(request: HttpRequest) -> HttpResponse:
    """What was looked for in the log, to take away. That it left, who took it and what for is itself an entry."""
    asked = admin_lists.entry_listing(now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    page = admin_lists.entries(asked, all_entries())
    heads = [_("时间"), _("谁"), _("做了什么"), _("对象种类"), _("记录名称"), _("对象"), _("结果"), _("事由")]
    sheet = Sheet("audit_log_sheet", "audit", _("审计"), heads, back="access:audit_log")
    cells = (list(admin_lists.entry_cells(admin_lists.entry_row(row))) for row in page.rows)
    return taken_away(request, sheet, page, cells)
