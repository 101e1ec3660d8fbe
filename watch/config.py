"""The watcher's own file.

database = "postgresql://zs_watch@db.example/zhunsheng"
processes = ["supervise", "deliver"]
disk = "/var/lib/zhunsheng"       # the folder whose disk is watched
every_seconds = 5
repeat_minutes = 30               # an alarm that lasts is told again
zone = "Asia/Shanghai"
daily_at = "08:30"
alarms = "alarms.jsonl"           # every alarm, whatever way out there is; only added to

[limits]                          # seconds and percent; see judging.Limits
heartbeat = 90

[sms]                             # its own way out; the same protocol as the platform's http_sms, none of its code
url = "https://gateway.example:8443"
account = "zhunsheng-watch"
secret = "…"
phones = ["13900000000"]

[probe]                           # where the platform's probe ends; without it none is missed
listen = "10.0.0.9:8787"          # an address of this machine that the platform's delivery reaches
secret = "…"                      # as under [webhooks.probe] of the platform's lines.toml

[mail]
host = "mail.example"
port = 587
sender = "watch@police.example"
to = ["duty@police.example"]
account = "watch"
password = "…"
encryption = "starttls"           # starttls, tls, none
"""

import tomllib
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watch.judging import Limits

OPEN_TO_OTHERS = 0o077
BEIJING = ZoneInfo("Asia/Shanghai")


class ConfigRefused(ValueError):
    """The file cannot be used; what, and what to do."""


@dataclass(frozen=True)
class Sms:
    """A gateway by HTTP, and the phones to call."""

    url: str
    account: str
    secret: str = field(repr=False)
    phones: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mail:
    """A mail server, and the addresses to write to."""

    host: str
    port: int
    sender: str
    to: list[str]
    account: str = ""
    password: str = field(default="", repr=False)
    encryption: str = "starttls"


@dataclass(frozen=True)
class Probe:
    """The address at which probes arrive, and the secret that they are signed with."""

    listen: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuses an address without a port, and what anybody could sign."""
        host, _, port = self.listen.rpartition(":")
        if not host or not port.isdigit() or not self.secret:
            raise ValueError(f"probe：listen 应为 地址:端口（现为 {self.listen!r}），secret 不能为空。")


@dataclass(frozen=True)
class Config:
    """Everything the watcher needs."""

    database: str = field(repr=False)
    alarms: Path
    processes: list[str] = field(default_factory=lambda: ["supervise", "deliver"])
    disk: Path | None = None
    every_seconds: float = 5.0
    repeat: timedelta = timedelta(minutes=30)
    zone: ZoneInfo = BEIJING
    daily_at: time = time(8, 30)
    limits: Limits = field(default_factory=Limits)
    sms: Sms | None = None
    mail: Mail | None = None
    probe: Probe | None = None


KEYS = {
    "database", "processes", "disk", "every_seconds", "repeat_minutes", "zone", "daily_at", "alarms", "limits", "sms",
    "mail", "probe",
}  # fmt: skip


def load(path: Path) -> Config:
    """Read the file; relative paths in it are beside it.

    Raises  ConfigRefused, OSError.
    """
    if path.stat().st_mode & OPEN_TO_OTHERS:
        raise ConfigRefused(f"{path.name}：里面有密钥，不应让别的用户读到。请执行 chmod 600。")
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")), path.parent)
    except (tomllib.TOMLDecodeError, TypeError, ValueError, ZoneInfoNotFoundError) as problem:
        raise ConfigRefused(f"{path.name}：{problem}") from problem


def parse(table: dict[str, Any], folder: Path) -> Config:
    """A configuration of its table.

    Raises  ConfigRefused, TypeError, ValueError.
    """
    if unknown := sorted(set(table) - KEYS):
        raise ConfigRefused(f"没有 {', '.join(unknown)} 这一项。")
    if missing := sorted({"database", "alarms"} - set(table)):
        raise ConfigRefused(f"缺少 {', '.join(missing)}。")
    if "sms" not in table and "mail" not in table:
        raise ConfigRefused("至少要有 sms 或 mail 一种报警途径。")
    plain = {key: table[key] for key in ("database", "processes", "every_seconds") if key in table}
    return Config(
        **plain,
        alarms=folder / table["alarms"],
        disk=folder / table["disk"] if "disk" in table else None,
        repeat=timedelta(minutes=table.get("repeat_minutes", 30)),
        zone=ZoneInfo(table["zone"]) if "zone" in table else BEIJING,
        daily_at=time.fromisoformat(table.get("daily_at", "08:30")),
        limits=_limits(table.get("limits", {})),
        sms=Sms(**table["sms"]) if "sms" in table else None,
        mail=Mail(**table["mail"]) if "mail" in table else None,
        probe=Probe(**table["probe"]) if "probe" in table else None,
    )


def _limits(table: dict[str, Any]) -> Limits:
    known = {one.name for one in fields(Limits)}
    if unknown := sorted(set(table) - known):
        raise ConfigRefused(f"limits 没有 {', '.join(unknown)} 这一项。")
    steady = {"steady": timedelta(seconds=table["steady"])} if "steady" in table else {}
    return Limits(**{**table, **steady})
