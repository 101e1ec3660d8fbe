"""The watcher at work, with signs that a test sets: its file, its messages, its receiver, and what it imports."""

import ast
import hashlib
import hmac
import http.client
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import Simulated, served_here
from watch.__main__ import Watch, main
from watch.config import Config, ConfigRefused, Probe, load, parse
from watch.judging import Signs
from watch.looking import Day
from watch.receiving import MOST_BYTES, Receiver

WATCH = Path(__file__).resolve().parents[2] / "watch"
WELL = Signs(loops={"supervise": (1.0, 0.0), "deliver": (1.0, 0.0)})
HUNG = Signs(loops={"supervise": (95.0, 0.0), "deliver": (1.0, 0.0)})


class Seen:
    """In place of the database."""

    def __init__(self) -> None:
        self.signs, self.numbers = WELL, Day(alerts=12, head="ab12cd34ef56")

    def look(self) -> Signs:
        return self.signs

    def day(self) -> Day | None:
        return self.numbers


class Watched:
    """A watcher whose time and eyes are the test's."""

    def __init__(self, folder: Path, gateway: Simulated) -> None:
        table = {
            "database": "postgresql://nowhere/",
            "alarms": "alarms.jsonl",
            "sms": {
                "url": f"http://127.0.0.1:{gateway.port}",
                "account": "zs",
                "secret": "secret",
                "phones": ["13900000001", "13900000002"],
            },
        }
        self.config: Config = parse(table, folder)
        self.at = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
        self.seen, self.gateway = Seen(), gateway
        self.start()

    def start(self) -> None:
        """As after a restart."""
        self.watch = Watch(self.config, now=lambda: self.at)
        vars(self.watch)["_lookout"] = self.seen

    def go(self, **span: float) -> None:
        """Let time go by, then look."""
        self.at += timedelta(**span)
        self.watch.round()

    def texts(self) -> list[str]:
        """What the gateway's file has."""
        if not self.gateway.log.exists():
            return []
        return [line["text"] for line in self.gateway.said("accepted")]

    def file(self, what: str) -> list[dict[str, Any]]:
        """Lines of the alarm file."""
        lines = [json.loads(line) for line in self.config.alarms.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["what"] == what]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with served_here("http_sms", tmp_path) as gateway:
        yield Watched(tmp_path, gateway)


def test_a_loop_that_hangs_is_told_to_every_phone_and_is_in_the_file(watched: Watched) -> None:
    watched.go()
    watched.seen.signs = HUNG
    watched.go(seconds=5)
    assert watched.texts() == ["【准绳监视】supervise 已95秒没有心跳，请立即检查。"] * 2
    (alarm,) = watched.file("alarm")
    assert (alarm["fault"], alarm["nth"]) == ("heartbeat supervise", 1)
    assert watched.file("told")[0]["results"] == {"sms 0001": "accepted", "sms 0002": "accepted"}


def test_a_gateway_that_refuses_the_watcher_does_not_keep_the_alarm_out_of_the_file(watched: Watched) -> None:
    watched.gateway.fail(wrong_password=True)
    watched.seen.signs = HUNG
    watched.go()
    assert len(watched.file("alarm")) == 1
    assert set(watched.file("told")[0]["results"].values()) == {"failed: HTTPError"}


def test_every_morning_it_says_that_all_is_well_once(watched: Watched) -> None:
    watched.go()  # 08:00
    assert watched.texts() == []
    watched.go(minutes=30)  # 08:30
    watched.go(minutes=1)
    assert watched.texts() == ["【准绳监视】11月30日系统正常，昨日预警12条，链尾ab12cd34ef56。"] * 2
    watched.start()  # a restart does not say it again
    watched.go(minutes=1)
    assert len(watched.texts()) == 2
    watched.go(days=1)
    assert watched.texts()[2:] == ["【准绳监视】12月1日系统正常，昨日预警12条，链尾ab12cd34ef56。"] * 2


def test_a_watcher_that_is_started_in_the_afternoon_begins_the_next_morning(watched: Watched) -> None:
    watched.go(hours=6)
    assert watched.texts() == []


def test_the_morning_message_counts_what_is_wrong(watched: Watched) -> None:
    watched.seen.signs = HUNG
    watched.go(minutes=30)
    assert watched.texts()[-1] == "【准绳监视】11月30日有1项异常未恢复，昨日预警12条，链尾ab12cd34ef56。"


def test_without_a_database_the_morning_message_waits_until_it_is_back(watched: Watched) -> None:
    numbers, watched.seen.numbers = watched.seen.numbers, None  # type: ignore[assignment]
    watched.go(minutes=30)
    assert watched.texts() == []
    watched.seen.numbers = numbers
    watched.go(minutes=5)
    assert len(watched.texts()) == 2


def test_a_fall_of_the_open_clocks_is_told_and_what_is_said_when_it_is_over_claims_nothing(watched: Watched) -> None:
    for count in (1000, 1000, 700):
        watched.seen.signs = replace(WELL, open_clocks=count)
        watched.go(minutes=1)
    watched.seen.signs = WELL  # why: they are counted once a minute; between two counts it goes on
    watched.go(seconds=5)
    assert watched.texts() == ["【准绳监视】在算期限一小时内减少30%，请核对规则库和数据。"] * 2
    watched.seen.signs = replace(WELL, open_clocks=950)
    watched.go(minutes=1)
    watched.go(minutes=1)
    assert watched.texts()[2:] == ["【准绳监视】在算期限不再减少，请核对减少的是否应当。"] * 2


SECRET = "a-secret-of-probes"
AT_EIGHT = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    taking = Receiver(Probe("127.0.0.1:0", SECRET), now=AT_EIGHT)
    taking.start()
    yield taking
    taking.close()


def post(receiver: Receiver, told_at: datetime | str, **other: Any) -> int:
    """A probe as the delivery of the platform sends it, or otherwise in one thing; the status of the answer."""
    secret, at = other.get("secret", SECRET), other.get("at", int(time.time()))
    body = json.dumps({"id": "k", "created_at": str(told_at), "text": "x" * other.get("longer", 0)}).encode()
    proof = hmac.new(secret.encode(), f"{at}.k.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Zhunsheng-Delivery": "k", "X-Zhunsheng-Timestamp": str(at)}
    headers["X-Zhunsheng-Signature"] = f"sha256={proof}"
    with closing(http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)) as connection:
        connection.request("POST", other.get("path", "/probe"), body, headers)
        return connection.getresponse().status


def test_a_probe_is_as_old_as_its_alert_and_an_older_one_changes_nothing(receiver: Receiver) -> None:
    ten_minutes = AT_EIGHT + timedelta(minutes=10)
    assert post(receiver, ten_minutes) == 200
    assert post(receiver, ten_minutes - timedelta(minutes=5)) == 200
    assert receiver.age(ten_minutes + timedelta(seconds=30)) == 30.0


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"secret": "another"}, 401),
        ({"at": int(time.time()) - 3600}, 401),  # why: who listened an hour ago says it again
        ({"path": "/"}, 404),
        ({"longer": MOST_BYTES}, 413),
        ({"told_at": "yesterday"}, 422),
    ],
)
def test_what_is_no_probe_of_ours_is_refused_and_counts_for_nothing(
    receiver: Receiver, other: dict[str, Any], status: int
) -> None:
    told_at = other.pop("told_at", AT_EIGHT + timedelta(minutes=10))
    assert post(receiver, told_at, **other) == status
    assert receiver.told_at == AT_EIGHT


def test_a_probe_that_does_not_come_is_told_and_the_next_one_ends_it(watched: Watched) -> None:
    watched.config = replace(watched.config, probe=Probe("127.0.0.1:0", SECRET))
    watched.start()
    receiver = vars(watched.watch)["_receiver"]
    for minutes in (10, 2):  # why: 720 seconds after the start none is missed yet
        watched.go(minutes=minutes)
    assert watched.texts() == []
    watched.go(seconds=5)
    assert watched.texts() == ["【准绳监视】巡检已725秒没有走完全程，请检查监督和发送。"] * 2
    assert post(receiver, watched.at) == 200
    watched.go(seconds=61)
    assert watched.texts()[2:] == ["【准绳监视】已恢复：巡检走完全程。"] * 2
    receiver.close()


def test_the_watcher_imports_nothing_but_the_standard_library_and_psycopg() -> None:
    imported = set()
    for path in WATCH.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"watch", "psycopg"}


SMS = {"url": "http://127.0.0.1/", "account": "zs", "secret": "s"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"alarms": "a"}, "缺少 database"),
        ({"database": "d", "alarms": "a"}, "至少要有 sms 或 mail"),
        ({"database": "d", "alarms": "a", "sms": {}, "phone": "1"}, "没有 phone"),
        (
            {
                "database": "d",
                "alarms": "a",
                "mail": {"host": "h", "port": 25, "sender": "s", "to": []},
                "limits": {"x": 1},
            },
            "limits 没有 x",
        ),
        ({"database": "d", "alarms": "a", "sms": SMS, "probe": {"listen": "8787", "secret": "s"}}, "probe：listen"),
    ],
)
def test_a_file_that_says_something_wrongly_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(table, Path())


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_text("", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(ConfigRefused, match="chmod 600"):
        load(path)


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "watch.toml" in capsys.readouterr().err
