"""CMPP frames, put together by hand from the tables of the specification (V2.0 chapter 7, V3.0 the same chapter).

Each frame is written as the table has it: one line a field. MD5 values were computed with md5sum over the octets that
the table names.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from zhunsheng.apps.alerts.channels.cmpp import frames
from zhunsheng.apps.alerts.channels.cmpp.dialect import CmppDialect
from zhunsheng.apps.alerts.channels.cmpp.frames import Command, Frame, Version
from zhunsheng.apps.alerts.channels.contract import Arrival, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.octets import FrameInvalid
from zhunsheng.apps.alerts.channels.session import Alive, Answered, Came, Ended, Part

LOGIN_AT = datetime(2026, 3, 1, 14, 35, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PROOF = "b97cfdf8636f995cb654732be8b1a917"
"""printf '901234\\0\\0\\0\\0\\0\\0\\0\\0\\0secret0301143500' | md5sum"""


def octets(*fields: str) -> bytes:
    """Fields in hexadecimal, one after the other."""
    return bytes.fromhex("".join(fields))


def text(words: str, length: int) -> str:
    """An Octet String of the table: filled with NUL on the right."""
    return words.encode("ascii").ljust(length, b"\0").hex()


def dialect(version: Version) -> CmppDialect:
    return CmppDialect("901234", "secret", "10690000", "ZSYJ", version, lambda: LOGIN_AT)


CONNECT = octets(
    "00000027",  # Total_Length: 12 of the header + 6 + 16 + 1 + 4 = 39
    "00000001",  # Command_Id CMPP_CONNECT
    "00000001",  # Sequence_Id
    "393031323334",  # Source_Addr "901234", 6
    PROOF,  # AuthenticatorSource, 16
    "20",  # Version 2.0: 2 in the upper half
    "11f315cc",  # Timestamp 0301143500 = 301143500
)
SUBMIT_20 = octets(
    "000000a3",  # 12 + 147 + 4 octets of content = 163
    "00000004",  # CMPP_SUBMIT
    "00000007",
    "0000000000000000",  # Msg_Id: the gateway's
    "01",  # Pk_total
    "01",  # Pk_number
    "01",  # Registered_Delivery: a report is wanted
    "00",  # Msg_level
    text("ZSYJ", 10),  # Service_Id
    "02",  # Fee_UserType: the provider pays
    text("", 21),  # Fee_terminal_Id
    "00",  # TP_pId
    "00",  # TP_udhi
    "08",  # Msg_Fmt UCS2
    text("901234", 6),  # Msg_src
    text("01", 2),  # FeeType: free
    text("", 6),  # FeeCode
    text("", 17),  # ValId_Time
    text("", 17),  # At_Time
    text("10690000", 21),  # Src_Id
    "01",  # DestUsr_tl
    text("13900000001", 21),  # Dest_terminal_Id
    "04",  # Msg_Length
    "51c67ef3",  # 准 U+51C6, 绳 U+7EF3
    text("", 8),  # Reserve
)
SUBMIT_30 = octets(
    "000000c7",  # 12 + 183 + 4 = 199
    "00000004",
    "00000007",
    "0000000000000000",
    "01",
    "01",
    "01",
    "00",
    text("ZSYJ", 10),
    "02",
    text("", 32),  # Fee_terminal_Id: 32 in V3.0
    "00",  # Fee_terminal_type: new in V3.0
    "00",
    "00",
    "08",
    text("901234", 6),
    text("01", 2),
    text("", 6),
    text("", 17),
    text("", 17),
    text("10690000", 21),
    "01",
    text("13900000001", 32),  # Dest_terminal_Id: 32 in V3.0
    "00",  # Dest_terminal_type: new in V3.0
    "04",
    "51c67ef3",
    text("", 20),  # LinkID: instead of Reserve
)


def request(version: Version) -> bytes:
    submit = frames.Submit(
        targets=("13900000001",),
        content="准绳".encode("utf-16-be"),
        service="ZSYJ",
        account="901234",
        source="10690000",
    )
    return Frame(Command.SUBMIT, 7, submit.body(version)).encoded()


def test_the_login_proves_the_secret_without_showing_it() -> None:
    assert dialect(Version.V20).login() == CONNECT
    assert b"secret" not in CONNECT


def test_a_submit_of_version_2_has_its_fields_in_the_tables_order() -> None:
    assert request(Version.V20) == SUBMIT_20


def test_a_submit_of_version_3_has_longer_numbers_their_types_and_a_link_id() -> None:
    assert request(Version.V30) == SUBMIT_30


@pytest.mark.parametrize(("version", "octets_"), [(Version.V20, SUBMIT_20), (Version.V30, SUBMIT_30)])
def test_a_submit_is_read_as_it_was_written(version: Version, octets_: bytes) -> None:
    read = frames.Submit.read(frames.decoded(octets_).body, version)
    assert (read.targets, read.content.decode("utf-16-be")) == (("13900000001",), "准绳")
    assert (read.service, read.account, read.source, read.wants_receipt) == ("ZSYJ", "901234", "10690000", True)


def test_a_long_text_sets_the_header_indicator_and_asks_for_one_report() -> None:
    # why: TP_udhi says that the content begins with a header; the last part's report speaks for the text.
    first = Part("13900000001", b"\x05\x00\x03\xfc\x02\x01" + bytes(134), 1, 2, key="long")
    body = frames.decoded(dialect(Version.V20).submit(first, 2)).body
    assert body[8:12] == bytes((2, 1, 0, 0))  # Pk_total 2, Pk_number 1, no report, Msg_level 0
    assert body[12 + 10 + 1 + 21 + 1] == 1  # TP_udhi after Service_Id, Fee_UserType, Fee_terminal_Id, TP_pId
    last = Part("13900000001", b"\x05\x00\x03\xfc\x02\x02" + bytes(4), 2, 2, key="long")
    assert frames.decoded(dialect(Version.V20).submit(last, 3)).body[10] == 1


def test_a_submit_carries_eight_digits_that_find_the_message_again() -> None:
    # why: printf 'delivery-key-1' | sha256sum begins with da93cc88.
    part = Part("13900000001", "准绳".encode("utf-16-be"), 1, 1, key="delivery-key-1")
    assert dialect(Version.V20).submit(part, 7)[-8:] == b"da93cc88"
    assert dialect(Version.V30).submit(part, 7)[-20:] == b"da93cc88" + bytes(12)


def test_content_beyond_140_octets_is_refused_before_it_is_sent() -> None:
    with pytest.raises(FrameInvalid, match="141"):
        frames.Submit(targets=("1",), content=bytes(141)).body(Version.V20)


@pytest.mark.parametrize(
    ("version", "answer", "said"),
    [
        # 2.0: Status is one octet; 0 is yes.
        (Version.V20, octets("0000001e", "80000001", "00000001", "00", "00" * 16, "20"), ""),
        (Version.V20, octets("0000001e", "80000001", "00000001", "03", "00" * 16, "20"), "认证错"),
        # 3.0: four octets.
        (Version.V30, octets("00000021", "80000001", "00000001", "00000000", "00" * 16, "30"), ""),
        (Version.V30, octets("00000021", "80000001", "00000001", "00000004", "00" * 16, "30"), "版本太高"),
    ],
)
def test_the_answer_to_the_login_is_understood(version: Version, answer: bytes, said: str) -> None:
    assert dialect(version).logged_in(answer) == said


def test_the_gateway_proves_itself_over_the_status_as_it_is_on_the_wire() -> None:
    # why: md5sum over Status, AuthenticatorSource and the secret: one NUL before it in 2.0, four in 3.0.
    source = bytes.fromhex(PROOF)
    assert frames.gateway_authenticator(0, source, "secret", Version.V20).hex() == "7ebf8575e983b7c3827e44bdc5248a8f"
    assert frames.gateway_authenticator(0, source, "secret", Version.V30).hex() == "4e6d37fa599c9e86aa9337ed51d0f392"


SUBMIT_ANSWERS = [
    (Version.V20, octets("00000015", "80000004", "00000007", "000000000000002a", "00"), Outcome.ACCEPTED, "42", ""),
    (
        Version.V30,
        octets("00000018", "80000004", "00000007", "000000000000002a", "00000000"),
        Outcome.ACCEPTED,
        "42",
        "",
    ),
    (
        Version.V20,
        octets("00000015", "80000004", "00000007", "0000000000000000", "08"),
        Outcome.REFUSED,
        "",
        "流量控制错",
    ),
    (
        Version.V30,
        octets("00000018", "80000004", "00000007", "0000000000000000", "0000000d"),
        Outcome.UNDELIVERABLE,
        "",
        "空号",
    ),
    (
        Version.V20,
        octets("00000015", "80000004", "00000007", "0000000000000000", "06"),
        Outcome.UNDELIVERABLE,
        "",
        "超过最大信息长",
    ),
]


@pytest.mark.parametrize(("version", "frame", "outcome", "number", "reason"), SUBMIT_ANSWERS)
def test_the_answer_to_a_submit_is_understood(
    version: Version, frame: bytes, outcome: Outcome, number: str, reason: str
) -> None:
    assert dialect(version).understand(frame) == Answered(7, outcome, number, reason)


def report(version: Version, stat: str) -> bytes:
    """A CMPP_DELIVER that holds a status report, field by field."""
    terminal, is_new = (32, True) if version is Version.V30 else (21, False)
    content = octets(
        "000000000000002a",  # Msg_Id of the message that it is about: 42
        text(stat, 7),
        text("2603011436", 10),  # Submit_time
        text("2603011437", 10),  # Done_time
        text("13900000001", terminal),
        "00000009",  # SMSC_sequence
    )
    body = octets(
        "0000000000000063",  # Msg_Id of the report itself: 99
        text("10690000", 21),  # Dest_Id
        text("ZSYJ", 10),  # Service_Id
        "00",
        "00",
        "00",  # TP_pid, TP_udhi, Msg_Fmt
        text("13900000001", terminal),
        *(["00"] if is_new else []),  # Src_terminal_type
        "01",  # Registered_Delivery: a report
        f"{len(content):02x}",
        content.hex(),
        text("", 20 if is_new else 8),
    )
    return octets(f"{12 + len(body):08x}", "00000005", "00000003") + body


@pytest.mark.parametrize(("version", "length"), [(Version.V20, 60), (Version.V30, 71)])
def test_a_status_report_is_a_receipt_and_is_answered_with_its_own_number(version: Version, length: int) -> None:
    # why: Stat DELIVRD is final; the response repeats Msg_Id 99, Result 0 (one octet in 2.0, four in 3.0).
    came = dialect(version).understand(report(version, "DELIVRD"))
    answer = {
        60: octets("00000015", "80000005", "00000003", "0000000000000063", "00"),
        71: octets("00000018", "80000005", "00000003", "0000000000000063", "00000000"),
    }
    assert came == Came(Receipt("42", Arrival.DELIVERED, "", token=99), answer[length])


@pytest.mark.parametrize(
    ("stat", "reason"),
    [("MK:0001", "空号"), ("UNDELIV", "无法送达"), ("EXPIRED", "超过有效期"), ("DB:0141", "DB:0141")],
)
def test_a_report_of_failure_gives_the_reason_in_words_or_the_networks_code(stat: str, reason: str) -> None:
    came = dialect(Version.V20).understand(report(Version.V20, stat))
    assert isinstance(came, Came)
    assert came.received == Receipt("42", Arrival.FAILED, reason, token=99)


def test_a_report_of_a_state_in_between_is_answered_and_says_nothing() -> None:
    came = dialect(Version.V20).understand(report(Version.V20, "ACCEPTD"))
    assert isinstance(came, Came)
    assert came.received is None
    assert came.answer


@pytest.mark.parametrize(
    ("msg_fmt", "content"), [("08", "0031"), ("0f", "31"), ("00", "31")], ids=["UCS2", "GB18030", "ASCII"]
)
def test_a_text_from_a_phone_is_read_in_its_encoding(msg_fmt: str, content: str) -> None:
    length = f"{len(content) // 2:02x}"
    body = octets(
        "0000000000000064",
        text("10690000", 21),
        text("ZSYJ", 10),
        "00",
        "00",
        msg_fmt,
        text("13900000001", 21),
        "00",  # Registered_Delivery: a text
        length,
        content,
        text("", 8),
    )
    came = dialect(Version.V20).understand(octets(f"{12 + len(body):08x}", "00000005", "00000004") + body)
    assert isinstance(came, Came)
    assert came.received == Reply("13900000001", "1", token=100)


def test_the_other_sides_question_is_answered_with_one_octet() -> None:
    # why: CMPP_ACTIVE_TEST has no body, its response one reserved octet (7.4.7).
    asked = octets("0000000c", "00000008", "0000000b")
    assert dialect(Version.V20).understand(asked) == Alive(octets("0000000d", "80000008", "0000000b", "00"))
    assert dialect(Version.V20).probe(11) == asked


def test_the_end_of_the_login_is_answered() -> None:
    asked = octets("0000000c", "00000002", "0000000c")
    assert dialect(Version.V20).understand(asked) == Ended(octets("0000000c", "80000002", "0000000c"))
    assert dialect(Version.V20).farewell(12) == asked


def test_a_question_for_counts_names_a_day_and_a_service() -> None:
    # why: Time 8, Query_Type 1, Query_Code 10, Reserve 8 (7.4.4.1).
    assert frames.Query("20260301", "ZSYJ").body() == octets(text("20260301", 8), "01", text("ZSYJ", 10), "00" * 8)
    assert frames.Query("20260301").body() == octets(text("20260301", 8), "00", text("", 10), "00" * 8)


def test_the_answer_to_a_question_for_counts_has_eight_numbers() -> None:
    body = octets(text("20260301", 8), "00", text("", 10), *(f"{n:08x}" for n in (9, 5, 6, 2, 1, 3, 0, 0)))
    read = frames.QueryAnswer.read(body)
    assert read.counts["messages"] == 9
    assert read.counts["failed"] == 1
    assert read.counts["mo_succeeded"] == 3
    assert read.body() == body


@pytest.mark.parametrize(
    "frame",
    [
        octets("0000000b", "80000004", "000000"),  # shorter than a header
        octets("00000010", "80000004", "00000007"),  # says 16, is 12
    ],
)
def test_a_frame_that_contradicts_its_length_is_refused(frame: bytes) -> None:
    with pytest.raises(FrameInvalid):
        frames.decoded(frame)


def test_a_body_that_ends_too_early_is_refused() -> None:
    with pytest.raises(FrameInvalid, match="field of 1 octets"):
        dialect(Version.V20).understand(octets("00000014", "80000004", "00000007", "000000000000002a"))
