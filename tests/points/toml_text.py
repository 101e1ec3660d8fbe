"""Tables as TOML text, as far as policies need it."""

import json
from datetime import date
from typing import Any


def toml_text(table: dict[str, Any]) -> str:
    """The text of a policy: plain keys first, then tables, then arrays of tables."""
    plain = {k: v for k, v in table.items() if not _is_rows(v)}
    rows = {k: v for k, v in table.items() if _is_rows(v)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, tables in rows.items():
        for row in tables:
            lines += ["", f"[[{name}]]", *(f"{_key(key)} = {_value(value)}" for key, value in row.items())]
    return "\n".join(lines) + "\n"


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
