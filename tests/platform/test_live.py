"""New alerts announced to pages that are open: what is counted, who is woken, and what a stream holds on to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.backends.db import SessionStore

from tests.platform.accounts import Person, account, signed_in
from tests.platform.databases import OwnDatabase
from tests.platform.people import EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import case_of, key_of, open_alert, running
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.audit import clock
from zhunsheng.apps.org.models import Officer
from zhunsheng.web import live
from zhunsheng.web.live import Ear, WithLive

NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SINCE = NOW - DAY
Message = Mapping[str, Any]


def tell(whom: Officer, serial: int, *, at: datetime = NOW, reason: str = "first") -> None:
    """Somebody is told of something."""
    with as_process("test"):
        Alert.objects.create(
            key=f"{serial:064d}", role="officer", officer=whom, reason=reason, level="red", liberty=False, text="x",
            explanation={}, created_at=at, case=f"A{EAST_STATION}2026030001",
        )  # fmt: skip


def enter(number: str = "035001", role: str = "officer") -> tuple[Person, Officer]:
    someone = officer(number, (role, EAST_STATION))
    return signed_in(account(f"a{number}", officer=someone)), someone


def news(me: Person, count: int, *keys: str) -> dict[str, Any]:
    """The answer to a page that knew of so many alerts."""
    query = urlencode([("since", SINCE.isoformat()), ("known", count), *(("key", key) for key in keys)])
    answer = me.get(f"/live/?{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


@pytest.fixture
def story(db: None) -> tuple[Person, Officer]:
    """An officer of the eastern station, told of one thing an hour ago."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    me, someone = enter()
    case_of(EAST_STATION, 1)
    tell(someone, 1, at=NOW - HOUR)
    return me, someone


def test_only_what_came_since_and_to_him_is_news(story: tuple[Person, Officer]) -> None:
    me, someone = story
    page = me.get("/inbox/").content.decode()
    assert 'data-known="1"' in page
    assert news(me, 1)["news"] == 0
    # Written a little later than it says: an alert of the same judgement whose transaction ended after the page.
    tell(someone, 2, at=NOW - HOUR)
    tell(officer("035009", ("officer", EAST_STATION)), 3)
    tell(someone, 4, reason="withdrawn")  # a correction brings nothing new into the list
    answer = news(me, 1)
    assert (answer["news"], answer["text"]) == (1, "有 1 条新预警，点此更新")


def test_time_left_is_said_by_the_server_and_only_of_what_he_may_see(story: tuple[Person, Officer]) -> None:
    me, _someone = story
    here, there = case_of(EAST_STATION, 2), case_of(WEST_STATION, 3)
    for number in (here, there):
        running(number, NOW + 2 * HOUR, level="red")
        open_alert(number, NOW + 2 * HOUR, level="red")
    rule = "criminal.intake.filing-decision"
    found = news(me, 1, key_of(here, rule), key_of(there, rule))["left"]
    assert list(found) == [key_of(here, rule)]
    assert "还剩 2小时" in found[key_of(here, rule)]
    clock.set_city_clock(NOW + 3 * HOUR, seconds_per_second=0)
    assert "超期 1小时" in news(me, 1, key_of(here, rule))["left"][key_of(here, rule)]


def test_a_question_that_no_page_asks_is_refused(story: tuple[Person, Officer]) -> None:
    me, _someone = story
    far = "since=2026-03-12T00:00:00+21:07&known=1"
    assert me.get(f"/live/?{far.replace('+', '%2B')}").status_code == 200  # PostgreSQL knows no such zone
    before_the_first_year = "since=0001-01-01T00:00:00+08:00&known=1"
    wrong = ("", "since=x&known=1", "since=2026-03-12&known=1", f"since={SINCE.isoformat()}&known=-1")
    for query in (*wrong, before_the_first_year):
        assert me.get(f"/live/?{query.replace('+', '%2B')}").status_code == 400, query


def test_a_page_that_asks_by_itself_does_not_keep_the_session(story: tuple[Person, Officer]) -> None:
    me, _someone = story
    key = me.client.cookies["zs_session"].value
    session, earlier = SessionStore(key), clock.real_now() - timedelta(minutes=14)
    session["seen_at"] = earlier.isoformat()
    session.save()
    news(me, 1)
    assert SessionStore(key)["seen_at"] == earlier.isoformat()
    me.get("/help/")
    assert SessionStore(key)["seen_at"] > earlier.isoformat()


def test_whoever_is_told_is_named_to_those_who_listen(own: OwnDatabase) -> None:
    city()
    one, other = officer("035001", ("officer", EAST_STATION)), officer("035002", ("officer", EAST_STATION))
    with own.connect("zs_app") as listener:
        listener.execute(f"LISTEN {live.CHANNEL}")
        with as_process("test"):
            for serial, whom in ((1, one), (2, other), (3, one)):
                tell(whom, serial)
        heard = [set(notice.payload.split(",")) for notice in listener.notifies(timeout=10, stop_after=2)]
    assert heard == [{str(one.pk)}, {str(other.pk)}]  # the same said twice in one transaction is heard once


class Browser:
    """A browser that asks for a stream, and the site behind it that answers with a count that rises."""

    def __init__(self, *, status: int = 200) -> None:
        self.status = status
        self.asked = 0
        self.left = asyncio.Event()
        self.seen: asyncio.Queue[Message] = asyncio.Queue()

    async def site(self, scope: Any, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        """What Django would answer."""
        assert b"accept" not in dict(scope["headers"])
        assert (await receive())["type"] == "http.request"
        self.asked += 1
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        body = json.dumps({"news": self.asked - 1, "text": "", "left": {}, "whom": 7}).encode()
        await send({"type": "http.response.body", "body": body})

    async def receive(self) -> Message:
        """Nothing, until it leaves."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """What it gets."""
        await self.seen.put(message)

    async def next(self) -> str:
        """The next part of the stream."""
        message = await asyncio.wait_for(self.seen.get(), timeout=10)
        return str(message.get("body", b"").decode()) if "body" in message else str(message["status"])


class Deaf(Ear):
    """Hears what the test says, and asks no database."""

    async def _listen(self) -> None:
        await asyncio.Event().wait()


SCOPE = {
    "type": "http", "method": "GET", "path": "/live/", "query_string": b"",
    "headers": [(b"accept", b"text/event-stream"), (b"cookie", b"zs_session=x")],
}  # fmt: skip


def streamed(test: Callable[[Browser, Ear], Awaitable[None]], browser: Callable[[], Browser]) -> None:
    async def run() -> None:
        one, ear = browser(), Deaf("")
        stream = asyncio.ensure_future(WithLive(one.site, ear)(dict(SCOPE), one.receive, one.send))
        await test(one, ear)
        one.left.set()
        await asyncio.wait_for(stream, timeout=10)
        assert ear.streams == set()

    asyncio.run(run())


def test_a_stream_is_woken_by_what_concerns_it_and_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GATHER_SECONDS", 0)

    async def test(browser: Browser, ear: Ear) -> None:
        assert await browser.next() == "200"
        assert '"news": 0' in await browser.next()
        ear.hear("8,9")  # others
        ear.hear("7,8")
        second = await browser.next()
        assert '"news": 1' in second
        assert "whom" not in second
        ear.hear("")  # too many to be named
        assert '"news": 2' in await browser.next()
        assert browser.asked == 3

    streamed(test, Browser)


def test_what_is_told_while_the_first_question_is_asked_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream opens, its count is read, and before it waits he is told: he would have known a minute later."""
    monkeypatch.setattr(live, "GATHER_SECONDS", 0)

    async def run() -> None:
        browser, ear = Browser(), Deaf("")

        async def site(scope: Any, receive: Any, send: Any) -> None:
            await browser.site(scope, receive, send)
            if browser.asked == 1:
                ear.hear("7")

        stream = asyncio.ensure_future(WithLive(site, ear)(dict(SCOPE), browser.receive, browser.send))
        assert await browser.next() == "200"
        assert '"news": 0' in await browser.next()
        assert '"news": 1' in await browser.next()
        browser.left.set()
        await asyncio.wait_for(stream, timeout=10)

    asyncio.run(run())


def test_a_stream_without_a_session_is_not_asked_for_again() -> None:
    async def test(browser: Browser, ear: Ear) -> None:
        del ear
        assert await browser.next() == "204"

    streamed(test, lambda: Browser(status=302))


def test_a_silent_stream_breathes_and_ends_with_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GATHER_SECONDS", 0)
    monkeypatch.setattr(live, "BREATH_SECONDS", 0.01)

    async def test(browser: Browser, ear: Ear) -> None:
        await browser.next()
        await browser.next()
        assert await browser.next() == ":\n\n"
        browser.status = 302
        ear.hear("7")
        rest = await browser.next()
        while rest == ":\n\n":
            rest = await browser.next()
        assert rest == ""  # the end

    streamed(test, Browser)


def test_everything_else_goes_to_the_site() -> None:
    seen = []

    async def site(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["path"])

    async def ask(**scope: Any) -> None:
        await WithLive(site, Deaf(""))({**SCOPE, **scope}, None, None)  # type: ignore[arg-type]

    asyncio.run(ask(path="/inbox/"))
    asyncio.run(ask(headers=[(b"accept", b"*/*")]))
    assert seen == ["/inbox/", "/live/"]
