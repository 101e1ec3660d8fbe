"""SMPP frames, put together by hand from the tables of the specification (v3.4, issue 1.2)."""

import pytest

from zhunsheng.apps.alerts.channels.contract import Arrival, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.octets import FrameInvalid
from zhunsheng.apps.alerts.channels.session import Alive, Answered, Came, Ended, Part
from zhunsheng.apps.alerts.channels.smpp import frames
from zhunsheng.apps.alerts.channels.smpp.dialect import SmppDialect

DIALECT = SmppDialect("zs", "secret", "10690000")


def octets(*fields: str) -> bytes:
    return bytes.fromhex("".join(fields))


def string(words: str) -> str:
    """A C-Octet String: its characters and a NUL."""
    return (words.encode("ascii") + b"\0").hex()


BIND = octets(
    "0000001f",  # command_length: 16 of the header + 3 + 7 + 1 + 3 + 1 = 31
    "00000009",  # bind_transceiver
    "00000000",  # command_status: null in a request
    "00000001",  # sequence_number
    string("zs"),  # system_id
    string("secret"),  # password
    string(""),  # system_type
    "34",  # interface_version 3.4
    "00",  # addr_ton
    "00",  # addr_npi
    string(""),  # address_range
)
SUBMIT = octets(
    "0000003e",  # 16 + 1 + 2 + 9 + 2 + 12 + 3 + 1 + 1 + 5 + 4 + 6 of the parameter = 62
    "00000004",  # submit_sm
    "00000000",
    "00000007",
    string(""),  # service_type
    "01",  # source_addr_ton: international
    "01",  # source_addr_npi: ISDN
    string("10690000"),
    "01",
    "01",
    string("13900000001"),
    "00",  # esm_class
    "00",  # protocol_id
    "00",  # priority_flag
    string(""),  # schedule_delivery_time
    string(""),  # validity_period
    "01",  # registered_delivery: a receipt is wanted
    "00",  # replace_if_present_flag
    "08",  # data_coding UCS2
    "00",  # sm_default_msg_id
    "04",  # sm_length
    "51c67ef3",  # 准绳
    "1400",  # a tag that 5.3.1 leaves to vendors: our key
    "0002",
    "6b31",  # "k1"
)


def test_the_login_asks_to_send_and_to_receive() -> None:
    assert DIALECT.login() == BIND


def test_a_submit_has_its_fields_in_the_tables_order() -> None:
    part = Part("13900000001", "准绳".encode("utf-16-be"), 1, 1, key="k1")
    assert DIALECT.submit(part, 7) == SUBMIT


def test_a_submit_is_read_as_it_was_written() -> None:
    read = frames.ShortMessage.read(SUBMIT[16:])
    assert (read.source, read.destination, read.text.decode("utf-16-be")) == ("10690000", "13900000001", "准绳")
    assert (read.wants_receipt, read.parameters) == (True, {0x1400: b"k1"})


def test_a_long_text_says_that_it_begins_with_a_header() -> None:
    # why: bit 6 of esm_class is the UDH indicator (5.2.12); only the last part asks for a receipt.
    part = Part("13900000001", b"\x05\x00\x03\xfc\x02\x01" + bytes(134), 1, 2, key="long")
    read = frames.ShortMessage.read(DIALECT.submit(part, 2)[16:])
    assert (read.esm_class, read.wants_receipt) == (0x40, False)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (octets("00000014", "80000009", "00000000", "00000001", "534d5300"), ""),
        (octets("00000010", "80000009", "0000000e", "00000001"), "密码错误"),  # ESME_RINVPASWD
        (octets("00000010", "80000009", "0000000f", "00000001"), "账号错误"),  # ESME_RINVSYSID
        (octets("00000010", "80000009", "00000008", "00000001"), "状态 0x8"),  # no reason of the table of logins
        (octets("00000010", "80000000", "00000003", "00000001"), "应答的命令字是 0x80000000"),  # generic_nack
    ],
)
def test_the_answer_to_the_login_is_understood(frame: bytes, said: str) -> None:
    assert DIALECT.logged_in(frame) == said


@pytest.mark.parametrize(
    ("frame", "answered"),
    [
        (octets("00000013", "80000004", "00000000", "00000007", string("42")), Answered(7, Outcome.ACCEPTED, "42")),
        (
            octets("00000010", "80000004", "00000058", "00000007"),
            Answered(7, Outcome.REFUSED, reason="超过流量"),  # ESME_RTHROTTLED
        ),
        (
            octets("00000010", "80000004", "0000000b", "00000007"),
            Answered(7, Outcome.UNDELIVERABLE, reason="空号"),  # ESME_RINVDSTADR
        ),
        (
            octets("00000010", "80000000", "00000003", "00000007"),
            Answered(7, Outcome.REFUSED, reason="状态 0x3"),  # generic_nack: the request was not understood
        ),
    ],
)
def test_the_answer_to_a_submit_is_understood(frame: bytes, answered: Answered) -> None:
    assert DIALECT.understand(frame) == answered


def deliver(esm_class: str, coding: str, content: bytes, *parameters: str) -> bytes:
    body = octets(
        string(""),
        "01",
        "01",
        string("13900000001"),
        "01",
        "01",
        string("10690000"),
        esm_class,
        "00",
        "00",
        string(""),
        string(""),
        "00",
        "00",
        coding,
        "00",
        f"{len(content):02x}",
        content.hex(),
        *parameters,
    )
    return octets(f"{16 + len(body):08x}", "00000005", "00000000", "00000003") + body


RECEIPT = b"id:42 sub:001 dlvrd:001 submit date:2603011436 done date:2603011437 stat:%s err:%s text:"
TAKEN = octets("00000011", "80000005", "00000000", "00000003", "00")
"""deliver_sm_resp: its message_id is unused and set to NUL (4.6.2)."""


def test_a_delivery_receipt_is_read_from_the_text_of_appendix_b() -> None:
    came = DIALECT.understand(deliver("04", "00", RECEIPT % (b"DELIVRD", b"000")))
    assert came == Came(Receipt("42", Arrival.DELIVERED, "", token=3), TAKEN)


def test_the_number_in_the_optional_parameter_counts_before_that_in_the_text() -> None:
    # why: receipted_message_id (0x001E) is the number that submit_sm_resp gave; the text may show it otherwise.
    came = DIALECT.understand(deliver("04", "00", RECEIPT % (b"UNDELIV", b"001"), "001e", "0003", string("7f")))
    assert came == Came(Receipt("7f", Arrival.FAILED, "无法送达", token=3), TAKEN)


def test_a_receipt_of_a_state_in_between_is_answered_and_says_nothing() -> None:
    assert DIALECT.understand(deliver("04", "00", RECEIPT % (b"ENROUTE", b"000"))) == Came(None, TAKEN)


def test_a_text_from_a_phone_is_read_in_its_encoding() -> None:
    assert DIALECT.understand(deliver("00", "08", b"\x00\x31")) == Came(Reply("13900000001", "1", token=3), TAKEN)
    assert DIALECT.understand(deliver("00", "00", b"1")) == Came(Reply("13900000001", "1", token=3), TAKEN)


def test_the_other_sides_question_and_farewell_are_answered() -> None:
    assert DIALECT.understand(octets("00000010", "00000015", "00000000", "0000000b")) == Alive(
        octets("00000010", "80000015", "00000000", "0000000b")
    )
    assert DIALECT.understand(octets("00000010", "00000006", "00000000", "0000000c")) == Ended(
        octets("00000010", "80000006", "00000000", "0000000c")
    )


def test_a_request_that_is_none_of_ours_is_refused_by_name() -> None:
    # why: generic_nack with ESME_RINVCMDID for a command that is not known (4.3); 0x103 is data_sm.
    assert DIALECT.understand(octets("00000010", "00000103", "00000000", "0000000d")) == Alive(
        octets("00000010", "80000000", "00000003", "0000000d")
    )


def test_a_string_without_an_end_is_refused() -> None:
    with pytest.raises(FrameInvalid, match="no end"):
        frames.Bind.read(b"zs")


def test_a_password_longer_than_the_table_allows_is_refused() -> None:
    # why: password is at most 9 octets with its NUL (4.1.5).
    with pytest.raises(FrameInvalid, match="longer than 8"):
        frames.Bind("zs", "ninechars").body()
