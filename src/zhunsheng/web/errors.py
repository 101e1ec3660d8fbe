"""Error pages: what happened, what state things are in, what to do. They never repeat what was sent."""

import sys
import uuid
from typing import Final

import psycopg
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

OUTAGES: Final = (
    (psycopg.errors.DiskFull, "存储空间已满，暂时不能保存。已有数据不受影响；空间恢复后自动可用。"),
    (psycopg.errors.ReadOnlySqlTransaction, "数据库现在只读，暂时不能保存。已有数据不受影响；恢复后自动可用。"),
    (psycopg.errors.QueryCanceled, "这次查询用时过长，已停止。请缩小范围再试。"),
    (psycopg.errors.LockNotAvailable, "别人正在改同一条记录。请稍后再试。"),
    (psycopg.OperationalError, "数据库暂时连不上。没有保存的内容请保留；恢复后自动可用。"),
    (psycopg.InterfaceError, "数据库暂时连不上。没有保存的内容请保留；恢复后自动可用。"),
)
RETRY_SECONDS: Final = "5"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    del exception
    return _answer(request, 400, "请求不完整", "浏览器发来的内容无法识别。请返回上一页重新操作。")


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    del exception
    return _answer(request, 403, "没有权限", "您没有查看这一页的权限。需要的话联系本单位法制员或安全管理员。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: also for what exists and may not be seen."""
    del exception
    return _answer(request, 404, "没有找到", "没有这一页，或您没有查看它的权限。请核对地址，或从首页进入。")


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page."""
    del reason
    return _answer(request, 403, "表单已失效", "这张表单打开太久，或不是从本站打开的。请返回上一页刷新后再提交。")


def failure(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is the reason; the cause is in the log under the number shown."""
    problem = sys.exc_info()[1]
    cause = problem.__cause__ if isinstance(problem, DatabaseError) and problem.__cause__ else problem
    for kind, text in OUTAGES:
        if isinstance(cause, kind):
            response = _answer(request, 503, "暂时不能使用", text)
            response["Retry-After"] = RETRY_SECONDS
            return response
    number = uuid.uuid4().hex[:8]
    sys.stderr.write(f"failure {number}: {type(problem).__name__}\n")
    return _answer(
        request, 500, "没有成功", f"没有保存成功，内容还在。再试一次；还不行就联系系统管理员，报编号 {number}。"
    )


def _answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": str(status), "text": text}, status=status)
    return render(request, "error.html", {"title": title, "text": text, "status": status}, status=status)
