"""What must hold of every page: nothing for axe to say, nothing to scroll sideways, a picture to look at."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {1440: 900, 390: 844, 320: 640}
PICTURES = os.environ.get("ZS_PICTURES", "")  # a folder; absent, no pictures are kept


def faults(page: Page) -> list[str]:
    """What axe finds, one line a fault: rule, element, what to do."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        # Put in by the driver, past the policy of the page, which allows only scripts of the site.
        page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['html'][:160]} — {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def judge(page: Page, name: str) -> None:
    """Hold a page, as it stands, to all of it at 1440, 390 and 320, and keep pictures of the first two."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not scrolls_sideways(page), f"{name} scrolls sideways at {width}: {widest(page)}"
        found = faults(page) if width != 320 else []
        assert found == [], f"{name} at {width}:\n" + "\n".join(found)
        if width != 320:
            picture(page, f"{name}-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})


def widest(page: Page) -> list[str]:
    """The elements that stick out, to say what is at fault."""
    script = """() => [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    found: list[str] = page.evaluate(script)
    return found


def picture(page: Page, name: str) -> None:
    """Keep a picture, if pictures are wanted."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(PICTURES, f"{name}.png")), full_page=True)


def focused(page: Page) -> str:
    """The text, name or id of what has the focus: where the keyboard stands."""
    script = """() => { const e = document.activeElement;
        return (e.innerText || e.getAttribute('aria-label') || e.name || e.id || e.tagName).trim() }"""
    text: str = page.evaluate(script)
    return text
