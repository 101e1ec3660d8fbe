"""Files with known problems among those that are read: what they are made of, their number, and what readers found.

A planted file stands under a number of its unit and month like every other. It enters no rate; what readers found in
it says how much of what there is a reading finds.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from zhunsheng.core.inspection.agreement import Detection, detection
from zhunsheng.core.inspection.draw import mark
from zhunsheng.core.inspection.sheets import FAULTS, USES

SERIAL: Final = 4
LAST_SERIAL: Final = 10**SERIAL - 1
SAID: Final = ("pass", "problem")
KEYS: Final = {"title", "kind", "unit", "month", "result", "ended_on", "known", "uses", "said", "paper"}
PAPER_KEYS: Final = {"code", "kind", "document_no", "made_on", "signed", "pages"}
CASE: Final = "{case}"
"""What stands for the number of the case in the code of a paper."""
QUESTION: Final = re.compile(r"[A-Z]{2}\d{2}")
MONTH: Final = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])")
LARGEST_FILE: Final = 64 * 1024
MOST_PAPERS: Final = 60


class PlantingRefused(ValueError):
    """A file that cannot be planted so: which key, what is wrong with it, what to write."""


@dataclass(frozen=True)
class Paper:
    """One document of a planted file. `pages`: names of images beside the description; `code`: how the source that
    scans would name it, with CASE for the number; empty where the site names it."""

    kind: str
    document_no: str
    made_on: date | None
    signed: bool | None
    pages: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True)
class PlantedFile:
    """A made-up file. `known`: the questions whose problems it holds; none in a file without fault. `said`: what data
    would say of a question."""

    title: str
    kind: str
    unit: str
    month: str
    result: str
    ended_on: date
    known: tuple[str, ...]
    uses: tuple[str, ...]
    said: Mapping[str, str]
    papers: tuple[Paper, ...]


def read_file(text: str) -> PlantedFile:
    """A planted file from its TOML. Raises PlantingRefused; nothing is guessed."""
    if len(text.encode()) > LARGEST_FILE:
        raise PlantingRefused("描述超过 64 KB。请缩短。")
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise PlantingRefused(f"不是 TOML：{problem}。") from problem
    _closed(whole, KEYS, "")
    known, said = _texts(whole, "known"), whole.get("said", {})
    _require(all(QUESTION.fullmatch(name) for name in known), "known", "列出评查项编号，如 CR12")
    _require(
        isinstance(said, dict) and all(QUESTION.fullmatch(name) and word in SAID for name, word in said.items()),
        "said",
        "每项写 pass 或 problem",
    )
    uses = _texts(whole, "uses")
    _require(set(uses) <= set(USES), "uses", f"可用 {'、'.join(USES)}")
    _require(MONTH.fullmatch(_text(whole, "month")) is not None, "month", "写受案年月，如 202610")
    papers = whole.get("paper", [])
    _require(isinstance(papers, list) and 0 < len(papers) <= MOST_PAPERS, "paper", "至少一份、至多六十份文书")
    return PlantedFile(
        title=_text(whole, "title"),
        kind=_text(whole, "kind"),
        unit=_text(whole, "unit"),
        month=_text(whole, "month"),
        result=_text(whole, "result"),
        ended_on=_day(whole, "ended_on"),
        known=known,
        uses=uses,
        said=dict(said),
        papers=tuple(_paper(one, n) for n, one in enumerate(papers, 1)),
    )


def _paper(one: Any, n: int) -> Paper:
    _require(isinstance(one, dict), f"paper[{n}]", "写成表")
    _closed(one, PAPER_KEYS, f"paper[{n}].")
    signed = one.get("signed")
    _require(signed is None or isinstance(signed, bool), f"paper[{n}].signed", "写 true 或 false")
    return Paper(
        kind=_text(one, "kind"),
        document_no=str(one.get("document_no", "")),
        made_on=_day(one, "made_on") if "made_on" in one else None,
        signed=signed,
        pages=_texts(one, "pages"),
        code=_text(one, "code") if "code" in one else "",
    )


def _closed(table: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    unknown = sorted(table.keys() - set(keys))
    if unknown:
        raise PlantingRefused(f"{where}{unknown[0]} 不是认识的键。可用 {'、'.join(sorted(keys))}。")


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    _require(isinstance(value, str) and bool(value.strip()), key, "写一段文字")
    return str(value)


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    _require(isinstance(value, list) and all(isinstance(one, str) for one in value), key, "写成文字的列表")
    return tuple(value)


def _day(table: Mapping[str, Any], key: str) -> date:
    value = table.get(key)
    _require(type(value) is date, key, "写日期，如 2026-10-12")
    assert isinstance(value, date)
    return value


def _require(holds: bool, key: str, remedy: str) -> None:
    if not holds:
        raise PlantingRefused(f"{key} 不对或没有。请{remedy}。")


def free_number(unit: str, month: str, taken: Collection[str], *, seed: bytes) -> str:
    """A case number that nobody has, of a unit and month: one that the serials have left out, by lot, else the next.

    The last serial of a month would tell a planted file from the others; a gap does not.
    Takes   taken: every number of the unit and month. Raises PlantingRefused where the month has none left.
    """
    prefix = f"A{unit}{month}"
    serials = {int(one.removeprefix(prefix)) for one in taken if one.startswith(prefix)}
    gaps = [n for n in range(1, max(serials, default=1)) if n not in serials]
    if gaps:
        return min((f"{prefix}{n:0{SERIAL}d}" for n in gaps), key=lambda one: mark(seed, one))
    following = max(serials, default=0) + 1
    if following > LAST_SERIAL:
        raise PlantingRefused(f"单位 {unit} 在 {month} 的编号已用完。请换一个月。")
    return f"{prefix}{following:0{SERIAL}d}"


@dataclass(frozen=True)
class Reading:
    """What one reading of a planted file said: the questions in which it found a fault."""

    known: frozenset[str]
    faults: frozenset[str]


def reading_of(known: Iterable[str], answers: Mapping[str, str]) -> Reading:
    """One reading, from its answers by question."""
    return Reading(frozenset(known), frozenset(name for name, said in answers.items() if said in FAULTS))


@dataclass(frozen=True)
class Found:
    """What readers found: of the known problems, and in how many files without fault they found one."""

    sensitivity: Detection | None
    false_problems: Detection | None


def found(readings: Iterable[Reading]) -> Found:
    """Sensitivity over known problems, and the share of files without fault that were said to have one."""
    every = list(readings)
    known = sum(len(one.known) for one in every)
    clean = [one for one in every if not one.known]
    return Found(
        detection(sum(len(one.known & one.faults) for one in every), known),
        detection(sum(bool(one.faults) for one in clean), len(clean)),
    )
