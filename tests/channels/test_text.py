"""A text as short messages."""

import pytest

from zhunsheng.apps.alerts.channels.text import joined, parts, said_again, units


def test_seventy_characters_are_one_message_without_a_header() -> None:
    text = "限" * 70
    assert parts(text, key="k") == [text.encode("utf-16-be")]


def test_seventy_one_are_two_of_67_and_4() -> None:
    # why: 140 octets less 6 of the header leave 134, which are 67 characters; 71 - 67 = 4.
    first, second = parts("限" * 71, key="long")
    assert (len(first), len(second)) == (6 + 134, 6 + 8)
    # why: 05 octets follow, 00 = concatenation with an 8-bit reference, 03 octets of it: reference, total, number.
    # printf 'long' | sha256sum begins with fc.
    assert first[:6] == bytes.fromhex("050003fc0201")
    assert second[:6] == bytes.fromhex("050003fc0202")


def test_joined_parts_are_the_text_again() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(200))
    read = [joined(part) for part in parts(text, key="k")]
    assert "".join(part for part, _ in read) == text
    assert [header[1:] for _, header in read if header] == [(3, 1), (3, 2), (3, 3)]


def test_a_character_beyond_the_basic_plane_counts_twice_and_is_never_cut() -> None:
    # why: 𠮷 U+20BB7 is a surrogate pair. 66 + 1 pair = 68 units do not fit in 67: the pair begins the second part.
    text = "限" * 66 + "𠮷" + "限" * 10
    assert units(text) == 78
    assert [joined(part)[0] for part in parts(text, key="k")] == ["限" * 66, "𠮷" + "限" * 10]


def test_a_message_sent_again_keeps_its_reference() -> None:
    assert parts("限" * 71, key="one") == parts("限" * 71, key="one")
    assert parts("限" * 71, key="one")[0][3] != parts("限" * 71, key="two")[0][3]


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="没有内容"):
        parts("", key="k")


def test_a_text_that_may_come_twice_says_so_once() -> None:
    assert said_again("【准绳】提示") == "【重发】【准绳】提示"
    assert said_again(said_again("【准绳】提示")) == "【重发】【准绳】提示"
