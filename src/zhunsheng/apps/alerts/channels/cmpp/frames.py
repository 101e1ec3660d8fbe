"""CMPP 2.0 and 3.0 on the wire, between a service provider and the Internet short message gateway (ISMG).

Source  China Mobile, 中国移动通信互联网短信网关接口协议 (China Mobile Peer to Peer, CMPP), V2.0 (April 2002),
        tables of 7.3 and 7.4.1 to 7.4.7; V3.0 (2003), the same tables: what it changed is marked 3.0 below.

Integers are unsigned, most significant octet first. An Octet String has a fixed length: filled with NUL on the right.
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from zhunsheng.apps.alerts.channels.octets import FrameInvalid, Octets

HEADER: Final = struct.Struct("!III")  # Total_Length, Command_Id, Sequence_Id (table 7.3)
RESPONSE: Final = 0x80000000
UCS2: Final = 8
GB18030: Final = 15
ASCII: Final = 0
ENCODINGS: Final = {UCS2: "utf-16-be", GB18030: "gb18030", ASCII: "ascii"}


class Command(IntEnum):
    """Command_Id of requests; a response has the highest bit set besides (table 7.5.1 of V2.0)."""

    CONNECT = 0x1
    TERMINATE = 0x2
    SUBMIT = 0x4
    DELIVER = 0x5
    QUERY = 0x6
    CANCEL = 0x7
    ACTIVE_TEST = 0x8


class Version(IntEnum):
    """The octet Version: the major version in the upper half, the minor in the lower."""

    V20 = 0x20
    V30 = 0x30

    @property
    def terminal_octets(self) -> int:
        """Length of a terminal's number in SUBMIT, DELIVER and status reports."""
        return 32 if self is Version.V30 else 21

    @property
    def result_format(self) -> str:
        """Status and Result are one octet in 2.0 and four in 3.0."""
        return "!I" if self is Version.V30 else "!B"


@dataclass(frozen=True)
class Frame:
    """A message: its header's command and sequence, and its body unread."""

    command: int
    sequence: int
    body: bytes = b""

    def encoded(self) -> bytes:
        """As octets, the header before the body."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.sequence) + self.body

    @property
    def is_response(self) -> bool:
        """Whether it answers a request."""
        return bool(self.command & RESPONSE)

    def answer(self, body: bytes) -> "Frame":
        """The response to this request."""
        return Frame(self.command | RESPONSE, self.sequence, body)


def decoded(octets: bytes) -> Frame:
    """One whole frame.

    Raises  FrameInvalid if it is shorter than its header or than it says.
    """
    if len(octets) < HEADER.size:
        raise FrameInvalid(f"{len(octets)} octets are no header")
    length, command, sequence = HEADER.unpack_from(octets)
    if length != len(octets):
        raise FrameInvalid(f"Total_Length {length}, received {len(octets)}")
    return Frame(command, sequence, octets[HEADER.size :])


class Reader(Octets):
    """Reads a body field by field, as its table lists them."""

    def string(self, length: int) -> str:
        """An Octet String without its fill."""
        return self.octets(length).split(b"\0", 1)[0].decode("ascii", errors="replace")


def octet_string(text: str, length: int) -> bytes:
    """An Octet String of a fixed length.

    Raises  FrameInvalid if it does not fit.
    """
    encoded = text.encode("ascii")
    if len(encoded) > length:
        raise FrameInvalid(f"{text!r} is longer than {length} octets")
    return encoded.ljust(length, b"\0")


def timestamp(at: datetime) -> int:
    """MMDDHHMMSS as a number, the clock of both sides being Beijing's (table 7.4.1.1)."""
    return int(at.strftime("%m%d%H%M%S"))


def authenticator(account: str, secret: str, stamp: int) -> bytes:
    """AuthenticatorSource: MD5 of Source_Addr, nine NUL, the shared secret, and the time stamp of ten digits."""
    text = account.encode("ascii") + bytes(9) + secret.encode("ascii") + f"{stamp:010d}".encode("ascii")
    return hashlib.md5(text).digest()  # noqa: S324  the protocol prescribes it; the line is a leased or private one


def gateway_authenticator(status: int, source: bytes, secret: str, version: Version) -> bytes:
    """AuthenticatorISMG: MD5 of Status as it is on the wire, AuthenticatorSource and the shared secret."""
    text = struct.pack(version.result_format, status) + source + secret.encode("ascii")
    return hashlib.md5(text).digest()  # noqa: S324  as above


@dataclass(frozen=True)
class Connect:
    """CMPP_CONNECT (7.4.1.1)."""

    account: str
    authenticator: bytes
    version: Version
    stamp: int

    def body(self) -> bytes:
        """As octets."""
        return octet_string(self.account, 6) + self.authenticator + struct.pack("!BI", self.version, self.stamp)

    @classmethod
    def read(cls, body: bytes) -> "Connect":
        """From octets."""
        read = Reader(body)
        account, proof, version = read.string(6), read.octets(16), read.number(1)
        if version not in set(Version):
            raise FrameInvalid(f"version {version:#x}")
        return cls(account, proof, Version(version), read.number(4))


@dataclass(frozen=True)
class ConnectAnswer:
    """CMPP_CONNECT_RESP (7.4.1.2)."""

    status: int
    authenticator: bytes
    version: int

    def body(self, version: Version) -> bytes:
        """As octets, in the form of the version that was asked for."""
        return struct.pack(version.result_format, self.status) + self.authenticator + struct.pack("!B", self.version)

    @classmethod
    def read(cls, body: bytes, version: Version) -> "ConnectAnswer":
        """From octets."""
        read = Reader(body)
        status = read.number(struct.calcsize(version.result_format))
        return cls(status, read.octets(16), read.number(1))


CONNECT_STATUS: Final = {1: "消息结构错", 2: "非法源地址", 3: "认证错", 4: "版本太高"}
SUBMIT_RESULT: Final = {
    1: "消息结构错", 2: "命令字错", 3: "消息序号重复", 4: "消息长度错", 5: "资费代码错",
    6: "超过最大信息长", 7: "业务代码错", 8: "流量控制错",
}  # fmt: skip
THROTTLED: Final = 8


@dataclass(frozen=True)
class Submit:
    """CMPP_SUBMIT (7.4.3.1). 3.0: longer numbers, their types, LinkID instead of Reserve."""

    targets: tuple[str, ...]
    content: bytes
    msg_fmt: int = UCS2
    has_header: bool = False  # TP_udhi
    total: int = 1  # Pk_total
    number: int = 1  # Pk_number
    service: str = ""
    account: str = ""  # Msg_src
    source: str = ""  # Src_Id
    wants_receipt: bool = True
    reference: bytes = b""  # Reserve (8) in 2.0, LinkID (20) in 3.0: the network does not read it in our messages

    def body(self, version: Version) -> bytes:
        """As octets."""
        is_new = version is Version.V30
        if len(self.content) > 140:
            raise FrameInvalid(f"content of {len(self.content)} octets, at most 140")
        terminal = version.terminal_octets
        return b"".join((
            bytes(8),  # Msg_Id: the gateway's
            bytes((self.total, self.number, int(self.wants_receipt), 0)),
            octet_string(self.service, 10),
            bytes((2,)),  # Fee_UserType: the provider pays
            octet_string("", terminal),
            bytes((0,)) if is_new else b"",  # Fee_terminal_type
            bytes((0, int(self.has_header), self.msg_fmt)),
            octet_string(self.account, 6),
            octet_string("01", 2),  # FeeType: free to the reader
            octet_string("", 6),
            octet_string("", 17),
            octet_string("", 17),
            octet_string(self.source, 21),
            bytes((len(self.targets),)),
            *(octet_string(target, terminal) for target in self.targets),
            bytes((0,)) if is_new else b"",  # Dest_terminal_type
            bytes((len(self.content),)),
            self.content,
            self.reference.ljust(20 if is_new else 8, b"\0"),
        ))  # fmt: skip

    @classmethod
    def read(cls, body: bytes, version: Version) -> "Submit":
        """From octets."""
        is_new = version is Version.V30
        terminal = version.terminal_octets
        read = Reader(body)
        read.octets(8)
        total, number, wants_receipt = read.number(1), read.number(1), read.number(1) == 1
        read.octets(1)
        service = read.string(10)
        read.octets(1 + terminal + int(is_new) + 1)
        has_header, msg_fmt, account = read.number(1) == 1, read.number(1), read.string(6)
        read.octets(2 + 6 + 17 + 17)
        source = read.string(21)
        targets = tuple(read.string(terminal) for _ in range(read.number(1)))
        read.octets(int(is_new))
        content = read.octets(read.number(1))
        reference = read.octets(20 if is_new else 8).rstrip(b"\0")
        return cls(
            targets=targets, content=content, msg_fmt=msg_fmt, has_header=has_header, total=total, number=number,
            service=service, account=account, source=source, wants_receipt=wants_receipt, reference=reference,
        )  # fmt: skip


@dataclass(frozen=True)
class SubmitAnswer:
    """CMPP_SUBMIT_RESP (7.4.3.2); DELIVER_RESP (7.4.5.2) has the same fields."""

    msg_id: int
    result: int

    def body(self, version: Version) -> bytes:
        """As octets."""
        return struct.pack("!Q", self.msg_id) + struct.pack(version.result_format, self.result)

    @classmethod
    def read(cls, body: bytes, version: Version) -> "SubmitAnswer":
        """From octets."""
        read = Reader(body)
        return cls(read.number(8), read.number(struct.calcsize(version.result_format)))


@dataclass(frozen=True)
class StatusReport:
    """The content of a DELIVER whose Registered_Delivery is 1 (7.4.5.1)."""

    msg_id: int
    stat: str  # DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN, REJECTD, or a code of the network
    submitted: str = ""  # YYMMDDHHMM
    done: str = ""
    target: str = ""
    smsc_sequence: int = 0

    def content(self, version: Version) -> bytes:
        """As octets: 60 in 2.0, 71 in 3.0."""
        return b"".join((
            struct.pack("!Q", self.msg_id),
            octet_string(self.stat, 7),
            octet_string(self.submitted, 10),
            octet_string(self.done, 10),
            octet_string(self.target, version.terminal_octets),
            struct.pack("!I", self.smsc_sequence),
        ))  # fmt: skip

    @classmethod
    def read(cls, content: bytes) -> "StatusReport":
        """From octets of either version: the length of the number is what is left."""
        read = Reader(content)
        head = read.number(8), read.string(7), read.string(10), read.string(10)
        return cls(*head, read.string(len(content) - 8 - 7 - 10 - 10 - 4), read.number(4))


@dataclass(frozen=True)
class Deliver:
    """CMPP_DELIVER (7.4.5.1): a text from a phone, or a status report."""

    msg_id: int
    destination: str
    source: str
    content: bytes
    msg_fmt: int = UCS2
    has_header: bool = False
    is_report: bool = False
    service: str = ""

    def body(self, version: Version) -> bytes:
        """As octets."""
        is_new = version is Version.V30
        return b"".join((
            struct.pack("!Q", self.msg_id),
            octet_string(self.destination, 21),
            octet_string(self.service, 10),
            bytes((0, int(self.has_header), self.msg_fmt)),
            octet_string(self.source, version.terminal_octets),
            bytes((0,)) if is_new else b"",  # Src_terminal_type
            bytes((int(self.is_report), len(self.content))),
            self.content,
            octet_string("", 20 if is_new else 8),
        ))  # fmt: skip

    @classmethod
    def read(cls, body: bytes, version: Version) -> "Deliver":
        """From octets."""
        is_new = version is Version.V30
        read = Reader(body)
        msg_id, destination, service = read.number(8), read.string(21), read.string(10)
        read.octets(1)
        has_header, msg_fmt = read.number(1) == 1, read.number(1)
        source = read.string(version.terminal_octets)
        read.octets(int(is_new))
        is_report = read.number(1) == 1
        content = read.octets(read.number(1))
        return cls(msg_id, destination, source, content, msg_fmt, has_header, is_report, service)

    def text(self) -> str:
        """What the phone wrote."""
        return self.content.decode(ENCODINGS.get(self.msg_fmt, "ascii"), errors="replace")


@dataclass(frozen=True)
class Query:
    """CMPP_QUERY (7.4.4.1): how many messages of a day. Type 0: all; 1: of one service."""

    day: str  # YYYYMMDD
    service: str = ""

    def body(self) -> bytes:
        """As octets."""
        kind = 1 if self.service else 0
        return octet_string(self.day, 8) + bytes((kind,)) + octet_string(self.service, 10) + bytes(8)

    @classmethod
    def read(cls, body: bytes) -> "Query":
        """From octets."""
        read = Reader(body)
        day, kind, service = read.string(8), read.number(1), read.string(10)
        return cls(day, service if kind else "")


COUNTS: Final = ("messages", "users", "succeeded", "waiting", "failed", "mo_succeeded", "mo_waiting", "mo_failed")


@dataclass(frozen=True)
class QueryAnswer:
    """CMPP_QUERY_RESP (7.4.4.2): MT_TLMsg, MT_Tlusr, MT_Scs, MT_WT, MT_FL, MO_Scs, MO_WT, MO_FL in this order."""

    query: Query
    counts: dict[str, int]

    def body(self) -> bytes:
        """As octets."""
        head = self.query.body()[:19]
        return head + struct.pack("!8I", *(self.counts[name] for name in COUNTS))

    @classmethod
    def read(cls, body: bytes) -> "QueryAnswer":
        """From octets."""
        read = Reader(body)
        query = Query.read(read.octets(19) + bytes(8))
        return cls(query, {name: read.number(4) for name in COUNTS})
