"""What must hold of every page: nothing for axe to say, nothing to scroll sideways, no level by its colour alone, paper
that holds it; and a picture to look at."""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {1440: 900, 390: 844, 320: 640}
PAPER: Final = {"width": 658, "height": 945}
"""A4 without its margins, 174 by 250 mm, in CSS pixels."""
NOT_ON_PAPER: Final = (
    ".zs-top, .zs-side, .zs-tabs, .btn, button, textarea:not(.zs-blank *), select:not(.zs-blank *),"
    " input:not([type=radio]):not([type=checkbox]):not(.zs-blank *):not(.zs-q1 *)"
)
"""The blanks of a rule that is written as sentences, and of a sheet, stay: they are what it says."""
JUDGED: Final[set[str]] = set()
"""The names of the pages that were looked at so far."""
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
    """Hold a page, as it stands, to all of it at 1440, 390, 320 and on paper, and keep pictures of the first two."""
    JUDGED.add(name_of(page.url))
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not scrolls_sideways(page), f"{name} scrolls sideways at {width}: {widest(page)}"
        found = faults(page) if width != 320 else []
        assert found == [], f"{name} at {width}:\n" + "\n".join(found)
        if width != 320:
            picture(page, f"{name}-{width}")
    assert bare_shapes(page) == [], f"{name}: a shape whose meaning no text says"
    assert faint(page) == [], f"{name}: what cannot be pressed now must be legible all the same"
    on_paper(page, name)
    page.set_viewport_size({"width": 1440, "height": 900})


def name_of(address: str) -> str:
    """The name of the view that answers an address; empty for what is none of ours."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def bare_shapes(page: Page) -> list[str]:
    """Shapes of levels and states that stand without a word: in grey print and to a screen reader they say nothing."""
    script = """() => [...document.querySelectorAll('svg.s')]
        .filter(shape => !shape.closest('li, td, p, span, h2, dt, header, button, a, div').textContent.trim())
        .map(shape => shape.parentElement.outerHTML.slice(0, 120))"""
    found: list[str] = page.evaluate(script)
    return found


def faint(page: Page) -> list[str]:
    """Buttons that cannot be pressed now and are hard to read: less than 4.5 to 1, which axe does not ask of them."""
    script = """() => {
        const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(c => c / 255)
            .map(c => c <= .03928 ? c / 12.92 : Math.pow((c + .055) / 1.055, 2.4));
            return .2126 * r + .7152 * g + .0722 * b };
        return [...document.querySelectorAll('button:disabled')].filter(e => e.offsetParent).filter(e => {
            const s = getComputedStyle(e), [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => y - x);
            return s.opacity < 1 || (a + .05) / (b + .05) < 4.5 }).map(e => e.outerHTML.slice(0, 120)) }"""
    found: list[str] = page.evaluate(script)
    return found


def out_of_reach(page: Page) -> list[str]:
    """What a mouse presses and no key does: what takes no focus, stands out of the order of the page, or does not show
    that it has the focus."""
    page.keyboard.press("Tab")  # from now on the browser shows where the focus is
    script = """() => {
        const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary,' +
            ' [hx-get]:not(form), [hx-post]:not(form)'
        const plain = e => { const s = getComputedStyle(e); return s.outlineStyle === 'none' && s.boxShadow === 'none' }
        const name = e => e.outerHTML.slice(0, 120)
        return [...document.querySelectorAll(pressed)].filter(e => !e.disabled && e.checkVisibility())
            .filter(e => !(e.getAttribute('hx-trigger') || '').match(/every|load/))
            .map(e => { e.focus(); const at = e.getBoundingClientRect()
                return document.activeElement !== e ? 'no focus: ' + name(e) : e.tabIndex !== 0 ? 'order: ' + name(e)
                    : at.width > 1 && at.height > 1 && plain(e) ? 'no ring: ' + name(e) : '' }).filter(Boolean) }"""
    found: list[str] = page.evaluate(script)
    return found


def on_paper(page: Page, name: str) -> None:
    """Printed, a page has no shell and nothing to press, is no wider than the sheet, and says who printed it."""
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    left = (
        page.locator(NOT_ON_PAPER).filter(visible=True).evaluate_all("all => all.map(e => e.outerHTML.slice(0, 160))")
    )
    assert left == [], f"{name} on paper still shows {left}"
    assert not scrolls_sideways(page), f"{name} is wider than paper: {widest(page)}"
    if page.locator(".zs-side").count():
        assert page.locator(".zs-printed").is_visible(), f"{name} on paper does not say who printed it"
    picture(page, f"{name}-print")
    page.emulate_media(media="null")


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
