"""SMPP 3.4 on the wire: the PDUs that a transceiver needs.

Source  SMPP Developers Forum, Short Message Peer to Peer Protocol Specification v3.4, issue 1.2 (1999): 3.2 (header),
        4.1 (bind), 4.2 (unbind), 4.4 (submit_sm), 4.6 (deliver_sm), 4.11 (enquire_link), 5.1 (parameters),
        appendix B (text of delivery receipts).
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from zhunsheng.apps.alerts.channels.octets import FrameInvalid, Octets

HEADER: Final = struct.Struct("!IIII")  # command_length, command_id, command_status, sequence_number
RESPONSE: Final = 0x80000000
GENERIC_NACK: Final = 0x80000000
UCS2: Final = 0x08
LATIN1: Final = 0x03
DEFAULT_ALPHABET: Final = 0x00
ENCODINGS: Final = {UCS2: "utf-16-be", LATIN1: "latin-1"}
UDHI: Final = 0x40  # esm_class: the text begins with a user data header
IS_RECEIPT: Final = 0x04  # esm_class of deliver_sm: a delivery receipt
RECEIPTED_MESSAGE_ID: Final = 0x001E
MESSAGE_STATE: Final = 0x0427
KEY_TAG: Final = 0x1400  # the first of the tags that 5.3.1 leaves to vendors: our key, for the gateway's records


class Command(IntEnum):
    """command_id of requests (5.1.2.1); a response has the highest bit set besides."""

    BIND_RECEIVER = 0x1
    BIND_TRANSMITTER = 0x2
    SUBMIT_SM = 0x4
    DELIVER_SM = 0x5
    UNBIND = 0x6
    BIND_TRANSCEIVER = 0x9
    ENQUIRE_LINK = 0x15


class Status(IntEnum):
    """command_status values that we tell apart or give (5.1.3)."""

    ROK = 0x00
    RINVMSGLEN = 0x01
    RINVCMDID = 0x03
    RSYSERR = 0x08
    RINVDSTADR = 0x0B
    RBINDFAIL = 0x0D
    RINVPASWD = 0x0E
    RINVSYSID = 0x0F
    RMSGQFUL = 0x14
    RTHROTTLED = 0x58


@dataclass(frozen=True)
class Pdu:
    """One PDU: its header's fields, and its body unread."""

    command: int
    sequence: int
    status: int = Status.ROK
    body: bytes = b""

    def encoded(self) -> bytes:
        """As octets."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, body: bytes = b"", status: int = Status.ROK) -> "Pdu":
        """The response to this request."""
        return Pdu(self.command | RESPONSE, self.sequence, status, body)


def decoded(octets: bytes) -> Pdu:
    """One whole PDU.

    Raises  FrameInvalid if it is shorter than its header or than it says.
    """
    if len(octets) < HEADER.size:
        raise FrameInvalid(f"{len(octets)} octets are no header")
    length, command, status, sequence = HEADER.unpack_from(octets)
    if length != len(octets):
        raise FrameInvalid(f"command_length {length}, received {len(octets)}")
    return Pdu(command, sequence, status, octets[HEADER.size :])


class Reader(Octets):
    """Reads a body field by field."""

    def string(self) -> str:
        """A C-Octet String: up to its NUL."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise FrameInvalid(f"string at {self._at} has no end")
        taken = self._body[self._at : end]
        self._at = end + 1
        return taken.decode("ascii", errors="replace")

    def parameters(self) -> dict[int, bytes]:
        """The optional parameters that are left: tag → value (3.2.4.1)."""
        found = {}
        while self._at < len(self._body):
            tag = self.number(2)
            found[tag] = self.octets(self.number(2))
        return found


def c_string(text: str, longest: int) -> bytes:
    """A C-Octet String; `longest` counts its NUL, as the tables do.

    Raises  FrameInvalid if it does not fit.
    """
    encoded = text.encode("ascii") + b"\0"
    if len(encoded) > longest:
        raise FrameInvalid(f"{text!r} is longer than {longest - 1} octets")
    return encoded


@dataclass(frozen=True)
class Bind:
    """bind_transceiver (4.1.5)."""

    system_id: str
    password: str
    system_type: str = ""

    def body(self) -> bytes:
        """As octets: interface version 3.4, address unknown."""
        names = c_string(self.system_id, 16) + c_string(self.password, 9) + c_string(self.system_type, 13)
        return names + bytes((0x34, 0, 0)) + c_string("", 41)

    @classmethod
    def read(cls, body: bytes) -> "Bind":
        """From octets."""
        read = Reader(body)
        return cls(read.string(), read.string(), read.string())


@dataclass(frozen=True)
class ShortMessage:
    """submit_sm (4.4.1) and deliver_sm (4.6.1): the same table."""

    source: str
    destination: str
    text: bytes
    esm_class: int = 0
    data_coding: int = UCS2
    wants_receipt: bool = False
    parameters: Mapping[int, bytes] = field(default_factory=dict)

    def body(self) -> bytes:
        """As octets. Numbers are international, ISDN (ton 1, npi 1), if all digits; else alphanumeric."""
        if len(self.text) > 254:
            raise FrameInvalid(f"short_message of {len(self.text)} octets, at most 254")
        return b"".join((
            c_string("", 6),
            _address(self.source),
            _address(self.destination),
            bytes((self.esm_class, 0, 0)),
            c_string("", 17),
            c_string("", 17),
            bytes((int(self.wants_receipt), 0, self.data_coding, 0, len(self.text))),
            self.text,
            *(struct.pack("!HH", tag, len(value)) + value for tag, value in self.parameters.items()),
        ))  # fmt: skip

    @classmethod
    def read(cls, body: bytes) -> "ShortMessage":
        """From octets."""
        read = Reader(body)
        read.string()
        read.octets(2)
        source = read.string()
        read.octets(2)
        destination = read.string()
        esm_class, _, _ = read.number(), read.number(), read.number()
        read.string()
        read.string()
        registered, _, data_coding, _ = read.number(), read.number(), read.number(), read.number()
        text = read.octets(read.number())
        return cls(source, destination, text, esm_class, data_coding, bool(registered & 0x03), read.parameters())

    def written(self) -> str:
        """What the phone wrote, without a header of a long message."""
        text = self.text[self.text[0] + 1 :] if self.esm_class & UDHI and self.text else self.text
        return text.decode(ENCODINGS.get(self.data_coding, "ascii"), errors="replace")


def message_id(body: bytes) -> str:
    """The body of submit_sm_resp; a refusal may have none (4.4.2)."""
    return Reader(body).string() if body else ""


RECEIPT_TEXT: Final = re.compile(r"id:(?P<id>\S+) .*?stat:(?P<stat>\S+)(?: .*?err:(?P<err>\S+))?", re.IGNORECASE)


def receipt_of(message: ShortMessage) -> tuple[str, str, str]:
    """(message id, state, error) of a delivery receipt: of its text as appendix B shows it.

    Raises  FrameInvalid if it has not that form.
    """
    found = RECEIPT_TEXT.search(message.text.decode("ascii", errors="replace"))
    if found is None:
        raise FrameInvalid("delivery receipt without id and stat")
    named = message.parameters.get(RECEIPTED_MESSAGE_ID)
    number = named.split(b"\0", 1)[0].decode("ascii", errors="replace") if named else found["id"]
    return number, found["stat"].upper(), found["err"] or ""


def _address(number: str) -> bytes:
    kind = (1, 1) if number.isdigit() else (5, 0)
    return bytes(kind) + c_string(number, 21)
