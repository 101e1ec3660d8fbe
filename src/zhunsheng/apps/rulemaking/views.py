"""A rule as sentences, its live preview, and what came of trying it."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.words import in_page_language
from zhunsheng.apps.desk.rulebook import rule_titles
from zhunsheng.apps.display.formats import listed
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking import drafts, proposing, release_list
from zhunsheng.apps.rulemaking.forms import LEADS, SentencesForm, TryForm, as_asked
from zhunsheng.apps.rulemaking.lengths import as_said
from zhunsheng.apps.rulemaking.library import library
from zhunsheng.apps.rulemaking.models import Trial
from zhunsheng.apps.rulemaking.samples import computation, samples
from zhunsheng.apps.rulemaking.shown import suppositions, trial_page
from zhunsheng.apps.rulemaking.spoken import groups
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.rulecheck.sentences import differing

LAST_DAYS: Final = 90


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, rule: str) -> HttpResponse:
    """The sentences of a rule; POST keeps them as its draft."""
    try:
        path, text, draft = drafts.draft_text(rule)
        form = _form(request, text)
        if request.method == "POST" and form.is_valid():
            drafts.save(rule, form.values(), by=viewer_behind(request).account, at=asking(request).now)
            return redirect("rulemaking:edit", rule=rule)
    except drafts.NoSuchRule as problem:
        raise Http404 from problem
    except DomainError as problem:
        form.add_error(None, str(problem))
    record_read(kind="rule_draft", key=rule)
    now = drafts.text_in_force(rule)
    page = {
        "rule": rule,
        "groups": groups(form),
        "title": rule_titles().get(rule) or drafts.title_in(text),
        "is_new": not now,
        "form": form,
        "leads": [as_said(lead) for lead in LEADS],
        "draft": draft,
        "differs": _differing(now or text, text, form),
        "seen": _seen(drafts.looked(path, text)),
        "try": TryForm(initial=_last_days(asking(request).now), of_check=not path.startswith(drafts.LIMITS)),
        "trials": drafts.trials_of(rule, text),
    }
    return render(request, "rulemaking/edit.html", page, status=422 if form.errors else 200)


@require_POST
def preview(request: HttpRequest, rule: str) -> HttpResponse:
    """What the sentences would compute, and what is wrong with them, as one types."""
    try:
        _path, text, _draft = drafts.draft_text(rule)
        form = _form(request, text)
        if not form.is_valid():
            wrong = [
                f"{form.fields[name].label}：{problem}" for name, found in form.errors.items() for problem in found
            ]
            return render(request, "rulemaking/_seen.html", {"seen": {"issues": wrong}})
        return render(request, "rulemaking/_seen.html", {"seen": _seen(drafts.changed(rule, form.values()))})
    except drafts.NoSuchRule as problem:
        raise Http404 from problem
    except DomainError as problem:
        return render(request, "rulemaking/_seen.html", {"seen": {"issues": [str(problem)]}})


@require_GET
def file(request: HttpRequest, rule: str) -> HttpResponse:
    """The draft as the file that is proposed for release."""
    try:
        _path, text, _draft = drafts.draft_text(rule)
    except drafts.NoSuchRule as problem:
        raise Http404 from problem
    del request  # who asks is checked at the gate and recorded
    record_read(kind="rule_draft", key=rule, detail={"sha256": drafts.digest(text)})
    headers = {"Content-Disposition": f'attachment; filename="{rule}.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)


@require_GET
def trial(request: HttpRequest, trial: UUID) -> HttpResponse:
    """What a draft would have said, to whom and how often."""
    found = get_object_or_404(Trial, pk=trial)
    record_read(kind="rule_trial", key=str(found.pk))
    _path, text, draft = drafts.draft_text(found.rule)
    supposed = suppositions(found.asked)
    may_propose = draft is not None and found.text_sha256 == drafts.digest(text) and not found.supposes
    page = {"trial": found, "page": trial_page(found), "supposed": supposed, "may_propose": may_propose}
    return render(request, "rulemaking/trial.html", page)


@require_GET
def released(request: HttpRequest) -> HttpResponse:
    """What waits for the second person, and what was released."""
    return _releases(request)


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """The second person's word on what waits."""
    try:
        proposing.decide(by=viewer_behind(request).account, confirmed=request.POST.get("confirmed") == "yes")
    except DomainError as problem:
        return _releases(request, problem=str(problem))
    return redirect("rulemaking:releases")


@for_a_purpose(gettext_lazy("发布记录"), back="rulemaking:releases")
def releases_sheet(request: HttpRequest) -> HttpResponse:
    """The record to take away: which files were changed, not what is in them."""
    viewer_who_may(request, Action.RULEBOOK_DRAFT)
    asked = release_list.listing(now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    found = release_list.releases(asked)
    heads = [_("时间"), _("状态"), _("提出"), _("决定"), _("决定时间"), _("改动的文件"), _("事由")]
    heads += [_("新增"), _("消失"), _("变动"), _("一次发出")]
    sheet = Sheet("releases_sheet", "releases", _("发布记录"), heads, back="rulemaking:releases")
    return taken_away(request, sheet, found.page, (list(release_list.cells(line)) for line in found.lines))


def _releases(request: HttpRequest, *, problem: str = "") -> HttpResponse:
    waiting, own, who = release_list.waiting(), viewer_behind(request).account, asking(request)
    asked = release_list.listing(now=who.now).asked(request.GET)
    found = release_list.releases(asked)
    record_read(kind="releases", key=asked.address(), detail={"count": len(found.lines)})
    page = {
        "lines": found.lines,
        "page": found.page,
        "asked": asked,
        "sheet": reverse("rulemaking:releases_sheet"),
        "saved": saved_filters(account=who.account, page="rulemaking:releases"),
        "waiting": waiting,
        "checks": [(row, drafts.title_in(row.text)) for row in drafts.check_drafts()],
        "is_own": waiting is not None and own in (waiting.row.by, waiting.row.signed),
        "problem": problem,
    }
    return render(request, "rulemaking/releases.html", page, status=422 if problem else 200)


def _form(request: HttpRequest, text: str) -> SentencesForm:
    rulebook, _sha256 = rulebooks.current()
    return SentencesForm(
        text, in_page_language(rulebook.vocabulary), library(rulebook, drafts.instruments()), request.POST or None
    )


def _seen(draft: drafts.Looked) -> dict[str, Any]:
    if draft.rule is None:
        return {"issues": draft.issues}
    return {"issues": draft.issues, "computation": computation(draft.rule), "samples": samples(draft.rule)}


def _differing(now: str, text: str, form: SentencesForm) -> list[tuple[str, str, str]]:
    return [
        (str(form.fields[name].label), _shown(name, before, form), _shown(name, after, form))
        for name, before, after in differing(now, text)
        if name in form.fields
    ]


def _shown(name: str, value: Any, form: SentencesForm) -> str:
    """What a file says in one place, in the words of its blank."""
    if value is None or value == ():
        return _("无")
    asked = as_asked(value, name)
    words = {str(code): str(word) for code, word in getattr(form.fields[name], "choices", ())}
    return listed(words.get(str(one), str(one)) for one in (asked if isinstance(asked, list) else [asked]))


def _last_days(now: datetime) -> dict[str, date]:
    last = now.date() - timedelta(days=1)
    return {"first": last - timedelta(days=LAST_DAYS - 1), "last": last}
