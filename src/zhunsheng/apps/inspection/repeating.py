"""A request that a program sends twice is done once: its key is kept with what was answered."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest
from ninja.errors import HttpError

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.inspection.models import ApiCall
from zhunsheng.apps.refusals import DomainError

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 100
Answer = dict[str, Any]


def once(request: HttpRequest, act: Callable[[], Answer]) -> Answer:
    """
    Do an act, or give the answer that it had. A refused act is not kept: it may be tried again under the same key.

    Raises  HttpError 422 without a key, 409 where the key was used for something else.
    """
    key, account = _key(request), viewer_behind(request).account
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    with transaction.atomic():
        # Of two that come at once the second waits here until the first is written.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{account}|{key}"])
        known = ApiCall.objects.filter(account=account, key=key).first()
        if known is not None and known.digest != digest:
            raise HttpError(409, f"{HEADER} {key} 已用于另一个请求。请换一个。")
        if known is not None:
            return dict(known.answer)
        try:
            answer = act()
        except DomainError as problem:
            refused = problem  # what was recorded of a refusal stays: it is raised outside of this transaction
        else:
            ApiCall.objects.create(account=account, key=key, digest=digest, answer=answer, at=asking(request).now)
            return answer
    raise refused


def _key(request: HttpRequest) -> str:
    key = str(request.headers.get(HEADER, "")).strip()
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise HttpError(422, f"请在 {HEADER} 里给这个请求一个编号（不超过 {LONGEST} 个字符）：重发时用同一个。")
    return key
