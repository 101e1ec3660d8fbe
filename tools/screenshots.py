"""./zs screenshots: the pictures of the README, taken from a demonstration and a report of this very tree.

    ./zs screenshots [--out docs/pictures] [--cases N] [--only NAME]

Starts a demonstration in a folder of its own on a free port, enters as each role, takes the pictures, and ends all that
it started. The city is the same each time and its clock runs at the pace of ours, so that the pictures change only
where the pages do. The picture of a report is of a file that `zs city` and `zs check` write, and wants none of this.
Needs Debian's chromium and fonts-noto-cjk.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
CASES: Final = 1500
START_SECONDS: Final = 600
END_SECONDS: Final = 60
TIMEOUT_MS: Final = 60_000
LARGEST_BYTES: Final = 1_750_000
FOUND_RED: Final = 10
DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
SAID_PASSWORD: Final = re.compile(r"口令都是 (\S+?)；")
BAND: Final = re.compile(r"第\d+档")
PHONE: Final[ViewportSize] = {"width": 390, "height": 800}
REPORT: Final = "report"
REPORTED: Final = {"cases": "300", "seed": "7", "as_of": "2026-04-25T16:48:00+08:00"}
SHEET: Final[ViewportSize] = {"width": 1200, "height": 900}


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who enters, what he does until it can be taken, the size of his window."""

    name: str
    role: str
    go: Callable[[Page], None]
    size: ViewportSize


@dataclass(frozen=True)
class Running:
    """A demonstration: where it is, and the password that it says all accounts have."""

    address: str
    password: str


def home(page: Page) -> None:
    """What the role sees first."""
    page.goto("/")


def first_alert(page: Page) -> None:
    """The most pressing of the alerts that one was told of, as the link of its message opens it."""
    page.goto("/inbox/?view=mine")
    page.goto(str(page.locator("a[href^='/a/']").first.get_attribute("href")))


def inbox(page: Page) -> None:
    """All open alerts of the station, the first of them chosen."""
    page.goto("/inbox/?view=all")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#preview h2").wait_for()


def own_dossier(page: Page) -> None:
    """A page of a dossier of one's own cases that is recorded as unsigned."""
    page.goto("/cases/all/?mine=1")
    for address in [link.get_attribute("href") for link in page.locator("tbody a[href^='/cases/']").all()]:
        page.goto(f"{address}dossier/")
        for dossier in [link.get_attribute("href") for link in page.locator("a[href^='/dossiers/']").all()]:
            page.goto(str(dossier))
            unsigned = page.locator("#leaves li", has_text="登记为未签名").locator("a")
            if unsigned.count():
                page.goto(f"{dossier}?page={unsigned.last.inner_text()}")
                page.locator(".zs-leaf__sheet img").evaluate("image => image.decode()")
                return
    raise SystemExit("No dossier of the officer lacks a signature: the demonstration filled none as planned.")


def pressing_case(page: Page) -> None:
    """The case of the first alert of the inbox."""
    page.goto("/inbox/?view=all&level=red")
    page.goto(str(page.locator("a[href^='/a/']").first.get_attribute("href")))
    page.locator("main a[href^='/cases/']").first.click()
    page.wait_for_url("**/cases/**")


def ranked_officer(page: Page) -> None:
    """The points of an officer who has cases enough for a band, as his leader opens them from the board: whoever enters
    as an officer may have none that ended."""
    page.goto("/points/unit/")
    ranked = page.locator("main tbody tr", has_text=BAND).locator("a[href^='/points/officers/']")
    if not ranked.count():
        raise SystemExit("Nobody on the board has cases enough for a band: the demonstration stated none as planned.")
    page.goto(str(ranked.first.get_attribute("href")))


def at_address(address: str) -> Callable[[Page], None]:
    """A page at its address."""

    def go(page: Page) -> None:
        page.goto(address)

    return go


def first_plan(page: Page) -> None:
    """The plan that was drawn."""
    page.goto("/inspection/plans/")
    page.locator("main a[href^='/inspection/plans/IP-']").first.click()
    page.wait_for_url("**/inspection/plans/IP-*/")


TOUR: Final = (
    Picture("officer-limits", "officer", home, PHONE),
    Picture("officer-alert", "officer", first_alert, PHONE),
    Picture("officer-dossier", "officer", own_dossier, DESK),
    Picture("legal-officer-inbox", "legal_officer", inbox, DESK),
    Picture("legal-officer-case", "legal_officer", pressing_case, DESK),
    Picture("leader-today", "unit_head", home, DESK),
    Picture("inspector", "inspectorate", home, DESK),
    Picture("officer-points", "county_head", ranked_officer, PHONE),
    Picture("leader-points", "county_head", at_address("/points/unit/"), DESK),
    Picture("legal-points-policies", "legal_department", at_address("/points/policies/"), DESK),
    Picture("legal-inspection-plan", "legal_department", first_plan, DESK),
)


def main(arguments: list[str] | None = None) -> None:
    """Take them."""
    parser = argparse.ArgumentParser(prog="zs screenshots", description="The pictures of the README's tour.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures", metavar="DIR")
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help=f"cases of the city (default {CASES})")
    names = (*(each.name for each in TOUR), REPORT)
    parser.add_argument("--only", default="", metavar="NAME", choices=("", *names), help="one of " + ", ".join(names))
    options = parser.parse_args(arguments)
    chosen = [each for each in TOUR if options.only in ("", each.name)]
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: apt-get install -y chromium fonts-noto-cjk")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what was started is ended then, too
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if options.only in ("", REPORT):
            sizes.append(take_report(browser, options.out))
        if chosen:
            with demonstration(options.cases) as running:
                sizes += take_tour(browser, running, chosen, options.out)
        browser.close()
    whole = sum(sizes)
    print(f"{len(sizes)} pictures, {whole / 1000:.0f} kB, in {options.out}")
    if whole > LARGEST_BYTES:
        raise SystemExit(f"More than {LARGEST_BYTES // 1000} kB: take fewer or smaller ones.")


def take_report(browser: Browser, folder: Path) -> int:
    """A red case of a report: a city is made and checked, and its page opened. Returns the size in bytes."""
    print("checking a city …")
    with tempfile.TemporaryDirectory(prefix="zs-screenshots-") as name:
        city, out = Path(name, "city"), Path(name, "report")
        zs("city", "--cases", REPORTED["cases"], "--seed", REPORTED["seed"], "--out", str(city))
        zs("check", str(city / "events.parquet"), "--as-of", REPORTED["as_of"], "--out", str(out))
        page = browser.new_page(viewport=SHEET, locale="zh-CN", timezone_id="Asia/Shanghai")
        page.goto((out / "report.html").as_uri())
        path = folder / f"{REPORT}.png"
        page.locator("section.case", has_text="提请批准逮捕").first.screenshot(path=str(path))
        page.close()
    print(f"  {path.name}")
    return path.stat().st_size


def zs(*arguments: str) -> None:
    """One verb of the command line, quietly; a check that finds something red ends with 10.

    Raises  SystemExit with what it said, where it refused.
    """
    command = [sys.executable, "-P", "-m", "zhunsheng.cli", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in (0, FOUND_RED):
        raise SystemExit(f"zs {arguments[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def take_tour(browser: Browser, running: Running, chosen: Sequence[Picture], folder: Path) -> list[int]:
    """The pictures of the tour, role by role. Returns their sizes in bytes."""
    roles = dict.fromkeys(each.role for each in chosen)
    by_role = {role: [each for each in chosen if each.role == role] for role in roles}
    return [size for role, of in by_role.items() for size in take(browser, running, role, of, folder)]


def take(browser: Browser, running: Running, role: str, pictures: Sequence[Picture], folder: Path) -> Iterator[int]:
    """Take the pictures of one role, which enters once: a code is good for one login. Yields their sizes in bytes."""
    entered = browser.new_context(base_url=running.address, locale="zh-CN")
    entered.set_default_timeout(TIMEOUT_MS)
    enter(entered.new_page(), role, running.password)
    for picture in pictures:
        context = browser.new_context(
            base_url=running.address,
            viewport=picture.size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            storage_state=entered.storage_state(),
        )
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        picture.go(page)
        page.wait_for_load_state("load")  # not "networkidle": a page that listens for news is never idle
        path = folder / f"{picture.name}.png"
        page.screenshot(path=str(path))
        context.close()
        print(f"  {path.name}")
        yield path.stat().st_size
    entered.close()


def enter(page: Page, role: str, password: str) -> None:
    """Log in; the page of the second factor shows the code of a demonstration's account."""
    page.goto("/login/")
    page.locator("input[name=username]").fill(role)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/login/factor/**")
    page.locator("input[name=code]").fill(page.locator(".zs-field__hint strong").first.inner_text())
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


@contextmanager
def demonstration(cases: int) -> Iterator[Running]:
    """A demonstration for the length of the block; afterwards its processes are ended and its folder is deleted."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="zs-screenshots-"))
    command = [sys.executable, "-P", "-m", "zhunsheng.web", "run_demo", "--port", str(port), "--cases", str(cases)]
    log = folder / "demonstration.log"
    with log.open("wb") as out:
        # A session of its own: a Ctrl-C here must not reach its database before it has ended its processes.
        process = subprocess.Popen(
            [*command, "--pace", "1"],
            env=os.environ | {"ZS_HOME": str(folder / "home")},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_for(port, process, log)
        said = SAID_PASSWORD.search(log.read_text("utf-8"))
        if said is None:
            raise SystemExit(f"The demonstration did not say its password:\n{log.read_text('utf-8')[-2000:]}")
        yield Running(f"http://localhost:{port}", said[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=END_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the site answers.

    Raises  SystemExit with what the demonstration said, if it ended or takes too long.
    """
    print("starting a demonstration …")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(1)
    raise SystemExit(f"The demonstration did not start:\n{log.read_text('utf-8')[-2000:]}")


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
