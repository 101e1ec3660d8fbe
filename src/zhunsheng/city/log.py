"""From what happened to the event table: recorded when, corrected how, stated where."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import polars as pl

from zhunsheng.city.plan import Entry
from zhunsheng.city.spans import DAY
from zhunsheng.city.tape import Tape
from zhunsheng.core.schemas import EVENTS

EPOCH_MINUTE: Final = date(1970, 1, 1).toordinal() * DAY
MINUTE_US: Final = 60_000_000
SOURCES: Final = {
    "detention_house": "detention-house",
    "intake": "calls",
    "interrogation": "area",
    "property": "store",
    "questioning": "area",
    "response": "calls",
    "summons": "area",
}
DOCUMENT_WORDS: Final = {
    "arrest.executed": "捕",
    "arrest.requested": "提捕",
    "case.accepted": "受案",
    "case.converted_criminal": "转刑",
    "case.filed": "立",
    "case.not_filed": "不立",
    "decision.made": "行罚决",
    "detention.extended": "延拘",
    "measure.bail": "取保",
    "measure.surveillance": "监居",
    "person.detained": "拘",
    "person.released": "释",
    "property.seized": "扣",
    "prosecution.transferred": "诉",
}
MAY_BE_MISSING: Final = (
    "case_kind",
    "days",
    "designated",
    "identity_unknown",
    "public_security",
    "reason",
    "remote",
    "tier",
)
SUBJECTS: Final = ("incident", "person", "item", "visit", "order", "document", "dossier")


_COLUMNS: Final[dict[str, pl.DataType]] = {
    "type": pl.String(),
    "at": pl.Int64(),
    "is_bare": pl.Boolean(),
    "recorded": pl.Int64(),
    "has_case": pl.Boolean(),
    "until": pl.Int64(),
    "until_exact": pl.Boolean(),
    "place": pl.String(),
    "officers": pl.String(),  # separated by commas: far faster than lists
    "numbered": pl.Boolean(),
    "version": pl.Int64(),
    "void": pl.Boolean(),
    "number": pl.Int64(),
    "facts": pl.String(),
    **{name: pl.String() for name in SUBJECTS},
}


@dataclass(frozen=True)
class Traits:
    """What is odd about the records of a case."""

    is_corrected: bool
    is_voided: bool
    is_late: bool
    is_missing: bool


def record(entries: Sequence[Entry], traits: Traits, tape: Tape, last: int) -> tuple[list[Entry], Traits]:
    """The entries with when they were recorded, and which traits they took on. Nothing happens after `last`."""
    found = list(entries)
    for entry in found:
        entry.recorded = _recorded(entry, tape)
    is_missing = traits.is_missing and _forget_a_fact(found, tape)
    is_late = traits.is_late and bool(found)
    if is_late:
        chosen = found[tape.whole(0, len(found) - 1)]
        chosen.recorded += tape.whole(3 * DAY, 40 * DAY)
    is_corrected = traits.is_corrected and _correct(found, tape, last)
    is_voided = traits.is_voided and _void(found, tape, last)
    return found, Traits(is_corrected, is_voided, is_late, is_missing)


def _recorded(entry: Entry, tape: Tape) -> int:
    late = 5 * DAY if entry.is_recorded_late else 0
    return entry.at + tape.whole(2, 180) + (DAY if entry.is_bare else 0) + late


def _forget_a_fact(entries: list[Entry], tape: Tape) -> bool:
    """One fact that a rule reads is not stated."""
    places = [(entry, name) for entry in entries for name in MAY_BE_MISSING if name in entry.facts]
    if not places:
        return False
    entry, name = places[tape.whole(0, len(places) - 1)]
    entry.facts = {key: value for key, value in entry.facts.items() if key != name}
    return True


def _correct(entries: list[Entry], tape: Tape, last: int) -> bool:
    """An event was first recorded with another time; the correction is its higher version."""
    places = [entry for entry in entries[1:] if not entry.is_bare]
    if not places:
        return False
    right = places[tape.whole(0, len(places) - 1)]
    shift = tape.whole(1, 72 * 60)
    shift = shift if tape.chance(0.5) and right.at + shift <= last else -shift
    wrong = replace(right, at=right.at + shift, recorded=max(right.at, right.at + shift) + tape.whole(2, 180))
    right.version, right.recorded = 2, wrong.recorded + tape.whole(DAY, 20 * DAY)
    entries.append(wrong)
    return True


def _void(entries: list[Entry], tape: Tape, last: int) -> bool:
    """An event was recorded by mistake and withdrawn."""
    places = [entry for entry in entries[1:] if not entry.is_bare and entry.version == 1]
    if not places:
        return False
    like = places[tape.whole(0, len(places) - 1)]
    at = min(last, like.at + tape.whole(1, 3 * DAY))
    wrong = replace(like, at=at, number=len(entries), recorded=at + tape.whole(2, 180))
    entries += [wrong, replace(wrong, version=2, is_void=True, recorded=wrong.recorded + tape.whole(60, 10 * DAY))]
    return True


@dataclass
class Columns:
    """The event table of many cases, column by column."""

    case: list[int] = field(default_factory=list)
    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    _json: dict[tuple[tuple[str, Any], ...], str] = field(default_factory=dict)

    def add(self, index: int, entries: Sequence[Entry], teams: Sequence[list[str]]) -> None:
        """Append the entries of one case. `teams`: the officers of each team."""
        rows = self.rows
        self.case.extend([index] * len(entries))
        for entry in entries:
            rows["type"].append(entry.type)
            rows["at"].append(entry.at)
            rows["is_bare"].append(entry.is_bare)
            rows["recorded"].append(entry.recorded)
            rows["has_case"].append(entry.has_case)
            rows["until"].append(entry.until)
            rows["until_exact"].append(entry.is_until_exact)
            rows["place"].append(entry.place)
            team = teams[entry.team or 0]
            rows["officers"].append(team[0] if entry.is_alone else ",".join(team))
            rows["numbered"].append(not entry.is_unnumbered)
            rows["version"].append(entry.version)
            rows["void"].append(entry.is_void)
            rows["number"].append(entry.number)
            rows["facts"].append(self._text(entry.facts))
            for name in SUBJECTS:
                rows[name].append(entry.names.get(name))

    def _text(self, facts: dict[str, Any]) -> str | None:
        """One JSON object with its keys in order."""
        if not facts:
            return None
        key = tuple(sorted(facts.items()))
        if key not in self._json:
            text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if "case_title" in facts:
                return text
            self._json[key] = text
        return self._json[key]

    def frame(self, cases: pl.DataFrame, zone: str) -> pl.DataFrame:
        """As the event table. `cases` has one row a case in order of index: case, unit, branch."""
        raw = pl.DataFrame({"case_index": self.case, **self.rows}, schema_overrides=_COLUMNS)
        joined = raw.join(cases, on="case_index", how="left", maintain_order="left")
        return joined.select(
            source=_source(),
            id=pl.format("{}-{}", pl.col("case_index").cast(pl.String).str.zfill(7), pl.col("number")),
            version=pl.col("version"),
            void=pl.col("void"),
            type=pl.col("type"),
            at=_instant("at", zone),
            at_precision=pl.when("is_bare").then(pl.lit("day")).otherwise(pl.lit("minute")),
            recorded_at=_instant("recorded", zone),
            case=pl.when("has_case").then("case"),
            incident=pl.col("incident"),
            person=pl.col("person"),
            item=pl.col("item"),
            visit=pl.col("visit"),
            order=pl.col("order"),
            dossier=pl.col("dossier"),
            document=pl.col("document"),
            place=pl.when(pl.col("place") == "area").then(pl.format("A{}", "unit")).otherwise("place"),
            unit=pl.col("unit"),
            officers=pl.col("officers").str.split(","),
            until=_instant("until", zone),
            until_precision=pl.when(pl.col("until").is_not_null()).then(
                pl.when("until_exact").then(pl.lit("minute")).otherwise(pl.lit("day"))
            ),
            facts=pl.col("facts"),
            document_no=_document_no(),
        ).cast(EVENTS)


def _instant(name: str, zone: str) -> pl.Expr:
    local = ((pl.col(name) - EPOCH_MINUTE) * MINUTE_US).cast(pl.Datetime("us"))
    return local.dt.replace_time_zone(zone, ambiguous="latest").dt.convert_time_zone("UTC")


def _source() -> pl.Expr:
    return pl.col("type").str.split(".").list.first().replace_strict(SOURCES, default="cases")


def _document_no() -> pl.Expr:
    word = pl.col("type").replace_strict(DOCUMENT_WORDS, default=None, return_dtype=pl.String)
    year = ((pl.col("at") - EPOCH_MINUTE) * MINUTE_US).cast(pl.Datetime("us")).dt.year()
    serial = pl.col("case_index") * 100 + pl.col("number")
    text = pl.format("晴公({}){}字〔{}〕{}号", pl.col("branch"), word, year, serial)
    return pl.when(word.is_not_null() & pl.col("numbered")).then(text)
