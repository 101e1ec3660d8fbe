"""The one parser of check files: text in, a check or all of its issues out. docs/check-format.md."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from zhunsheng.core import check as c
from zhunsheng.core import rule as r
from zhunsheng.core.rules import RuleReader
from zhunsheng.core.toml_table import Issue, Table, read_toml
from zhunsheng.core.vocabulary import Vocabulary

LENGTH: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
CODE: Final = re.compile(r"[PAGDUL]\d\d")
MINUTE_US: Final = 60_000_000
WITHOUT_REQUIRE: Final = ("overlap",)
SPAN_ENDS: Final = ("event", "until", "recorded_at")
NO_LENGTH: Final = c.Length()


def parse_check(text: str, vocabulary: Vocabulary, *, path: str = "check.toml") -> tuple[c.Check | None, list[Issue]]:
    """Read the text of a check file.

    Returns the check and no issue, or no check and every issue at once. Raises nothing.
    """
    return read_toml(text, lambda top, issues: CheckReader(vocabulary, issues, path).read_check(top), path=path)


class CheckReader(RuleReader):
    """Reads one check; the vocabulary says what may be named."""

    def read_check(self, top: Table) -> c.Check:
        """The check of a whole file."""
        kind = top.choice("kind", c.KINDS)
        key = top.choice("key", c.KEYS)
        level = top.choice("level", c.LEVELS)
        act = top.table("act")
        body = self._body(top, kind)
        applies, require = self._alternatives(top, "applies"), self._alternatives(top, "require")
        tables = top.tables("test")
        shows = tuple(table.choice("shows", c.SHOWS) for table in tables)
        check = c.Check(
            id=top.take("id", str),
            code=top.take("code", str),
            title=top.take("title", str),
            title_en=top.take("title_en", str),
            element=top.choice("element", r.ELEMENTS),
            kind=kind,
            key=key,
            same=self._same(top, kind, key),
            level=level,
            nature=top.choice("nature", r.NATURES),
            source=top.choice("source", r.SOURCES),
            status=top.choice("status", r.STATUSES),
            custody=top.take("custody", bool, False),
            enabled=top.take("enabled", bool, True),
            mends=top.take("mends", str),
            note=top.take("note", str, ""),
            events=act.words("events", self.vocabulary.event_types, "event type", ()),
            first=act.take("first", bool, False),
            state=self._while(top) if top.has("while") else None,
            assume=self._assume(top.table("assume")),
            unless=self._alternatives(top, "unless"),
            body=body,
            recipients=self._told(top.table("recipients"), level),
            versions=self._check_versions(top, applies, require),
            messages=self._messages(top.table("message")),
            tests=tuple(self._rule_test(table) for table in tables),
            shows=shows,
            path=self.path,
        )
        act.close()
        top.close()
        self._together(check, top)
        return check

    def _together(self, check: c.Check, top: Table) -> None:
        """What the keys must be to one another."""
        if not CODE.fullmatch(check.code):
            top.issue("code", f"{check.code!r} is no code of a check, such as P01.")
        of_findings = isinstance(check.body, c.Count) and bool(check.body.of_findings)
        if not check.events and not of_findings:
            top.issue("act.events", "missing. Name the events that are judged.")
        if of_findings and check.key != "unit":
            top.issue("key", "findings are counted per unit. Write unit.")
        if check.kind in WITHOUT_REQUIRE and any(version.require for version in check.versions):
            top.issue("require", f"has no meaning for {check.kind}. Write a check of kind fact.")
        if check.kind == "fact" and not all(version.require for version in check.versions):
            top.issue("require", "missing. State what the act must show.")

    def _same(self, top: Table, kind: str, key: str) -> tuple[str, ...]:
        """The columns beside the key that records must share; what is told apart by case always shares it."""
        apart = kind in ("overlap", "count") or key == "incident"
        same = top.words("same", dict.fromkeys(c.SAME_COLUMNS), "column", () if apart else ("case",))
        needs_case = key not in c.SPANNING and "case" not in same
        return ("case", *same) if needs_case else same

    def _while(self, top: Table) -> c.While:
        table = top.table("while")
        types = self.vocabulary.event_types
        state = c.While(
            begins=table.words("begins", types, "event type", ...),
            ends=table.words("ends", types, "event type"),
            holds=table.take("holds", bool, True),
        )
        table.close()
        return state

    def _body(self, top: Table, kind: str) -> c.Body:
        if kind == "fact":
            return None
        table = top.table(kind)
        readers: Mapping[str, Callable[[Table], c.Body]] = {
            "order": self._order,
            "absent": self._absent,
            "overlap": self._overlap,
            "span": self._span,
            "count": self._count,
            "match": self._match,
        }
        body = readers[kind](table)
        table.close()
        return body

    def _order(self, table: Table) -> c.Order:
        types = self.vocabulary.event_types
        order = c.Order(
            after=table.words("after", types, "event type"),
            tests=self._tests(table.table("if")),
            every=table.take("every", bool, False),
            fact=table.take("fact", str, None),
            since=table.words("since", types, "event type"),
            since_at_least=self._length(table, "since_at_least"),
        )
        if bool(order.after) == bool(order.fact):
            table.issue("after", "name events, or a fact that is an instant, and not both.")
        if order.fact is not None and self._type_of(order.fact) != "instant":
            table.issue("fact", f"{order.fact!r} is no fact that is an instant. Declare it in the vocabulary.")
        return order

    def _absent(self, table: Table) -> c.Absent:
        types = self.vocabulary.event_types
        text = table.take("within", str)
        return c.Absent(
            must=table.words("must", types, "event type", ...),
            tests=self._tests(table.table("if")),
            every=table.take("every", bool, False),
            within=None if text == "until" else self._length_of(table, "within", text),
            before=self._length(table, "before") or NO_LENGTH,
            from_=table.words("from", types, "event type"),
        )

    def _overlap(self, table: Table) -> c.Overlap:
        overlap = c.Overlap(
            ends=table.words("ends", self.vocabulary.event_types, "event type"),
            ends_by=table.words("ends_by", dict.fromkeys(c.SAME_COLUMNS), "column", ("case", "person")),
            longest=self._length(table, "longest") or c.Length(12 * 60 * MINUTE_US),
            is_open_lasting=table.choice("open", ("asks", "lasts"), "asks") == "lasts",
            differ=table.words("differ", None, "column or fact"),
        )
        self._columns_or_facts(table, "differ", overlap.differ)
        return overlap

    def _span(self, table: Table) -> c.Span:
        span = c.Span(
            ends=table.words("ends", self.vocabulary.event_types, "event type"),
            to=table.choice("to", SPAN_ENDS, "event"),
            at_most=self._length(table, "at_most", months=True),
            at_least=self._length(table, "at_least"),
            outside=self._outside(table),
            longer=tuple(self._longer(row) for row in table.tables("longer")),
            longest=self._length(table, "longest") or c.Length(12 * 60 * MINUTE_US),
        )
        if not (span.at_most or span.at_least or span.outside):
            table.issue("at_most", "missing. State at_most, at_least or outside.")
        if span.to == "event" and not span.ends:
            table.issue("ends", 'missing. Name the events that end it, or write to = "until".')
        return span

    def _longer(self, table: Table) -> c.Longer:
        longer = c.Longer(
            event=self._event(table, "event") or "",
            tests=self._tests(table.table("if")),
            at_most=self._length_of(table, "at_most", table.take("at_most", str)),
        )
        table.close()
        return longer

    def _count(self, table: Table) -> c.Count:
        kinds = dict.fromkeys(c.FINDING_KINDS)
        return c.Count(
            at_most=table.take("at_most", int),
            within=self._length(table, "within"),
            since=table.words("since", self.vocabulary.event_types, "event type"),
            of_findings=table.words("of_findings", kinds, "kind of finding that is counted"),
        )

    def _match(self, table: Table) -> c.Match:
        match = c.Match(
            others=table.words("with", self.vocabulary.event_types, "event type", ...),
            tests=self._tests(table.table("if")),
            looks_back=table.choice("look", ("before", "after"), "before") == "before",
            agree=table.words("agree", None, "column or fact"),
            differ=table.words("differ", None, "column or fact"),
            is_until=table.take("until", bool, False),
            asks_without=table.choice("without", ("asks", "skips"), "skips") == "asks",
        )
        self._columns_or_facts(table, "agree", match.agree)
        self._columns_or_facts(table, "differ", match.differ)
        if not (match.agree or match.differ or match.is_until):
            table.issue("agree", "missing. Name what must agree or differ.")
        return match

    def _columns_or_facts(self, table: Table, name: str, words: tuple[str, ...]) -> None:
        for word in words:
            if word not in (*c.SAME_COLUMNS, c.OFFICERS) and self._type_of(word) in (None, "text"):
                table.issue(name, f"{word!r} is neither a column nor a fact that can be compared.")

    def _type_of(self, fact: str) -> str | None:
        return self.vocabulary.facts[fact].type if fact in self.vocabulary.facts else None

    def _outside(self, table: Table) -> tuple[int, int] | None:
        if not table.has("outside"):
            return None
        words = table.words("outside", None, "time of day")
        found = [CLOCK_TIME.fullmatch(word) for word in words]
        if len(found) != 2 or not all(found):
            table.issue("outside", 'is no window. Write its beginning and end, such as ["22:00", "06:00"].')
            return None
        begins, ends = (int(match[1]) * 60 + int(match[2]) for match in found if match)
        return begins, ends

    def _length(self, table: Table, name: str, *, months: bool = False) -> c.Length | None:
        text = table.take(name, str, "")
        length = self._length_of(table, name, text) if text else None
        if length is not None and length.months and not months:
            table.issue(name, f"{text!r} is counted in days, hours and minutes here. Write such as P30D.")
        return length

    def _length_of(self, table: Table, name: str, text: str) -> c.Length:
        length = parse_length(text)
        if length is None:
            table.issue(name, f"{text!r} is no length such as PT24H, P3D or P6M.")
        return length or NO_LENGTH

    def _alternatives(self, top: Table, name: str) -> c.Alternatives:
        return tuple(self._tests(table) for table in top.tables(name))

    def _tests(self, table: Table) -> tuple[r.FactTest, ...]:
        """Tests on facts and, in checks, on columns of the event."""
        rest = table.rest()
        columns = {name: rest.pop(name) for name in list(rest) if name in (*c.PRESENT_COLUMNS, c.OFFICERS)}
        inner = Table(rest, table.where("").removesuffix("."), self.issues, self.path)
        for name in rest:
            if self._type_of(name) == "text" or name == self.vocabulary.custody_fact:
                table.issue(name, "cannot be tested in a check. Use [while] for custody, a bool or an enum for words.")
        return (*self._column_tests(table, columns), *super()._tests(inner))

    def _column_tests(self, table: Table, columns: dict[str, Any]) -> tuple[r.FactTest, ...]:
        tests = []
        for name, wanted in columns.items():
            for op, value in (wanted if isinstance(wanted, dict) else {"one_of": wanted}).items():
                is_number = name == c.OFFICERS and op in ("at_least", "at_most") and type(value) is int
                if not is_number and not (op == "present" and isinstance(value, bool)):
                    table.issue(name, "is a column: test it for present (officers also for at_least, at_most).")
                tests.append(r.FactTest(name, op, (value,)))
        return tuple(tests)

    def _told(self, table: Table, level: str) -> dict[str, tuple[str, ...]]:
        levels = dict.fromkeys((level, "ask"))
        found = {name: table.words(name, self.vocabulary.roles, "role", ...) for name in levels}
        table.close()
        return found

    def _check_versions(
        self, top: Table, applies: c.Alternatives, require: c.Alternatives
    ) -> tuple[c.CheckVersion, ...]:
        versions = []
        for table in top.tables("version"):
            versions.append(
                c.CheckVersion(
                    in_force=self._in_force(table),
                    basis=tuple(self._basis(row) for row in table.tables("basis")),
                    applies=self._alternatives(table, "applies") if table.has("applies") else applies,
                    require=self._alternatives(table, "require") if table.has("require") else require,
                )
            )
            table.close()
        days = [version.in_force.toordinal() if version.in_force else 0 for version in versions]
        if not versions:
            top.issue("version", "missing. State at least one version with in_force and basis.")
        if days != sorted(set(days)):
            top.issue("version", "not in order, or two on one day. Order them by in_force, each day once.")
        return tuple(versions) or (c.CheckVersion(None, (), applies, require),)


def parse_length(text: str) -> c.Length | None:
    """An ISO 8601 duration: of days, hours and minutes, or of years and months; None where it is none."""
    match = LENGTH.fullmatch(text)
    if not match or text in ("P", "PT") or text.endswith("T"):
        return None
    years, months, days, hours, minutes = (int(part or 0) for part in match.groups())
    if (years or months) and (days or hours or minutes):
        return None
    return c.Length(((days * 24 + hours) * 60 + minutes) * MINUTE_US, years * 12 + months)
