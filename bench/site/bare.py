"""A bare Django page on the same database, to hold ours against: `uvicorn bench.site.bare:application`.

/?queries=N&rows=M is what one writes with Django and nothing else: the middleware of a new project, one transaction, a
session from the database (the first query), M rows by an index (the second), then one row by its primary key for each
query that is left but the last, which writes a row, as ours do; all by the ORM. Its template extends the shell of our
pages, so that both send a page of one look: the same menu, head and foot, and in it a plain table of these rows. It
asks in the name of the owner of the tables, whom row security leaves alone; it sums nothing, and what the shell says of
its reader was asked once at the first page.
"""

from functools import cache
from typing import Any, ClassVar

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from zhunsheng.web import settings as ours
from zhunsheng.web.databases import alias_settings, pooled

PAGE = """{% extends "base.html" %}
{% block title %}{{ title }}{% endblock %}
{% block main %}<h1>{{ title }}</h1>
<table class="zs-table"><thead><tr><th>编号</th><th>名称</th><th>类别</th><th>标签</th><th>单位</th><th>时间</th>
<th></th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/{{ row.number }}/">{{ row.number }}</a></td><td>{{ row.title }}</td>
<td>{{ row.kind }}</td><td>{{ row.label }}</td><td>{{ row.unit_id }}</td><td>{{ row.first_at|date:"Y-m-d H:i" }}</td>
<td>{% if row.registered_unit %}是{% else %}否{% endif %}</td></tr>
{% endfor %}</tbody></table>{% endblock %}
"""
(engine,) = ours.TEMPLATES
LOADERS = [
    (
        "django.template.loaders.cached.Loader",
        [
            ("django.template.loaders.locmem.Loader", {"page.html": PAGE}),
            ("django.template.loaders.filesystem.Loader", engine["DIRS"]),
            "django.template.loaders.app_directories.Loader",
        ],
    )
]
OWN = {
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "DATABASES": {"default": {**pooled(alias_settings(ours.DATABASE_URLS["zs_owner"])), "ATOMIC_REQUESTS": True}},
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "ROOT_URLCONF": __name__,
    "TEMPLATES": [
        {
            "BACKEND": engine["BACKEND"],
            "OPTIONS": {
                "builtins": engine["OPTIONS"]["builtins"],
                "context_processors": [
                    "django.template.context_processors.csrf",
                    "django.template.context_processors.request",
                ],
                "loaders": LOADERS,
            },
        }
    ],
}
settings.configure(**{name: getattr(ours, name) for name in dir(ours) if name.isupper()} | OWN)
django.setup()

from zhunsheng.apps.access.models import Account  # noqa: E402 - models are there after django.setup
from zhunsheng.apps.access.processes import as_process  # noqa: E402
from zhunsheng.apps.access.requests import PLACE, Asking  # noqa: E402
from zhunsheng.apps.access.scope import viewer_of  # noqa: E402
from zhunsheng.apps.audit import clock  # noqa: E402
from zhunsheng.web.context import site  # noqa: E402
from zhunsheng.web.urls import urlpatterns as addresses  # noqa: E402


class Row(models.Model):
    """A case, as a table of its own."""

    number = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=10)
    unit_id = models.CharField(max_length=12)
    registered_unit = models.BooleanField()
    first_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "cases_case"
        indexes: ClassVar[list[models.Index]] = []

    def __str__(self) -> str:
        return self.number


class Note(models.Model):
    """A row of the log."""

    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    result = models.TextField()
    object_kind = models.TextField(default="page")
    object_id = models.TextField(default="bare")
    purpose = models.TextField(default="")
    request = models.TextField(default="")
    address = models.TextField(default="")

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "audit_entry"

    def __str__(self) -> str:
        return self.actor


def page(request: HttpRequest) -> HttpResponse:
    """The bare page."""
    queries, rows = int(request.GET["queries"]), max(1, int(request.GET["rows"]))
    account = request.session["account"]
    listed = list(Row.objects.order_by("number")[:rows])
    for n in range(queries - 3):
        Row.objects.get(pk=listed[n % len(listed)].pk)
    Note.objects.create(at=listed[0].first_at, actor=f"account:{account}", action="bare", result="done")
    return render(request, "page.html", {**shell(account), "title": "案件", "rows": listed})


@cache
def shell(account: int) -> dict[str, Any]:
    """What the top and the menu say to an account; asked once."""
    with as_process("bench"):
        one, now = Account.objects.select_related("officer").get(pk=account), clock.now()
        officer, role = one.officer_id, one.admin_role
        viewer = viewer_of(account=one.username, officer=officer, admin_role=role, on=now.date())
        request = HttpRequest()
        request.META[PLACE] = Asking(at=now, now=now, address=None, account=one, viewer=viewer)
        return site(request)


urlpatterns = [path("bare/", page), path("", include(addresses))]
application = get_asgi_application()
