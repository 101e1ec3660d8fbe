"""The watcher at work, with signs that a test sets: its file, its messages, and what it imports."""

import ast
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import Simulated, served_here
from watch.__main__ import Watch, main
from watch.config import Config, ConfigRefused, load, parse
from watch.judging import Signs
from watch.looking import Day

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


def test_the_watcher_imports_nothing_but_the_standard_library_and_psycopg() -> None:
    imported = set()
    for path in WATCH.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"watch", "psycopg"}


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
    ],
)
def test_a_file_that_says_something_wrongly_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigRefused, match=said):
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
