"""What a reader is answered where a case shows more than its dossier: the same for every case."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhunsheng.apps.cases.selectors import CaseUnderReading

View = Callable[..., HttpResponse]


def withheld_while_reading(view: View) -> View:
    """The view, or one plain page with 403 where its case is under the viewer's reading."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except CaseUnderReading:
            return render(request, "cases/withheld.html", status=403)

    return answered
