"""A list as a workbook to take away. That it was taken is recorded before it leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_taken
from zhunsheng.apps.display.listing import Page
from zhunsheng.apps.display.sheets import MOST_ROWS, Cell, Mark, TooManyRows, attachment, workbook


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
