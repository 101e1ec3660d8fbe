"""Error pages: what happened, what state things are in, what to do. They never repeat what was sent."""

import sys
import uuid
from typing import Final

import psycopg
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.web.context import BARE

OUTAGES: Final = (
    (psycopg.errors.DiskFull, gettext_noop("存储空间已满，暂时不能保存。已有数据不受影响；空间恢复后自动可用。")),
    (
        psycopg.errors.ReadOnlySqlTransaction,
        gettext_noop("数据库现在只读，暂时不能保存。已有数据不受影响；恢复后自动可用。"),
    ),
    (psycopg.errors.QueryCanceled, gettext_noop("这次查询用时过长，已停止。请缩小范围再试。")),
    (psycopg.errors.LockNotAvailable, gettext_noop("别人正在改同一条记录。请稍后再试。")),
    (psycopg.OperationalError, gettext_noop("数据库暂时连不上。没有保存的内容请保留；恢复后自动可用。")),
    (psycopg.InterfaceError, gettext_noop("数据库暂时连不上。没有保存的内容请保留；恢复后自动可用。")),
)
RETRY_SECONDS: Final = "5"
FROM_HERE_ON_OURS: Final = 500


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    del exception
    return _answer(request, 400, _("请求不完整"), _("浏览器发来的内容无法识别。请返回上一页重新操作。"))


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    del exception
    text = _("您没有查看这一页的权限。需要的话联系本单位法制员或安全管理员。")
    return _answer(request, 403, _("没有权限"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: also for what exists and may not be seen."""
    del exception
    text = _("没有这一页，或您没有查看它的权限。请核对地址，或从首页进入。")
    return _answer(request, 404, _("没有找到"), text)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page."""
    del reason
    text = _("这张表单打开太久，或不是从本站打开的。请返回上一页刷新后再提交。")
    return _answer(request, 403, _("表单已失效"), text)


def failure(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is the reason; the cause is in the log under the number shown."""
    problem = sys.exc_info()[1]
    cause = problem.__cause__ if isinstance(problem, DatabaseError) and problem.__cause__ else problem
    for kind, text in OUTAGES:
        if isinstance(cause, kind):
            response = _answer(request, 503, _("暂时不能使用"), _(text))
            response["Retry-After"] = RETRY_SECONDS
            return response
    number = uuid.uuid4().hex[:8]
    sys.stderr.write(f"failure {number}: {type(problem).__name__}\n")
    text = _("没有保存成功，内容还在。再试一次；还不行就联系系统管理员，报编号 %(number)s。") % {"number": number}
    return _answer(request, 500, _("没有成功"), text)


def _answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if status >= FROM_HERE_ON_OURS:
        request.META[BARE] = True  # the database may be what failed: the page asks it nothing
    if request.path.startswith("/api/"):  # `detail` is what the description of the interface promises
        return JsonResponse({"code": str(status), "text": text, "detail": text}, status=status)
    return render(request, "error.html", {"title": title, "text": text, "status": status}, status=status)
