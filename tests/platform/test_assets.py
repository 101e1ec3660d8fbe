"""Static files: named by their content, small, and without anything that an old browser or the policy would refuse."""

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from tests.platform import environment  # noqa: F401 - sets Django up
from zhunsheng.web.assets import HashedStorage, WithAssets, assets

WEB = Path(__file__).resolve().parents[2] / "src" / "zhunsheng"
TOO_NEW = re.compile(r"color-mix|:has\(|light-dark|oklch|@container|(?<![\w-])inset-inline|@layer")
ELSEWHERE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//""")
INLINE = re.compile(
    r"""\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|javascript:|hx-on"""
)
OURS = ("zs.css", "zs.js", "passkey.js")
FIRST_LOAD = ("vendor/bootstrap.min.css", "zs.css", "vendor/htmx.min.js", "zs.js", "logo.svg")
MOST_BYTES = 120 * 1024
SCRIPTS = sorted(path.name for path in (WEB / "web" / "static").glob("*.js"))
KEEPERS = ("task-queue.js", "task-worker.js")
"""What is filled in at a place without a network lies on the device until the site has it; nothing else is kept."""


async def elsewhere(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def asked(path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    names = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": names}
    asyncio.run(WithAssets(elsewhere)(scope, None, send))  # type: ignore[arg-type]
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


def test_a_file_is_kept_for_a_year_under_the_name_of_its_content() -> None:
    address = HashedStorage().url("zs.css")
    assert re.fullmatch(r"/static/zs\.[0-9a-f]{8}\.css", address)
    status, headers, body = asked(address)
    assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert body == assets()["zs.css"].content


def test_a_plain_name_is_asked_for_again_and_not_sent_twice() -> None:
    status, headers, _body = asked("/static/zs.css")
    assert (status, headers["cache-control"]) == (200, "no-cache")
    assert asked("/static/zs.css", if_none_match=headers["etag"])[::2] == (304, b"")


def test_what_a_browser_can_unpack_is_sent_packed() -> None:
    _status, headers, body = asked("/static/zs.css", accept_encoding="br, gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == assets()["zs.css"].content


def test_no_other_file_and_no_other_address_is_answered_here() -> None:
    assert asked("/static/../settings.py")[0] == 404
    assert asked("/static/")[0] == 404
    assert asked("/cases/")[0] == 418
    assert asked("/static/zs.css", method="POST")[0] == 418


def test_a_page_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"no static file 'zs\.scss'"):
        HashedStorage().url("zs.scss")


def test_the_first_load_without_charts_is_small() -> None:
    sizes = {name: len(assets()[name].packed or b"") for name in FIRST_LOAD}
    assert sum(sizes.values()) < MOST_BYTES, sizes


@pytest.mark.parametrize("name", OURS)
def test_our_styles_and_scripts_ask_nothing_of_new_browsers_and_nobody_else(name: str) -> None:
    text = assets()[name].content.decode()
    assert TOO_NEW.findall(text) == [] or name.endswith(".js")
    assert ELSEWHERE.findall(text) == []


def test_no_template_holds_a_style_or_a_script_or_leads_elsewhere() -> None:
    found = [
        f"{path.name}: {match.group()}"
        for path in sorted(WEB.rglob("templates/**/*.html"))
        if "report" not in path.parts
        for match in (*INLINE.finditer(path.read_text("utf-8")), *ELSEWHERE.finditer(path.read_text("utf-8")))
    ]
    assert found == []


def test_only_what_was_not_sent_from_a_place_is_kept_in_the_browser() -> None:
    kept = {name for name in SCRIPTS if re.search(r"indexedDB|caches\.", assets()[name].content.decode())}
    assert kept == {*KEEPERS, "tasks.js"}  # the last asks whether there is any


@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - set(KEEPERS)))
def test_no_script_of_ours_keeps_anything_in_the_browser_or_makes_markup_or_code_of_text(name: str) -> None:
    text = assets()[name].content.decode()
    assert re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie|postMessage|window\.open", text) == []
    assert (
        re.findall(r"innerHTML\s*=|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function", text) == []
    )
