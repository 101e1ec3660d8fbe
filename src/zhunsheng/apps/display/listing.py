"""Lists: filters, sort and place in the address, 50 rows a page, the next page found by key and not by counting."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

PAGE_ROWS: Final = 50
PLACES: Final = ("after", "before")
CONTROLS: Final = ("sort", *PLACES)
LONGEST_VALUE: Final = 100
Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")


class Choice(NamedTuple):
    """One value that a filter takes, and what it is called. A list of units has hundreds, on every page."""

    value: str
    title: str


def choices(pairs: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    """Values and what they are called, as a filter takes them."""
    return tuple(Choice(value, title) for value, title in pairs)


def titled(titles: Mapping[str, str]) -> tuple[Choice, ...]:
    """The same of values with titles that are marked for translation, in the language of the page."""
    return choices((value, _(title)) for value, title in titles.items())


@dataclass(frozen=True)
class Filter:
    """One field of the filter row. Without choices it takes any text."""

    name: str
    title: str
    condition: Callable[[str], Q]
    choices: tuple[Choice, ...] | None = None
    hint: str = ""
    of: str = ""

    def takes(self, value: str) -> bool:
        """Whether a value may stand in the address."""
        if self.choices is None:
            return len(value) <= LONGEST_VALUE and "\x00" not in value
        return value in {choice.value for choice in self.choices}


@dataclass(frozen=True)
class Column:
    """One column of the table. `sort` names columns of the query, none of them null, the last one unique."""

    name: str
    title: str
    sort: tuple[str, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Listing:
    """What a list offers."""

    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    default_sort: str
    rows: int = PAGE_ROWS

    def asked(self, query: QueryDict) -> "Asked":
        """What an address asks for. What it names and the list does not have is set aside and shown, not obeyed."""
        values, refused = {}, []
        for each in self.filters:
            value = query.get(each.name, "").strip()
            if value and each.takes(value):
                values[each.name] = value
            elif value:
                refused.append(each.title)
        sort = query.get("sort", self.default_sort)
        if sort.removeprefix("-") not in {column.name for column in self.columns if column.sort}:
            sort = self.default_sort
        place = next(((name, key) for name in PLACES if (key := _opened(query.get(name, ""))) is not None), None)
        return Asked(self, values, sort, place, tuple(refused))

    def whole(self, query: QueryDict, *, rows: int) -> "Asked":
        """The same list from its beginning with so many rows, to be taken away."""
        return replace(replace(self, rows=rows).asked(query), place=None)


@dataclass(frozen=True)
class Asked:
    """One list as one address asks for it."""

    listing: Listing
    values: Mapping[str, str]
    sort: str
    place: tuple[str, tuple[Any, ...]] | None = None
    refused: tuple[str, ...] = ()

    def fields(self) -> list[tuple[Filter, str]]:
        """Every filter with its value, for the filter row."""
        return [(each, self.values.get(each.name, "")) for each in self.listing.filters]

    def condition(self, *, of: str = "") -> Q:
        """All filters together; those of one kind of row, where a list filters by two (`Filter.of`)."""
        whole = Q()
        for each in self.listing.filters:
            if each.name in self.values and each.of == of:
                whole &= each.condition(self.values[each.name])
        return whole

    def address(self, **changes: str) -> str:
        """The query of the same list with some parts changed; the place in it is forgotten."""
        parts = {**self.values, **({"sort": self.sort} if self.sort != self.listing.default_sort else {}), **changes}
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def here(self) -> str:
        """The query of this very page, its place with it: where an act on one of its rows leads back to."""
        return self.address(**({self.place[0]: _closed(self.place[1])} if self.place is not None else {}))

    def heads(self) -> list["Head"]:
        """The heads of the columns, with where a press on them leads."""
        return [_head(self, column) for column in self.listing.columns]

    def ordering(self) -> list[tuple[str, bool]]:
        """Columns of the query with their direction; True is descending."""
        column = next(each for each in self.listing.columns if each.name == self.sort.removeprefix("-"))
        return [(name.lstrip("-"), name.startswith("-") != self.sort.startswith("-")) for name in column.sort]

    def page(self, rows: QuerySet[Row]) -> "Page[Row]":
        """The rows of this page, and where the pages before and after are. One query."""
        return self.found(lambda place: _at(rows.filter(self.condition()), place))

    def found(self, rows: Callable[["Place"], Sequence[Shown]]) -> "Page[Shown]":
        """The same of rows that something else than a queryset finds. `rows`: what gives those from a place on, the
        nearest first. Where nothing is left at a place, for its last rows are gone since, the list begins anew."""
        back = self.place is not None and self.place[0] == "before"
        order = [(name, down != back) for name, down in self.ordering()]
        key = self.place[1] if self.place is not None and len(self.place[1]) == len(order) else ()
        found = rows(Place(order, key, self.listing.rows + 1))
        if not found and self.place is not None:
            return replace(self, place=None).found(rows)
        more, found = len(found) > self.listing.rows, found[: self.listing.rows]
        if back:
            found = found[::-1]
        keys = [[_value(row, name) for name, _ in order] for row in (*found[:1], *found[-1:])]
        before = self.address(before=_closed(keys[0])) if keys and (more if back else self.place) else ""
        after = self.address(after=_closed(keys[-1])) if keys and (back or more) else ""
        return Page(self, found, preceding=before, following=after)

    def cut(self, rows: Callable[[int, int], Sequence[Any]]) -> "Page[Any]":
        """The same of rows that have no key, as counted ones, in the order that they are in. `rows`: what gives those
        from one number on, before another."""
        begin = max(0, self._begin())
        found = list(rows(begin, begin + self.listing.rows + 1))
        before = self.address(after=_closed([max(0, begin - self.listing.rows)])) if begin else ""
        more = len(found) > self.listing.rows
        after = self.address(after=_closed([begin + self.listing.rows])) if more else ""
        return Page(self, found[: self.listing.rows], preceding=before, following=after)

    def _begin(self) -> int:
        return self.place[1][0] if self.place is not None and isinstance(self.place[1][0], int) else 0

    def part(self, rows: Sequence[Any]) -> "Page[Any]":
        """The same of rows that are in memory already, in their order."""
        begin = max(0, min(self._begin(), len(rows)))
        end = begin + self.listing.rows
        before = self.address(after=_closed([max(0, begin - self.listing.rows)])) if begin else ""
        after = self.address(after=_closed([end])) if end < len(rows) else ""
        return Page(self, rows[begin:end], preceding=before, following=after)


class Place(NamedTuple):
    """Where a page begins. `order`: columns with their direction, True is descending; `key`: their values in the row
    that stands before it, empty at the beginning; `most`: how many rows are asked for."""

    order: Sequence[tuple[str, bool]]
    key: Sequence[Any]
    most: int


@dataclass(frozen=True)
class Head:
    """The head of a column. `direction` is what a screen reader says of it: ascending, descending or nothing."""

    title: str
    css: str
    address: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Page(Generic[Shown]):
    """Some rows of a list; `preceding` and `following` are the queries of the pages beside it, empty at the ends."""

    asked: Asked
    rows: Sequence[Shown]
    preceding: str = ""
    following: str = ""


def _head(asked: Asked, column: Column) -> Head:
    if not column.sort:
        return Head(column.title, column.css)
    if asked.sort == column.name:
        return Head(column.title, column.css, asked.address(sort=f"-{column.name}"), "ascending")
    if asked.sort == f"-{column.name}":
        return Head(column.title, column.css, asked.address(sort=column.name), "descending")
    return Head(column.title, column.css, asked.address(sort=column.name))


def _at(rows: QuerySet[Row], place: Place) -> list[Row]:
    """The rows of a place, the nearest first; none where its key holds what the columns cannot: somebody made it up."""
    chosen = rows.order_by(*(f"-{name}" if down else name for name, down in place.order))
    try:
        beyond = chosen.filter(_beyond(place.order, place.key)) if place.key else chosen
    except (ValidationError, TypeError, ValueError):
        return []
    return list(beyond[: place.most])


def _beyond(order: Sequence[tuple[str, bool]], key: Sequence[Any]) -> Q:
    """Rows after a key: (a > x) or (a = x and b > y) …; < where a column descends."""
    whole, equal = Q(pk__in=[]), Q()
    for (name, down), value in zip(order, key, strict=False):
        whole |= equal & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        equal &= Q(**{name: value})
    return whole


def _value(row: object, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    if isinstance(row, date):
        return row.isoformat()
    return str(row) if isinstance(row, UUID) else row


def _closed(key: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _opened(text: str) -> tuple[Any, ...] | None:
    """The key in an address; None for what is none: the list then begins at its first page."""
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    is_key = isinstance(key, list) and all(isinstance(part, str | int) and "\x00" not in str(part) for part in key)
    return tuple(key) if is_key and key else None
