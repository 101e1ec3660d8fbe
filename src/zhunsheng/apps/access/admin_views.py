"""What administrators look through: accounts and the audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access import admin_lists
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking
from zhunsheng.apps.audit.selectors import all_entries
from zhunsheng.apps.audit.services import record_read


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts, for the system administrator."""
    asked, account = admin_lists.account_listing().asked(request.GET), asking(request).account
    found = admin_lists.accounts(asked)
    record_read(kind="accounts", key=asked.address(), detail={"count": len(found.rows)})
    saved = saved_filters(account=account, page="access:accounts")
    page = {"accounts": found, "page": found.page, "asked": asked, "saved": saved}
    return render(request, "access/accounts.html", page)


@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """The audit log, for the audit administrator. Reading it is itself an entry."""
    who = asking(request)
    asked = admin_lists.entry_listing(now=who.now).asked(request.GET)
    page = admin_lists.entries(asked, all_entries())
    record_read(kind="audit_entry", key=asked.address(), detail={"count": len(page.rows)})
    saved = saved_filters(account=who.account, page="access:audit_log")
    shown = {"page": page, "rows": [admin_lists.entry_row(row) for row in page.rows], "asked": asked, "saved": saved}
    return render(request, "access/audit_log.html", shown)
