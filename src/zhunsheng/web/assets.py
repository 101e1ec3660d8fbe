"""Static files: read once at the start, named by their content, kept by browsers for a year.

`{% static 'zs.css' %}` gives /static/zs.3f2a91c0.css; the plain name is answered too, and asked for again each time.
There is no build and no folder to collect into.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any, Final

from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import Storage

from zhunsheng.web.headers import raw_headers

ADDRESS: Final = "/static/"
DIGEST: Final = 8
PACKED: Final = (".css", ".js", ".svg")
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    hashed: str
    content: bytes
    packed: bytes | None
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its plain name."""
    found = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                found[name] = _asset(name, file.read())
    return found


def _asset(name: str, content: bytes) -> Asset:
    path, digest = PurePosixPath(name), hashlib.sha256(content).hexdigest()[:DIGEST]
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(
        hashed=str(path.with_name(f"{path.stem}.{digest}{path.suffix}")),
        content=content,
        packed=gzip.compress(content, mtime=0) if path.suffix in PACKED else None,
        media_type=f"{kind}; charset=utf-8" if path.suffix in PACKED else kind,
    )


class HashedStorage(Storage):
    """Gives templates the address of a file."""

    def url(self, name: str | None) -> str:
        """The address that changes with the content.

        Raises  ValueError for a file that does not exist: a page must not ask for it.
        """
        asset = assets().get(name or "")
        if asset is None:
            raise ValueError(f"There is no static file {name!r}. The files are in the folders named static.")
        return ADDRESS + asset.hashed


class WithAssets:
    """Answers /static/ itself and hands everything else on."""

    def __init__(self, site: Application) -> None:
        self.site = site
        plain = {name: (asset, ASK_AGAIN) for name, asset in assets().items()}
        self.common = raw_headers()
        self.answers = plain | {asset.hashed: (asset, FOREVER) for asset in assets().values()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(ADDRESS) or scope["method"] not in ("GET", "HEAD"):
            await self.site(scope, receive, send)
            return
        status, headers, body = self._answer(path.removeprefix(ADDRESS), dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})

    def _answer(self, name: str, asked: Mapping[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        if name not in self.answers:
            return 404, [(b"content-type", b"text/plain"), (b"content-length", b"0"), *self.common], b""
        asset, keep = self.answers[name]
        tag = f'"{asset.hashed}"'.encode()
        headers = [
            (b"etag", tag),
            (b"cache-control", keep.encode()),
            (b"vary", b"accept-encoding"),
            *self.common,
        ]
        if asked.get(b"if-none-match") == tag:
            return 304, headers, b""
        body = asset.content
        if asset.packed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
            headers.append((b"content-encoding", b"gzip"))
            body = asset.packed
        headers += [(b"content-type", asset.media_type.encode()), (b"content-length", str(len(body)).encode())]
        return 200, headers, body
