"""Golden cases of checks as a person writes them: what happened, and what every check named says of it.

`given` is told as in reading.py; `officers=J1,J2` names two. `said` holds a line for each finding, or one for a
silence:

    check | article | broken red P1 at 03-02 09:00 | why
    check | article | unknown ask P1 at 03-02 09:00 ? missing_fact: officers | why
    check | article | silent | why

`at` is when it is found, `closed` when what was missing came after all; the year is that of `as_of` where none is
written. The subject is left out where it is the case, and `nobody` where the act names no key. A check with several
findings has a line for each, in order of subject and time. What no line names may ask, but finds nothing broken.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.golden.reading import at, events_told, lines_of
from zhunsheng.core.vocabulary import Vocabulary

SILENT: Final = "silent"
NOBODY: Final = "nobody"
OF_CASE: Final = "case"
MOMENT: Final = r"(?:\d{4}-)?\d\d-\d\d \d\d:\d\d(?::\d\d\.\d+)?"
FINDING: Final = re.compile(
    rf"(?P<kind>broken|unknown) (?P<level>red|yellow|blue|ask)(?: (?P<subject>(?!at )\S+))? at (?P<at>{MOMENT})"
    rf"(?: closed (?P<closed>{MOMENT}))?(?: \? (?P<reason>.+))?"
)


@dataclass(frozen=True)
class Finding:
    """One finding: `broken red`, about whom, since when, until when, and why it is not known."""

    said: str
    subject: str | None
    found_at: datetime
    closed_at: datetime | None = None
    reason: str | None = None

    @classmethod
    def of_row(cls, row: Mapping[str, Any], zone: ZoneInfo) -> "Finding":
        """A verdict of the engine or the oracle (schemas.VERDICTS)."""
        closed = row["closed_at"].astimezone(zone) if row["closed_at"] else None
        said = f"{row['kind']} {row['level']}"
        return cls(said, row["subject"], row["found_at"].astimezone(zone), closed, row["reason"])


@dataclass(frozen=True)
class Said:
    """What one check says of a case: its articles, its findings in order (none: silent), and why."""

    check: str
    articles: tuple[str, ...]
    findings: tuple[Finding, ...]
    whys: tuple[str, ...]


@dataclass(frozen=True)
class CheckedCase:
    """A case with what happened in it and what checks say of it as of an instant."""

    name: str
    given: tuple[Mapping[str, Any], ...]
    case: Mapping[str, Any]
    as_of: datetime
    known_at: datetime | None
    said: tuple[Said, ...]


def read_checked_cases(folder: Path, vocabulary: Vocabulary) -> list[CheckedCase]:
    """Every [[checked]] of the folder's files. Raises ValueError naming the line that cannot be read."""
    return [
        _case(data, vocabulary)
        for path in sorted(folder.glob("*.toml"))
        for data in tomllib.loads(path.read_text("utf-8")).get("checked", [])
    ]


def _case(data: Mapping[str, Any], vocabulary: Vocabulary) -> CheckedCase:
    zone = ZoneInfo(vocabulary.zone)
    as_of = at(data["as_of"], zone)
    by_check: dict[str, list[Sequence[str]]] = {}
    for line in lines_of(data["said"]):
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4:
            raise ValueError(f"{line!r} is not: check | article | finding | why.")
        by_check.setdefault(parts[0], []).append(parts[1:])
    return CheckedCase(
        data["name"],
        events_told(data["given"], vocabulary),
        data.get("case", {}),
        as_of,
        at(data["known_at"], zone) if "known_at" in data else None,
        tuple(_said(check, lines, as_of) for check, lines in by_check.items()),
    )


def _said(check: str, lines: Sequence[Sequence[str]], as_of: datetime) -> Said:
    findings = tuple(_finding(text, as_of) for _, text, _ in lines if text != SILENT)
    if len(findings) < len(lines) and len(lines) > 1:
        raise ValueError(f"{check} is silent and says something as well.")
    return Said(check, tuple(line[0] for line in lines), findings, tuple(line[2] for line in lines))


def _finding(text: str, as_of: datetime) -> Finding:
    found = FINDING.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not: kind level subject at instant closed instant ? reason.")
    subject = found["subject"] or OF_CASE
    return Finding(
        f"{found['kind']} {found['level']}",
        None if subject == NOBODY else subject,
        _moment(found["at"], as_of),
        _moment(found["closed"], as_of) if found["closed"] else None,
        found["reason"],
    )


def _moment(text: str, as_of: datetime) -> datetime:
    assert isinstance(as_of.tzinfo, ZoneInfo)  # `at` gave it
    return at(text if re.match(r"\d{4}-", text) else f"{as_of.year}-{text}", as_of.tzinfo)
