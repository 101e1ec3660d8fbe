"""A table of a policy file, read key by key; what is missing, wrong or unknown is an issue with a code."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from zhunsheng.core.points.issue import PolicyIssue

AMOUNT: Final = re.compile(r"\d{1,3}\.\d{2}")
NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,79}")
UNKNOWN: Final = "PG07"
SEEN: Final = "See docs/points-format.md for the keys there are."


class PolicyTable:
    """Read with `take` and its kin, then `close`. `code` is what an issue of this table is unless a key says other."""

    def __init__(
        self, data: Mapping[str, Any], key: str, issues: list[PolicyIssue], path: str, code: str = UNKNOWN
    ) -> None:
        self._data, self._key, self._issues, self._path, self._code = dict(data), key, issues, path, code

    def where(self, name: str) -> str:
        """The full key of a member."""
        return f"{self._key}.{name}" if self._key and name else self._key or name

    def issue(self, name: str, text: str, remedy: str, *, code: str = "", source: str = "") -> None:
        """Record an issue at a member."""
        self._issues.append(PolicyIssue(self._path, self.where(name), code or self._code, text, remedy, source))

    def has(self, name: str) -> bool:
        """Whether a key is there and not yet read."""
        return name in self._data

    def names(self) -> tuple[str, ...]:
        """The keys that are there and not yet read."""
        return tuple(self._data)

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        """The value of a key, which must be of a type; without a default it must be there."""
        if name not in self._data:
            if default is ...:
                self.issue(name, "is missing.", f"State it as {kind.__name__}.")
                return kind()
            return default
        value = self._data.pop(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.issue(name, f"{value!r} is no {kind.__name__}.", f"State it as {kind.__name__}.")
            return kind() if default is ... else default
        if isinstance(value, str):
            self._plain(name, value)
        return value

    def _plain(self, name: str, value: str) -> None:
        if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs") for letter in value):
            self.issue(name, "holds characters that nobody can see.", "Write plain text.", code=UNKNOWN)

    def name(self, name: str, default: Any = ...) -> str:
        """A name: small Latin letters, digits, dots and low lines, so that no two look alike."""
        value = str(self.take(name, str, default))
        if (value or default is ...) and not NAME.fullmatch(value):
            self.issue(
                name, f"{value!r} is no name.", "Write small Latin letters, digits, dots, low lines.", code=UNKNOWN
            )
        return value

    def choice(self, name: str, options: Sequence[str], default: Any = ...) -> str:
        """A word of a closed list."""
        value = str(self.take(name, str, default))
        if value not in options and value != default:
            self.issue(name, f"{value!r} is not one of {', '.join(options)}.", f"Write {options[0]}, for example.")
        return value

    def amount(self, name: str, default: Any = ...) -> int:
        """Points as text with two places, as hundredths."""
        text = self.take(name, str, default)
        if not isinstance(text, str):
            return 0
        if not AMOUNT.fullmatch(text):
            self.issue(name, f"{text!r} is no amount.", 'Write it as text with two places, such as "3.00".')
            return 0
        return int(text.replace(".", ""))

    def decimal(self, name: str) -> Decimal:
        """A number with two places as text."""
        text = self.take(name, str)
        if text and not AMOUNT.fullmatch(text):
            self.issue(name, f"{text!r} is no number.", 'Write it as text with two places, such as "0.20".')
        return Decimal(text) if AMOUNT.fullmatch(text) else Decimal(0)

    def words(self, name: str, default: Any = ()) -> tuple[str, ...]:
        """A list of words; one word alone is a list of it."""
        value = self._data.pop(name, ...)
        if value is ...:
            if default is ...:
                self.issue(name, "is missing.", "State it as a list of words.")
                return ()
            return tuple(default)
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if not isinstance(row, str):
                self.issue(name, f"{row!r} is no word.", "State it as a list of words.")
        return tuple(str(row) for row in rows)

    def table(self, name: str, code: str = "") -> "PolicyTable":
        """A sub-table; empty where it is absent."""
        value = self.take(name, dict, {})
        return PolicyTable(value, self.where(name), self._issues, self._path, code or self._code)

    def tables(self, name: str, code: str = "") -> list["PolicyTable"]:
        """An array of tables; a single one counts as one."""
        value = self._data.pop(name, [])
        rows = value if isinstance(value, list) else [value]
        found = []
        for n, row in enumerate(rows):
            if isinstance(row, dict):
                found.append(PolicyTable(row, f"{self.where(name)}[{n}]", self._issues, self._path, code or self._code))
            else:
                self.issue(name, f"{row!r} is no table.", f"Write [[{name}]].", code=UNKNOWN)
        return found

    def raw(self, name: str) -> Any:
        """A value of any type; None where it is absent."""
        return self._data.pop(name, None)

    def rest(self) -> dict[str, Any]:
        """What is left, all of it read now."""
        rest, self._data = self._data, {}
        return rest

    def close(self) -> None:
        """Everything left is unknown."""
        for name, value in self.rest().items():
            self.issue(name, f"unknown key {name} = {value!r}.", SEEN, code=UNKNOWN)
