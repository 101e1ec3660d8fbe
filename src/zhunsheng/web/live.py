"""Streams of events: a browser that asks for /live/ as a stream is told when its viewer was told of an alert.

A stream holds no thread and no connection to the database. One connection of each process listens; when it hears that
somebody was told, the streams of that person ask the site the question that a page would ask, which checks the session
and the permissions again, and pass the answer on.
"""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from zhunsheng.web.assets import Application, Receive, Scope, Send
from zhunsheng.web.headers import raw_headers

ADDRESS: Final = "/live/"
STREAM: Final = b"text/event-stream"
CHANNEL: Final = "zs_told"
GATHER_SECONDS: Final = 1.0  # several alerts of one judgement are one answer
BREATH_SECONDS: Final = 20.0  # proxies close what is silent for longer
LONGEST_SECONDS: Final = 600.0  # the browser then asks for a new stream
LOST_SECONDS: Final = 5.0
RETRY: Final = b"retry: 15000\n\n"
HEADERS: Final = [
    (b"content-type", STREAM),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
OK: Final = 200
NO_CONTENT: Final = 204
LOG: Final = logging.getLogger(__name__)


@dataclass(eq=False)
class Waiting:
    """One stream: whom it is for, and whether he was told of something since it last looked. Until the site has said
    whom it is for, it hears of everybody."""

    whom: int | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)


class Ear:
    """The one connection of this process that listens, and the streams that wait for what it hears."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.streams: set[Waiting] = set()
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def waiting(self) -> Iterator[Waiting]:
        """A stream for the length of the block. The first one begins the listening."""
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._listen())
        one = Waiting()
        self.streams.add(one)
        try:
            yield one
        finally:
            self.streams.discard(one)

    def hear(self, payload: str) -> None:
        """Wake the streams of those who were told; an empty payload wakes all."""
        whom = {int(each) for each in payload.split(",") if each.isdigit()}
        for stream in self.streams:
            if not whom or stream.whom is None or stream.whom in whom:
                stream.told.set()

    async def _listen(self) -> None:
        """Listen for good. While the database is away pages still ask once a minute."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.hear("")  # what was told while nobody listened
                    async for notice in connection.notifies():
                        self.hear(notice.payload)
            except (psycopg.Error, OSError) as problem:
                LOG.warning("live: the database is away: %s", type(problem).__name__)
            await asyncio.sleep(LOST_SECONDS)


class WithLive:
    """Answers streams itself and hands everything else on."""

    def __init__(self, site: Application, ear: Ear) -> None:
        self.site = site
        self.ear = ear

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if not _is_stream(scope):
            await self.site(scope, receive, send)
            return
        # Waiting comes before the first question: what is told while it is asked would be heard by nobody.
        with self.ear.waiting() as stream:
            answer = await self._ask(scope)
            if answer is None:  # no session, or no such page: the browser asks for no stream again
                await send({"type": "http.response.start", "status": NO_CONTENT, "headers": raw_headers()})
                await send({"type": "http.response.body", "body": b""})
                return
            stream.whom = answer.pop("whom", None)
            await self._stream(scope, receive, send, stream, _event(answer))

    async def _stream(self, scope: Scope, receive: Receive, send: Send, stream: Waiting, first: bytes) -> None:
        """The first answer and those that follow, until the browser leaves or the longest time is over."""
        await send({"type": "http.response.start", "status": OK, "headers": [*HEADERS, *raw_headers()]})
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send(_part(RETRY + first))
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_SECONDS):
                    await self._tell(scope, send, stream, gone)
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, scope: Scope, send: Send, stream: Waiting, gone: "asyncio.Future[None]") -> None:
        """Until the browser is gone or the session has ended: what is new, and a breath where nothing is."""
        while not gone.done():
            told = asyncio.ensure_future(stream.told.wait())
            either: set[asyncio.Future[Any]] = {told, gone}
            await asyncio.wait(either, timeout=BREATH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not stream.told.is_set():
                await send(_part(b":\n\n"))
                continue
            await asyncio.sleep(GATHER_SECONDS)
            stream.told.clear()
            answer = await self._ask(scope)
            if answer is None:
                return
            answer.pop("whom", None)
            await send(_part(_event(answer)))

    async def _ask(self, scope: Scope) -> dict[str, Any] | None:
        """The question of a page, asked of the site in the name of this browser."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept"]
        parts: list[bytes] = []
        status = 0

        async def receive() -> Mapping[str, Any]:
            if not parts and not asked:
                asked.append(True)
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.Event().wait()  # nobody leaves this question
            raise AssertionError

        async def send(message: Mapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        asked: list[bool] = []
        await self.site({**scope, "headers": headers}, receive, send)
        return json.loads(b"".join(parts)) if status == OK else None


def _is_stream(scope: Scope) -> bool:
    if scope["type"] != "http" or scope.get("path") != ADDRESS or scope["method"] != "GET":
        return False
    return any(name == b"accept" and STREAM in value for name, value in scope["headers"])


async def _gone(receive: Receive) -> None:
    """Ends when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(answer: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(answer, ensure_ascii=False).encode() + b"\n\n"


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}
