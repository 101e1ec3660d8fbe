"""JSON lines → rows of text: one flat object a line; objects inside it become columns with a dot."""

import json
from typing import Any, Final

import polars as pl

from zhunsheng.files.csv_file import decoded
from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.table import MOST_COLUMNS, check_header, tidy

SEPARATOR: Final = ";"
DEEPEST: Final = 4
MOST_ISSUES: Final = 20
WRITE: Final = 'Write one object a line, such as {"id": "1", "type": "case.filed"}.'


class LineWrong(ValueError):
    """A line is not an object that can become a row."""


def read_jsonl(data: bytes, issues: Issues, *, encoding: str = "utf-8") -> pl.DataFrame:
    """Rows of text (null = absent or empty) and #row, the number of the line. A column facts keeps its object as JSON.

    Raises  InputRefused: encoding, NUL, a line that is no object, a key twice, nesting, too many columns.
    """
    text = decoded(data, encoding, issues).decode()
    columns: dict[str, list[str | None]] = {}
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = _row(line)
        except LineWrong as wrong:
            issues.add(str(wrong), WRITE, row=number)
            if len(issues.found) == MOST_ISSUES:
                break
            continue
        _append(columns, row, len(lines))
        lines.append(number)
        if len(columns) > MOST_COLUMNS:
            issues.add(f"more than {MOST_COLUMNS} different keys.", "Write the keys that are needed.", row=number)
            break
    issues.refuse()
    check_header(list(columns), issues, row=1)
    filled = {name: column + [None] * (len(lines) - len(column)) for name, column in columns.items()}
    rows = pl.DataFrame(filled, schema=dict.fromkeys(columns, pl.String()))
    return tidy(rows.with_columns(pl.Series(ROW, lines, dtype=pl.Int64)), issues)


def _append(columns: dict[str, list[str | None]], row: dict[str, str], height: int) -> None:
    for name, value in row.items():
        column = columns.setdefault(name, [])
        column += [None] * (height - len(column))
        column.append(value)


def _row(line: str) -> dict[str, str]:
    try:
        value = json.loads(line, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except LineWrong:
        raise
    except RecursionError:
        raise LineWrong("nested too deeply.") from None
    except ValueError:
        raise LineWrong("not a JSON object.") from None
    if not isinstance(value, dict):
        raise LineWrong("not a JSON object.")
    row: dict[str, str] = {}
    _flatten(value, "", row, 1)
    return row


def _flatten(value: dict[str, Any], prefix: str, row: dict[str, str], depth: int) -> None:
    if depth > DEEPEST:
        raise LineWrong("nested too deeply.")
    for key, member in value.items():
        name = prefix + key
        if member is None:
            continue
        if isinstance(member, dict) and name != "facts":
            _flatten(member, f"{name}.", row, depth + 1)
        else:
            if name in row:
                raise LineWrong("a key twice, once inside an object.")
            row[name] = _cell(member)


def _cell(value: Any) -> str:
    """The text of a member: a list of texts with semicolons between, everything else as JSON writes it."""
    if isinstance(value, str):
        cell = value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        cell = SEPARATOR.join(value)
    else:
        cell = json.dumps(value, ensure_ascii=False)
    if "\0" in cell:
        raise LineWrong("a NUL character.")
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise LineWrong("half of a surrogate pair.") from None
    return cell


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise LineWrong("a key twice.")
    return value


def _no_number(text: str) -> Any:
    raise LineWrong(f"{text}, which is no JSON number.")
