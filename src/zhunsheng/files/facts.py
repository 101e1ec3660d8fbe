"""Facts of events → one canonical JSON object a row: keys and sets sorted, instants in UTC, nothing undeclared."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core.vocabulary import Fact, Vocabulary
from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.times import LOCAL, ZONED, Clockwork

PREFIX: Final = "fact."
SEPARATOR: Final = ";"
BOOLEANS: Final = {"true": True, "false": False}
INTEGER: Final = re.compile(r"-?\d{1,18}")
WHOLE: Final = 10**18
REMEDY: Final = "See vocabulary.toml for what may be stated."
CANONICAL_INSTANT: Final = re.compile(r'"[12]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"')
SOME_INSTANT: Final = "2026-03-01T06:35:00Z"
SOME_TEXT: Final = "text"
CHECKED_TYPES: Final = ("bool", "integer", "set", "enum", "instant")
"""Types of fact whose values `fact_value` holds against something; any other is free text."""
IS_ZONED: Final = re.compile(ZONED)
IS_LOCAL: Final = re.compile(LOCAL)


class FactWrong(ValueError):
    """A fact is unknown, is not of its type, or does not belong to the type of event."""


def facts_of_columns(rows: pl.DataFrame, vocabulary: Vocabulary, clockwork: Clockwork, issues: Issues) -> pl.Series:
    """Facts from text columns named fact.<id>; an empty cell is not stated. Needs the columns #row and type."""
    parts = []
    for column in sorted(name for name in rows.columns if name.startswith(PREFIX)):
        name = column.removeprefix(PREFIX)
        fact = vocabulary.facts.get(name)
        if fact is None:
            issues.add(f"the vocabulary has no fact {name!r}.", "Remove the column, or name a fact.", column=column)
            continue
        _belongs(rows, column, fact, vocabulary, issues)
        key = json.dumps(name)
        values = _read_once(rows, column, _cell_reader(fact, clockwork), issues)
        parts.append(pl.select((pl.lit(f"{key}:") + pl.lit(values)).alias(name)).to_series())
    if not parts:
        return pl.Series("facts", [None] * rows.height, dtype=pl.String)
    body = pl.concat_str(pl.all(), separator=",", ignore_nulls=True)
    is_stated = pl.any_horizontal(pl.all().is_not_null())
    return pl.DataFrame(parts).select(facts=pl.when(is_stated).then(pl.lit("{") + body + pl.lit("}")))["facts"]


def facts_of_json(
    facts: pl.Series, rows: pl.DataFrame, vocabulary: Vocabulary, clockwork: Clockwork, issues: Issues
) -> pl.Series:
    """Facts from one JSON object a row. Needs #row and type. Each distinct object is read once.

    Returns `facts` itself where every object is written as it should be.
    """
    rows = rows.with_columns(facts.alias("facts"))
    distinct = rows.select("type", "facts").filter(pl.col("facts").is_not_null()).unique()
    readers = {type_id: _reader(type_id, vocabulary, clockwork) for type_id in distinct["type"].unique().to_list()}
    distinct = distinct.filter(~_are_canonical(distinct, readers, vocabulary))
    if distinct.is_empty():
        return facts
    results: list[str | None] = []
    faults: list[str | None] = []
    for type_id, text in distinct.iter_rows():
        result, fault = _attempt(readers[type_id], text)
        results.append(result)
        faults.append(fault)
    read = distinct.with_columns(
        result=pl.Series(results, dtype=pl.String), fault=pl.Series(faults, dtype=pl.String), is_read=True
    )
    joined = rows.join(read, on=["type", "facts"], how="left", maintain_order="left", nulls_equal=True)
    for fault in sorted({fault for fault in faults if fault is not None}):
        bad = (joined["fault"] == fault).fill_null(value=False)
        issues.where(bad, joined[ROW], "facts", fault, REMEDY, values=joined["facts"])
    kept = pl.when(pl.col("is_read")).then("result").otherwise("facts").alias("facts")
    return joined.select(kept).to_series()


def _are_canonical(
    distinct: pl.DataFrame, readers: Mapping[str, Callable[[str], str | None]], vocabulary: Vocabulary
) -> pl.Series:
    """Objects that are as they should be already, told by their shape: with every instant, number and free text
    replaced by one of its kind few shapes are left, and each is read once. False where that cannot tell."""
    texts = "|".join(re.escape(fact.id) for fact in vocabulary.facts.values() if fact.type not in CHECKED_TYPES)
    shape = (
        pl.col("facts")
        .str.replace_all(CANONICAL_INSTANT.pattern, f'"{SOME_INSTANT}"')
        .str.replace_all(rf'([{{,]"(?:{texts})"):"[^"\\\x00-\x1f]+"', f'$1:"{SOME_TEXT}"')
        .str.replace_all(r":-?[1-9]\d{0,17}([,}])", ":1$1")
    )
    days = (
        pl.col("facts")
        .str.extract_all(CANONICAL_INSTANT.pattern)
        .list.eval(pl.element().str.slice(1, 10).str.to_date("%Y-%m-%d", strict=False).is_null())
    )
    is_plain = ~pl.col("facts").str.contains("\\", literal=True) & ~days.list.any()
    shapes = distinct.select("type", shape=shape, is_plain=is_plain)
    kept = [
        (kind, text, _attempt(readers[kind], text)[0] == text)
        for kind, text in shapes.select("type", "shape").unique().iter_rows()
    ]
    known = pl.DataFrame(kept, schema={"type": pl.String, "shape": pl.String, "is_kept": pl.Boolean}, orient="row")
    told = shapes.join(known, on=["type", "shape"], how="left", maintain_order="left", nulls_equal=True)
    return told.select((pl.col("is_kept") & pl.col("is_plain")).fill_null(value=False)).to_series()


def fact_value(fact: Fact, value: Any, clockwork: Clockwork) -> Any:
    """The value of a fact from a JSON value or the text of a cell. Raises FactWrong."""
    if fact.type == "bool":
        truth = BOOLEANS.get(value, value) if isinstance(value, str) else value
        if isinstance(truth, bool):
            return truth
        raise FactWrong(f"{fact.id} is true or false.")
    if fact.type == "integer":
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < WHOLE:
            return value
        if isinstance(value, str) and INTEGER.fullmatch(value):
            return int(value)
        raise FactWrong(f"{fact.id} is a whole number.")
    if fact.type == "set":
        words = value.split(SEPARATOR) if isinstance(value, str) else value
        if isinstance(words, list) and all(isinstance(word, str) and word in fact.values for word in words):
            return sorted(set(words))
        raise FactWrong(f"{fact.id} is a set of {', '.join(fact.values)}.")
    if not isinstance(value, str):
        raise FactWrong(f"{fact.id} is text.")
    if fact.type == "enum":
        if value in fact.values:
            return value
        raise FactWrong(f"{fact.id} is one of {', '.join(fact.values)}.")
    if fact.type == "instant":
        return _instant(fact, value, clockwork)
    return value


def json_text(value: Any) -> str:
    """The one way in which a value is written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _instant(fact: Fact, text: str, clockwork: Clockwork) -> str:
    is_zoned = IS_ZONED.match(text)
    if not is_zoned and not (clockwork.zone_is_stated and IS_LOCAL.match(text)):
        raise FactWrong(f"{fact.id} is an instant with its zone, such as 2026-03-01T14:35:00+08:00.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise FactWrong(f"{fact.id} is an instant, and this is none.") from wrong
    if is_zoned:
        return _in_utc(moment)
    # Forward out of a gap, the later of a doubled hour: both are the later of the two readings.
    zone = ZoneInfo(clockwork.zone)
    return max(_in_utc(moment.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _cell_reader(fact: Fact, clockwork: Clockwork) -> Callable[[str], str]:
    """What turns a cell into the JSON text of one fact."""
    return lambda text: json_text(fact_value(fact, text, clockwork))


def _reader(type_id: str, vocabulary: Vocabulary, clockwork: Clockwork) -> Callable[[str], str | None]:
    """What turns an object of one event type into its canonical text."""
    own = vocabulary.event_types[type_id].facts if type_id in vocabulary.event_types else ()

    def read(text: str) -> str | None:
        values = {name: value for name, value in _object(text).items() if value is not None}
        for name, value in values.items():
            fact = vocabulary.facts.get(name)
            if fact is None:
                raise FactWrong("a fact that the vocabulary does not have.")
            if fact.of == "event" and name not in own:
                raise FactWrong(f"{name} is no fact of {type_id}.")
            values[name] = fact_value(fact, value, clockwork)
        return json_text(values) if values else None

    return read


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except FactWrong:
        raise
    except (ValueError, RecursionError) as wrong:
        raise FactWrong("not a JSON object.") from wrong
    if not isinstance(value, dict):
        raise FactWrong("not a JSON object.")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise FactWrong("a JSON object that states a fact twice.")
    return values


def _no_number(text: str) -> Any:
    raise FactWrong(f"{text} is no JSON number.")


def _belongs(rows: pl.DataFrame, column: str, fact: Fact, vocabulary: Vocabulary, issues: Issues) -> None:
    """Facts of a case or person may stand on any event, those of events only on the types that list them."""
    if fact.of != "event":
        return
    owners = [event_type.id for event_type in vocabulary.event_types.values() if fact.id in event_type.facts]
    strays = rows[column].is_not_null() & ~rows["type"].is_in(owners)
    text = f"{fact.id} is stated on a type of event that has no such fact."
    issues.where(strays.fill_null(value=False), rows[ROW], "type", text, "Leave the cell empty.", values=rows["type"])


def _attempt(read: Callable[[str], str | None], text: str) -> tuple[str | None, str | None]:
    """What a reader makes of a text, or its fault."""
    try:
        return read(text), None
    except FactWrong as wrong:
        return None, str(wrong)


def _read_once(rows: pl.DataFrame, column: str, read: Callable[[str], str | None], issues: Issues) -> pl.Series:
    """Apply a reader to each distinct text of a column; what it refuses becomes an issue and null."""
    texts = rows[column].unique().drop_nulls().to_list()
    results: list[str | None] = []
    faults: dict[str, list[str]] = {}
    for text in texts:
        result, fault = _attempt(read, text)
        results.append(result)
        if fault is not None:
            faults.setdefault(fault, []).append(text)
    for fault, wrong_texts in sorted(faults.items()):
        bad = rows[column].is_in(wrong_texts).fill_null(value=False)
        issues.where(bad, rows[ROW], column, fault, REMEDY, values=rows[column])
    return rows[column].replace_strict(texts, results, default=None, return_dtype=pl.String)
