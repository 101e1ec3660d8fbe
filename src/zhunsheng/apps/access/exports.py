"""A list as a workbook to take away: a right of its own. Who took it, and what for, is recorded before it leaves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.context import PURPOSE, session_settings
from zhunsheng.apps.audit.services import record_taken
from zhunsheng.apps.display.listing import Page
from zhunsheng.apps.display.sheets import MOST_ROWS, Cell, Mark, TooManyRows, attachment, workbook

SHORTEST_PURPOSE: Final = 4
LONGEST_PURPOSE: Final = 200
View = Callable[..., HttpResponse]


class PurposeForm(forms.Form):
    """What a file is for."""

    purpose = forms.CharField(
        label=_("用途"),
        min_length=SHORTEST_PURPOSE,
        max_length=LONGEST_PURPOSE,
        help_text=_("文件给谁、做什么用。记入导出台账，纪检督察看得到。"),
        error_messages={
            "required": _("请写明用途。"),
            "min_length": _("用途至少写 %(limit_value)d 个字。"),
        },
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Sheet:
    """What is taken away: `kind` is its name in the log, `name` that of the file, `back` the page it is taken from.
    `persons`: whose data are in it."""

    kind: str
    name: str
    title: str
    heads: Sequence[str]
    back: str
    persons: Sequence[str] = ()


def for_a_purpose(title: str | Promise, *, back: str) -> Callable[[View], View]:
    """A view that gives a file asks first what it is for. The answer stands with everything that the request writes
    into the log. `back` is the page of the list."""

    def decorated(view: View) -> View:
        @wraps(view)
        @require_http_methods(["GET", "POST"])
        def asked(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            form = PurposeForm(request.POST if request.method == "POST" else None)
            if form.is_valid():
                with session_settings({PURPOSE: form.cleaned_data["purpose"]}):
                    return view(request, *arguments, **named)
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            page = {"form": form, "title": title, "back": f"{reverse(back)}{query}"}
            return render(request, "access/export.html", page, status=422 if form.errors else 200)

        return asked

    return decorated


def taken_away(request: HttpRequest, sheet: Sheet, page: Page[Any], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The workbook; a list that is longer than an answer may be is refused with what to do."""
    if page.following:
        problem = str(TooManyRows(most=MOST_ROWS))
        return render(request, "access/refused.html", {"problem": problem, "back": reverse(sheet.back)}, status=422)
    content = list(rows)
    code = record_taken(kind=sheet.kind, key=page.asked.address(), count=len(content), persons=sheet.persons)
    return attachment(workbook(sheet.title, sheet.heads, content, marked(request, code)), name=sheet.name)


def marked(request: HttpRequest, code: str) -> Mark:
    """Who takes it away now."""
    return Mark(viewer_behind(request).account, asking(request).now, code)
