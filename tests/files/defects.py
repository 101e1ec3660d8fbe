"""What can be wrong with a table in any format: the defect's name → its rows, and what the refusal says where."""

from dataclasses import dataclass
from typing import Final

from tests.files.tables import DETAINED, FILED, Row


@dataclass(frozen=True)
class Defect:
    """Rows with one fault. The refusal names `column` and, counted from 1 among the data, `row`; it says `says`."""

    rows: list[Row]
    says: str
    column: str | None = None
    row: int | None = 2
    value: str | None = None


def second(**changes: str) -> list[Row]:
    """A sound row, and one with changes."""
    return [FILED, {**DETAINED, **changes}]


def without(name: str) -> list[Row]:
    """Two rows that lack a column."""
    return [{key: value for key, value in row.items() if key != name} for row in (FILED, DETAINED)]


DEFECTS: Final = {
    "column-at-is-missing": Defect(without("at"), "the column is missing", "at", None),
    "column-id-is-missing": Defect(without("id"), "the column is missing", "id", None),
    "column-type-is-missing": Defect(without("type"), "the column is missing", "type", None),
    "neither-case-nor-incident-column": Defect(without("case"), "case and incident are both missing", "case", None),
    "unknown-column": Defect(second(birthday="1990-01-01"), "no such column", "birthday", None),
    "unknown-event-type": Defect(second(type="person.let"), "no such event type", "type", value="'person.let'"),
    "empty-id": Defect(second(id=""), "the cell is empty", "id"),
    "empty-type": Defect(second(type=""), "the cell is empty", "type"),
    "empty-time": Defect(second(at=""), "the cell is empty", "at"),
    "neither-case-nor-incident": Defect(second(case=""), "neither case nor incident is named", "case"),
    "time-without-zone": Defect(second(at="2026-03-02 09:00"), "without its zone", "at", value="'2026-03-02 09:00'"),
    "time-that-is-none": Defect(second(at="2026-02-30T09:00:00+08:00"), "not a time", "at"),
    "name-where-a-time-should-be": Defect(second(at="张三丰"), "not a time", "at", value="'张*丰'"),
    "excel-serial-of-1900": Defect(second(at="46083.375"), "serial number of a spreadsheet", "at", value="'46083.375'"),
    "excel-serial-of-1904": Defect(second(at="44621"), "serial number of a spreadsheet", "at"),
    "year-9999": Defect(second(at="9999-01-01T00:00:00Z"), "a year outside 1900 to 2100", "at"),
    "until-that-is-none": Defect(second(until="soon"), "not a time", "until"),
    "version-zero": Defect(second(version="0"), "not a version", "version", value="'0'"),
    "void-maybe": Defect(second(void="maybe"), "not true or false", "void", value="'maybe'"),
    "precision-unknown": Defect(second(at_precision="hour"), "not a precision", "at_precision"),
    "precision-day-with-an-hour": Defect(second(at_precision="day"), "contradicts the time", "at_precision"),
    "one-id-two-contents": Defect(second(id="1", person="P2"), "this id has another content", "id", 1),
    "unknown-fact": Defect(second(facts='{"weather":"rain"}'), "a fact that the vocabulary does not have", "facts"),
    "fact-of-another-event": Defect(second(facts='{"days":4}'), "days is no fact of person.detained", "facts"),
    "fact-of-the-wrong-type": Defect(second(facts='{"minor":"yes"}'), "minor is true or false", "facts"),
    "fact-outside-its-list": Defect(second(facts='{"kind":"civil"}'), "kind is one of criminal", "facts"),
    "fact-stated-twice": Defect(second(facts='{"minor":true,"minor":false}'), "states a fact twice", "facts"),
    "facts-that-are-no-json": Defect(second(facts="minor=true"), "not a JSON object", "facts"),
    "unknown-fact-column": Defect(second(**{"fact.weather": "rain"}), "has no fact 'weather'", "fact.weather", None),
    "fact-column-wrong": Defect(second(**{"fact.minor": "1"}), "minor is true or false", "fact.minor"),
    "facts-in-both-ways": Defect(second(facts="{}", **{"fact.minor": "true"}), "facts are stated twice", "facts", None),
    "id-of-a-thousand-characters": Defect(second(id="x" * 1000), "longer than 200 characters", "id"),
}  # fmt: skip
