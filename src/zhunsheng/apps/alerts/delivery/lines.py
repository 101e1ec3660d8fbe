"""The lines of a deployment: which channel goes through which gateway. One TOML file beside the keys, never a page.

    second_after_minutes = 5            # red that is not confirmed by then also goes by the second channel

    [lines.sms]                         # a name of the vocabulary's channels
    kind = "http_sms"                   # http_sms, smpp, cmpp, mail, dingtalk, wecom, feishu
    url = "https://gateway.example:8443"
    account = "zhunsheng"
    secret = "…"
    workers = 4                         # connections at once
    second = "mail"                     # the second channel

    [webhooks.oversight]                # the token with the scope webhook that is told by it
    url = "https://oversight.example:8443/alerts"
    secret = "…"

This file is the list of addresses that anything leaves for: scheme, host and port as written here, no redirect
followed. The inbox needs no line. What a key means is in the dataclasses below; a key that is none of theirs is
refused.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol
from zoneinfo import ZoneInfo

from zhunsheng.apps.alerts.channels.bots.client import BotChannel
from zhunsheng.apps.alerts.channels.cmpp.dialect import CmppDialect
from zhunsheng.apps.alerts.channels.cmpp.frames import Version
from zhunsheng.apps.alerts.channels.contract import Channel
from zhunsheng.apps.alerts.channels.http_sms.client import HttpSmsChannel
from zhunsheng.apps.alerts.channels.inbox.client import InboxChannel
from zhunsheng.apps.alerts.channels.mail.client import MailChannel
from zhunsheng.apps.alerts.channels.outbound import AddressRefused, Endpoint
from zhunsheng.apps.alerts.channels.session import GatewaySession
from zhunsheng.apps.alerts.channels.smpp.dialect import SmppDialect
from zhunsheng.apps.alerts.channels.webhook.client import CHANNEL_PREFIX, WebhookChannel

BEIJING: Final = ZoneInfo("Asia/Shanghai")
SECONDS_A_SEND: Final = 5.0
OPEN_TO_OTHERS: Final = 0o077


class LinesRefused(ValueError):
    """The file of lines cannot be used: where, what, and what to do."""


class Reader(Protocol):
    """An officer, as far as a line needs to know."""

    pk: Any
    mobile: str
    province: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What every line has. `receives`: every worker of it must listen for receipts, not the first alone."""

    kind: ClassVar[str]
    receives: ClassVar[bool] = False
    name: str
    workers: int = 1
    second: str = ""

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """A channel for one worker. `now` is the machine's time."""
        raise NotImplementedError

    def target(self, officer: Reader) -> str:
        """Where an officer is reached by this line; empty if he is not."""
        return officer.mobile


@dataclass(frozen=True, kw_only=True)
class InboxLine(Line):
    """The pages themselves."""

    kind: ClassVar[str] = "inbox"

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        del now
        return InboxChannel()

    def target(self, officer: Reader) -> str:
        """See Line."""
        return str(officer.pk)


@dataclass(frozen=True, kw_only=True)
class HttpSmsLine(Line):
    """A gateway asked by HTTP."""

    kind: ClassVar[str] = "http_sms"
    url: str
    account: str
    secret: str = field(repr=False)
    ca_file: str = ""
    workers: int = 4

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        endpoint = Endpoint(self.url, timeout=SECONDS_A_SEND, ca_file=Path(self.ca_file) if self.ca_file else None)
        return HttpSmsChannel(
            endpoint,
            account=self.account,
            secret=self.secret,
            seconds_a_send=SECONDS_A_SEND,
            unix_time=lambda: now().timestamp(),
        )


@dataclass(frozen=True, kw_only=True)
class SmppLine(Line):
    """A message centre by SMPP 3.4."""

    kind: ClassVar[str] = "smpp"
    receives: ClassVar[bool] = True
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str
    system_type: str = ""
    window: int = 16

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        del now
        dialect = SmppDialect(self.system_id, self.password, self.source, self.system_type)
        return GatewaySession(
            dialect, host=self.host, port=self.port, window=self.window, seconds_a_send=SECONDS_A_SEND
        )


@dataclass(frozen=True, kw_only=True)
class CmppLine(Line):
    """A gateway of China Mobile by CMPP 2.0 or 3.0."""

    kind: ClassVar[str] = "cmpp"
    receives: ClassVar[bool] = True
    host: str
    port: int
    account: str  # SP_Id
    secret: str = field(repr=False)
    source: str  # the number that phones see
    service: str
    version: str = "3.0"
    window: int = 16

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        versions = {"2.0": Version.V20, "3.0": Version.V30}
        if self.version not in versions:
            raise LinesRefused(f"lines.{self.name}.version：{self.version!r} 不是版本。请写 2.0 或 3.0。")
        dialect = CmppDialect(
            account=self.account,
            secret=self.secret,
            source=self.source,
            service=self.service,
            version=versions[self.version],
            now=lambda: now().astimezone(BEIJING),
        )
        return GatewaySession(
            dialect, host=self.host, port=self.port, window=self.window, seconds_a_send=SECONDS_A_SEND
        )


@dataclass(frozen=True, kw_only=True)
class MailLine(Line):
    """A mail server. `address` is an officer's address with {province} and {number} in it."""

    kind: ClassVar[str] = "mail"
    host: str
    port: int
    sender: str
    address: str
    account: str = ""
    password: str = field(default="", repr=False)
    encryption: str = "starttls"  # starttls, tls, none
    ca_file: str = ""

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        if self.encryption not in ("starttls", "tls", "none"):
            raise LinesRefused(f"lines.{self.name}.encryption：请写 starttls、tls 或 none。")
        return MailChannel(
            host=self.host,
            port=self.port,
            sender=self.sender,
            account=self.account,
            password=self.password,
            encryption=self.encryption,
            ca_file=Path(self.ca_file) if self.ca_file else None,
            seconds_a_send=SECONDS_A_SEND,
            now=now,
        )

    def target(self, officer: Reader) -> str:
        """See Line."""
        return self.address.replace("{province}", officer.province).replace("{number}", officer.number)


@dataclass(frozen=True, kw_only=True)
class BotLine(Line):
    """A group's robot. Everything by this line goes to the one group."""

    url: str
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    group: str
    ca_file: str = ""

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        endpoint = Endpoint(self.url, timeout=SECONDS_A_SEND, ca_file=Path(self.ca_file) if self.ca_file else None)
        return BotChannel(
            self.kind,
            endpoint,
            token=self.token,
            secret=self.secret,
            seconds_a_send=SECONDS_A_SEND,
            unix_time=lambda: now().timestamp(),
        )

    def target(self, officer: Reader) -> str:
        """See Line."""
        del officer
        return self.group


class DingtalkLine(BotLine):
    """钉钉."""

    kind: ClassVar[str] = "dingtalk"


class WecomLine(BotLine):
    """企业微信."""

    kind: ClassVar[str] = "wecom"


class FeishuLine(BotLine):
    """飞书."""

    kind: ClassVar[str] = "feishu"


@dataclass(frozen=True, kw_only=True)
class WebhookLine(Line):
    """A program of another house. Its rows are queued for it by name; no officer is reached by it."""

    kind: ClassVar[str] = "webhook"
    url: str
    secret: str = field(repr=False)
    ca_file: str = ""

    def channel(self, now: Callable[[], datetime]) -> Channel:
        """See Line."""
        endpoint = Endpoint(self.url, timeout=SECONDS_A_SEND, ca_file=Path(self.ca_file) if self.ca_file else None)
        return WebhookChannel(
            endpoint, secret=self.secret, seconds_a_send=SECONDS_A_SEND, unix_time=lambda: now().timestamp()
        )

    def target(self, officer: Reader) -> str:
        """See Line."""
        del officer
        return ""


KINDS: Final[Mapping[str, type[Line]]] = {
    line.kind: line for line in (HttpSmsLine, SmppLine, CmppLine, MailLine, DingtalkLine, WecomLine, FeishuLine)
}


@dataclass(frozen=True)
class Lines:
    """All lines of a deployment by the name of their channel, the inbox among them."""

    by_name: Mapping[str, Line]
    second_after: timedelta = timedelta(minutes=5)

    @property
    def programs(self) -> list[str]:
        """The channels of programs that are told by web hook."""
        return [name for name in self.by_name if name.startswith(CHANNEL_PREFIX)]

    def second(self, channel: str) -> Line | None:
        """The second channel of a channel."""
        line = self.by_name.get(channel)
        return self.by_name.get(line.second) if line else None


def load_lines(path: Path) -> Lines:
    """Read the file. Without a file there is the inbox alone.

    Raises  LinesRefused if it says something wrongly, or others than its owner may read it.
    """
    if not path.exists():
        return parse_lines("", path.name)
    if path.stat().st_mode & OPEN_TO_OTHERS:
        raise LinesRefused(f"{path.name}：里面有密钥，不应让别的用户读到。请执行 chmod 600。")
    return parse_lines(path.read_text(encoding="utf-8"), path.name)


def parse_lines(text: str, name: str) -> Lines:
    """Lines from TOML text; `name` is the file's, for messages.

    Raises  LinesRefused.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise LinesRefused(f"{name}：不是 TOML：{problem}") from problem
    unknown = set(table) - {"lines", "webhooks", "second_after_minutes"}
    if unknown:
        raise LinesRefused(f"{name}：没有 {', '.join(sorted(unknown))} 这一项。")
    found: dict[str, Line] = {"inbox": InboxLine(name="inbox")}
    for channel, entries in table.get("lines", {}).items():
        found[channel] = _line(channel, entries, name)
    for program, entries in table.get("webhooks", {}).items():
        where, channel = f"{name}: webhooks.{program}", f"{CHANNEL_PREFIX}{program}"
        found[channel] = _line_of(WebhookLine, channel, entries, where)
    for line in found.values():
        if line.second.startswith(CHANNEL_PREFIX):
            raise LinesRefused(f"{name}: lines.{line.name}.second：{line.second!r} 通知的是程序，不是人。")
    for line in found.values():
        if line.second and (line.second not in found or line.second == line.name):
            raise LinesRefused(f"{name}: lines.{line.name}.second：{line.second!r} 不是另一条线路。")
    return Lines(found, timedelta(minutes=table.get("second_after_minutes", 5)))


def _line(channel: str, entries: dict[str, Any], name: str) -> Line:
    where = f"{name}: lines.{channel}"
    kind = KINDS.get(str(entries.get("kind")))
    if kind is None:
        raise LinesRefused(f"{where}.kind：应为 {', '.join(KINDS)} 之一。")
    return _line_of(kind, channel, {key: value for key, value in entries.items() if key != "kind"}, where)


def _line_of(kind: type[Line], channel: str, given: dict[str, Any], where: str) -> Line:
    known = {one.name: one for one in fields(kind) if one.name != "name"}
    if wrong := set(given) - set(known):
        raise LinesRefused(f"{where}：{kind.kind} 没有 {', '.join(sorted(wrong))} 这一项。")
    if missing := {key for key, one in known.items() if one.default is MISSING} - set(given):
        raise LinesRefused(f"{where}：缺少 {', '.join(sorted(missing))}。")
    for key, value in given.items():
        if not isinstance(value, int if known[key].type is int else str):
            raise LinesRefused(f"{where}.{key}：{value!r} 的类型不对。")
    line = kind(name=channel, **given)
    try:
        line.channel(_no_clock).close()
    except AddressRefused as problem:
        raise LinesRefused(f"{where}.url：{problem}") from problem
    return line


def _no_clock() -> datetime:
    raise RuntimeError("a channel that is only checked asks for no time")
