"""Lines of the log: one each, in UTC, and of an error its places, never its words."""

import logging
import re
import sys

from zhunsheng.web.logs import RedactedFormatter


def line(message: str, *arguments: object, failed: bool = False) -> str:
    record = logging.LogRecord("site", logging.WARNING, "", 0, message, arguments, sys.exc_info() if failed else None)
    record.created = 1_772_330_400.0  # 2026-03-01 02:00:00 UTC
    return RedactedFormatter().format(record)


def test_a_line_says_when_in_utc_how_bad_where_and_what() -> None:
    assert line("Not Found: %s", "/cases/A1/") == "2026-03-01T02:00:00Z WARNING site Not Found: /cases/A1/"


def test_nobody_writes_a_line_of_his_own_into_the_log() -> None:
    forged = line("Not Found: %s", "/x\n2026-03-01T02:00:00Z INFO site all is well\r\x1b[2K\u2028")
    assert len(forged.splitlines()) == 1
    assert "\\x0a2026" in forged


def test_of_an_error_its_places_are_kept_and_its_words_are_not() -> None:
    try:
        raise ValueError("王小强 350203199001011234")
    except ValueError:
        said = line("failed", failed=True)
    assert "王小强" not in said
    assert re.search(r"ValueError at \w+:\d+", said)
