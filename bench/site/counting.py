"""What one page asks the database, and what a browser that has nothing yet must fetch to show it."""

import gzip
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.test import Client

from zhunsheng.web.assets import ADDRESS, assets

LINKED: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')
CHARTS: Final = "echarts"
MAIN: Final = re.compile(r"<main.*</main>", re.DOTALL)
ROWS: Final = re.compile(r"<(?:tr|li|article)[ >]")


@dataclass(frozen=True)
class Asked:
    """One answer of a page. `statements`: what was asked and how long each took; `first_load`: bytes gzipped of the
    page and of every file it names but charts."""

    status: int
    seconds: float
    statements: list[tuple[str, float]]
    rows: int
    html: int
    first_load: int


def ask(path: str, session: str) -> Asked:
    """Ask for a page in this process, with all that it asks the database."""
    client = Client(raise_request_exception=True, SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    with recorded() as statements:
        begun = time.perf_counter()
        answer: Any = client.get(path)
        seconds = time.perf_counter() - begun
    text = answer.content.decode()
    return Asked(
        status=answer.status_code,
        seconds=seconds,
        statements=statements,
        rows=len(ROWS.findall("".join(MAIN.findall(text)))),
        html=len(answer.content),
        first_load=first_load(text),
    )


def first_load(html: str) -> int:
    """Bytes, gzipped, of a page and of what it links: style, scripts, pictures; without charts, which come later."""
    by_address = {ADDRESS + asset.hashed: asset for asset in assets().values()}
    linked = {address for address in LINKED.findall(html) if CHARTS not in address}
    files = (by_address[address] for address in linked)
    return len(gzip.compress(html.encode())) + sum(len(one.packed or one.content) for one in files)


@contextmanager
def recorded() -> Iterator[list[tuple[str, float]]]:
    """Every statement inside the block, with its seconds."""
    found: list[tuple[str, float]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.append((str(sql), time.perf_counter() - begun))

    with connection.execute_wrapper(note):
        yield found
