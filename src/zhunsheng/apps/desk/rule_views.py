"""The rules in force."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.alerts.precision import precision_of
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import rules as shown
from zhunsheng.apps.desk.overdue import of_rule
from zhunsheng.apps.desk.rulebook import shown_rulebook
from zhunsheng.apps.desk.silences import SETTERS
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule in force."""
    asked, rulebook, account = shown.listing().asked(request.GET), shown_rulebook(), asking(request).account
    lines = shown.chosen(rulebook, asked) if rulebook else []
    whole = shown.chosen(rulebook, shown.listing().asked(type(request.GET)())) if rulebook else []
    record_read(kind="rules", key=asked.address(), detail={"count": len(lines)})
    page = {
        "asked": asked,
        "page": asked.part(lines),
        "count": len(lines),
        "active": shown.active(whole),
        "is_released": rulebook is not None,
        "sheet": reverse("desk:rules_sheet"),
        "saved": saved_filters(account=account, page="desk:rules"),
    }
    return render(request, "desk/rules.html", page)


@for_a_purpose(gettext_lazy("规则"), back="desk:rules")
def rules_sheet(request: HttpRequest) -> HttpResponse:
    """The rules to take away."""
    asked, rulebook = shown.listing().whole(request.GET, rows=MOST_ROWS), shown_rulebook()
    page = asked.part(shown.chosen(rulebook, asked) if rulebook else [])
    heads = [_("规则"), _("编号"), _("种类"), _("要素"), _("性质"), _("期限或方式"), _("依据"), _("用例"), _("状态")]
    sheet = Sheet("rules_sheet", "rules", _("规则"), heads, back="desk:rules")
    return taken_away(request, sheet, page, (list(shown.cells(line)) for line in page.rows))


@require_GET
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule: its law, its computation, its tests."""
    rulebook = shown_rulebook()
    page = shown.rule_page(rulebook, rule) if rulebook else None
    if page is None:
        raise Http404
    record_read(kind="rule", key=rule)
    found = precision_of(rule)
    viewer = viewer_behind(request)
    may_edit = viewer.may(Action.RULEBOOK_DRAFT)
    may_silence = bool(viewer.roles() & SETTERS) and page.line.status == "stable" and not page.custody
    may_list = viewer.may(Action.CASE_LIST)
    context = {
        "page": page,
        "precision": found,
        "faults": of_rule(viewer, rule, is_limit=page.line.is_limit) if may_list else None,
        "may_edit": may_edit,
        "may_silence": may_silence,
    }
    return render(request, "desk/rule.html", context)
