"""The one parser of deadline rule files: text in, a rule or all of its issues out."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from zhunsheng.core import rule as r
from zhunsheng.core.schemas import SUBJECT_COLUMNS
from zhunsheng.core.toml_table import Issue, Table, read_toml
from zhunsheng.core.vocabulary import Vocabulary

DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
SHARE: Final = re.compile(r"(\d{1,2})%")
MINUTE_US: Final = 60_000_000
SUBJECTS: Final = tuple(SUBJECT_COLUMNS)


def parse_rule(text: str, vocabulary: Vocabulary, *, path: str = "rule.toml") -> tuple[r.Rule | None, list[Issue]]:
    """Read the text of a deadline rule file.

    Returns the rule and no issue, or no rule and every issue at once. Raises nothing.
    """
    return read_toml(text, lambda top, issues: RuleReader(vocabulary, issues, path).read(top), path=path)


class RuleReader:
    """Reads one rule; the vocabulary says what may be named."""

    def __init__(self, vocabulary: Vocabulary, issues: list[Issue], path: str) -> None:
        self.vocabulary, self.issues, self.path = vocabulary, issues, path

    def read(self, top: Table) -> r.Rule:
        """The rule that a table holds; what is wrong with it is added to the issues."""
        kind = top.choice("kind", r.KINDS)
        custody = top.take("custody", bool, False)
        subject = top.choice("subject", SUBJECTS)
        limits = self._limits(top, kind)
        parents = tuple(self._parent(table) for table in top.tables("parent"))
        like = _Like(limits[0], kind, custody)
        extensions = tuple(self._extension(table) for table in top.tables("extension"))
        pauses = tuple(self._pause(table, subject, like) for table in top.tables("pause"))
        start = self._start(top.table("start"), parents)
        rule = r.Rule(
            id=top.take("id", str),
            title=top.take("title", str),
            title_en=top.take("title_en", str),
            element=top.choice("element", r.ELEMENTS),
            subject=subject,
            kind=kind,
            nature=top.choice("nature", r.NATURES),
            source=top.choice("source", r.SOURCES),
            status=top.choice("status", r.STATUSES),
            custody=custody,
            duty_of=top.choice("duty_of", r.DUTIES, "police"),
            enabled=top.take("enabled", bool, True),
            note=top.take("note", str, ""),
            applies=self._tests(top.table("applies")),
            assume=self._assume(top.table("assume")),
            stop=self._stop(top.table("stop")),
            restarts=tuple(self._restart(table, like) for table in top.tables("restart")),
            parents=parents,
            leads=self._leads(top.table("leads")),
            recipients=self._recipients(top.table("recipients")),
            versions=self._versions(top, start, limits, extensions, pauses, kind),
            messages=self._messages(top.table("message")),
            tests=tuple(self._rule_test(table) for table in top.tables("test")),
            path=self.path,
            inhibited_by=top.words("inhibited_by", None, "rule"),
        )
        if rule.custody and rule.inhibited_by:
            top.issue("inhibited_by", "liberty is at stake: nothing holds its alerts back. Remove it.")
        top.close()
        return rule

    def _start(self, table: Table, parents: tuple[r.Parent, ...]) -> tuple[str, ...]:
        events = table.words("events", self.vocabulary.event_types, "event type")
        if not events and not any(parent.rule for parent in parents):
            table.issue("events", "missing. Name the events that start the clock.")
        table.close()
        return events

    def _limits(self, top: Table, kind: str) -> tuple[r.Limit, ...]:
        limits = tuple(self._limit(table, kind) for table in top.tables("limit"))
        if not limits:
            top.issue("limit", "missing. State amount, unit and counting.")
            return (r.Limit(0, "days", "day_after", "same", "never"),)
        for n, limit in enumerate(limits[:-1]):
            if not limit.tests:
                top.issue(f"limit[{n}].if", "missing. Every [[limit]] but the last needs a test.")
        if limits[-1].tests:
            top.issue(f"limit[{len(limits) - 1}].if", "the last [[limit]] holds in all other cases. Remove its test.")
        return limits

    def _limit(self, table: Table, kind: str) -> r.Limit:
        unit = table.choice("unit", r.UNITS)
        without_amount = unit in ("immediate", "by_document")
        limit = r.Limit(
            amount=table.take("amount", int, 0 if without_amount else ...),
            unit=unit,
            counting=table.choice("counting", r.COUNTINGS),
            outer=table.choice("outer", r.OUTERS, "same"),
            roll=table.choice("roll", r.ROLLS, "never"),
            tests=self._tests(table.table("if")),
        )
        if limit.outer == "full_hour" and kind == "duration":
            table.issue("outer", "full_hour is never for a duration: every minute of a stay counts. Use same.")
        if limit.roll == "by_custody" and limit.outer != "rolled":
            table.issue("outer", 'by_custody moves the outer reading. Use outer = "rolled".')
        table.close()
        return limit

    def _extension(self, table: Table) -> r.Extension:
        mode, amount, unit = self._amount(table)
        extension = r.Extension(
            tier=table.take("tier", str),
            event=self._event(table, "event", None),
            mode=mode,
            amount=amount,
            unit=unit,
            when=table.take("when", str, ""),
            approver=table.take("approver", str, ""),
            states=table.choice("states", ("days", "until"), ""),
            after=table.take("after", str, None),
            tests=self._tests(table.table("if")),
            start_fact=self._tests(table.table("start_fact")),
            repeat=table.take("repeat", bool, False),
            leads=self._leads(table.table("leads")) if table.has("leads") else None,
        )
        if extension.event is None and not extension.start_fact:
            table.issue("event", "missing. Name the event or the start_fact that grants the tier.")
        table.close()
        return extension

    def _amount(self, table: Table) -> tuple[str, int, str]:
        name = "added" if table.has("added") else "total"
        inner = table.table(name)
        unit = inner.choice("unit", r.UNITS)
        amount = inner.take("amount", int, 0 if unit in ("immediate", "by_document") else ...)
        inner.close()
        return ("by_document" if unit == "by_document" else name), amount, unit

    def _pause(self, table: Table, subject: str, like: "_Like") -> r.Pause:
        begins = self._event(table, "from")
        then = table.raw("then")
        pause = r.Pause(
            id=table.take("id", str, begins),
            begins=begins or "",
            ends=table.words("to", self.vocabulary.event_types, "event type", ...),
            pair_by=table.choice("pair_by", SUBJECTS, subject),
            tests=self._tests(table.table("if")),
            then=self._then(table, then, like),
            cap_days=table.take("cap_days", int, None),
        )
        table.close()
        return pause

    def _then(self, table: Table, then: Any, like: "_Like") -> Any:
        if then is None or then == "base":
            return then
        if not isinstance(then, dict):
            table.issue("then", f'{then!r} is no limit. Write "base" or an amount and a unit.')
            return None
        return self._inner_limit(Table(then, table.where("then"), self.issues, self.path), like)

    def _inner_limit(self, table: Table, like: "_Like") -> r.Limit:
        unit = table.choice("unit", r.UNITS)
        amount = table.take("amount", int, 0 if unit == "immediate" else ...)
        table.close()
        return like.limit(amount, unit)

    def _restart(self, table: Table, like: "_Like") -> r.Restart:
        restart = r.Restart(
            event=self._event(table, "event") or "",
            when=table.take("when", str, ""),
            limit=self._inner_limit(table.table("limit"), like) if table.has("limit") else None,
            opens=table.take("opens", bool, False),
            waits_if=self._tests(table.table("waits_if")),
            waits_from=self._event(table, "waits_from", None),
            waits_end=table.words("waits_end", self.vocabulary.event_types, "event type"),
        )
        table.close()
        return restart

    def _parent(self, table: Table) -> r.Parent:
        before = table.table("before")
        parent = r.Parent(
            amount=before.take("amount", int),
            unit=before.choice("unit", ("hours", "days")),
            rule=table.take("rule", str, None),
            tier=table.take("tier", str, None),
            fact=table.take("fact", str, None),
        )
        if parent.fact is not None and parent.fact not in self.vocabulary.facts:
            table.issue("fact", f"{parent.fact!r} is no fact. Declare it in the vocabulary.")
        before.close()
        table.close()
        return parent

    def _stop(self, table: Table) -> r.Stop:
        types = self.vocabulary.event_types
        recipients = table.take("recipients", str, None)
        all_of = table.take("all_of", dict, {})
        allowed = self.vocabulary.facts[recipients].values if recipients in self.vocabulary.facts else ()
        for name, event in all_of.items():
            if event not in types:
                table.issue(f"all_of.{name}", f"{event!r} is no event type. Name one of the vocabulary.")
            if name not in allowed:
                table.issue(f"all_of.{name}", f"{name!r} is no value of the fact that `recipients` names.")
        stop = r.Stop(
            met_by=table.words("met_by", types, "event type"),
            moot_by=table.words("moot_by", types, "event type"),
            excused_by=table.words("excused_by", types, "event type"),
            all_of=all_of,
            recipients=recipients,
            before_start=table.choice("before_start", r.BEFORE_START, "question"),
            on_due=table.choice("on_due", ("breach", "lapse"), "breach"),
        )
        if not stop.satisfying:
            table.issue("met_by", "missing. Name the events that meet the clock.")
        table.close()
        return stop

    def _versions(
        self,
        top: Table,
        start: tuple[str, ...],
        limits: tuple[r.Limit, ...],
        extensions: tuple[r.Extension, ...],
        pauses: tuple[r.Pause, ...],
        kind: str,
    ) -> tuple[r.Version, ...]:
        versions = []
        for table in top.tables("version"):
            tiers = table.words("extensions", {e.tier: e for e in extensions}, "tier", [e.tier for e in extensions])
            kept = table.words("pauses", {p.id: p for p in pauses}, "pause", [p.id for p in pauses])
            versions.append(
                r.Version(
                    in_force=self._in_force(table),
                    basis=tuple(self._basis(row) for row in table.tables("basis")),
                    start=table.words("start", self.vocabulary.event_types, "event type", start),
                    limits=self._limits(table, kind) if table.has("limit") else limits,
                    extensions=tuple(e for e in extensions if e.tier in tiers),
                    pauses=tuple(p for p in pauses if p.id in kept),
                )
            )
            table.close()
        if not versions:
            top.issue("version", "missing. State at least one version with in_force and basis.")
            return (r.Version(None, (), start, limits, extensions, pauses),)
        days = [v.in_force or date.min for v in versions]
        if days != sorted(set(days)):
            top.issue("version", "not in order, or two on one day. Order them by in_force, each day once.")
        return tuple(versions)

    def _in_force(self, table: Table) -> date | None:
        value = table.raw("in_force")
        if value == "always":
            return None
        if type(value) is not date:
            table.issue("in_force", f'{value!r} is no date. Write a date, or "always" where one text only is known.')
            return None
        return value

    def _basis(self, table: Table) -> r.Basis:
        basis = r.Basis(
            instrument=table.take("instrument", str),
            article=table.take("article", str),
            year=table.take("year", int, None),
            gist=table.take("gist", str, ""),
        )
        table.close()
        return basis

    def _tests(self, table: Table) -> tuple[r.FactTest, ...]:
        tests = []
        for fact, wanted in table.rest().items():
            if fact not in self.vocabulary.facts:
                table.issue(fact, "is no fact. Declare it in the vocabulary.")
                continue
            plain = {"one_of": wanted if isinstance(wanted, list) else [wanted]}
            for op, value in (wanted if isinstance(wanted, dict) else plain).items():
                if op not in r.TEST_OPS:
                    table.issue(fact, f"{op!r} is no test. Use {', '.join(r.TEST_OPS)}.")
                values = tuple(value) if isinstance(value, list) else (value,)
                self._check_values(table, fact, op, values)
                tests.append(r.FactTest(fact, op, values))
        return tuple(tests)

    def _check_values(self, table: Table, name: str, op: str, values: tuple[Any, ...]) -> None:
        fact = self.vocabulary.facts[name]
        for value in values:
            known = {
                "bool": isinstance(value, bool),
                "integer": type(value) is int,
                "enum": value in fact.values,
                "set": value in fact.values,
            }.get(fact.type, isinstance(value, str))
            if op != "present" and not known:
                table.issue(name, f"{value!r} is no {fact.type} of {name}. {_options(fact.values)}")

    def _assume(self, table: Table) -> dict[str, Any]:
        assumed = table.rest()
        for fact, value in assumed.items():
            if fact not in self.vocabulary.facts:
                table.issue(fact, "is no fact. Declare it in the vocabulary.")
            else:
                self._check_values(table, fact, "one_of", (value,))
        return assumed

    def _event(self, table: Table, name: str, default: Any = ...) -> str | None:
        event: str | None = table.take(name, str, default)
        if event is not None and event not in self.vocabulary.event_types and event != "":
            table.issue(name, f"{event!r} is no event type. Name one of the vocabulary.")
        return event

    def _leads(self, table: Table) -> r.Leads:
        from_start = table.choice("from", ("due", "start"), "due") == "start"
        leads = {level: self._lead(table, level) for level in r.WARNING_LEVELS}
        table.close()
        return r.Leads(from_start=from_start, **leads)

    def _lead(self, table: Table, level: str) -> r.Lead:
        text = table.take(level, str)
        if share := SHARE.fullmatch(text):
            return r.Lead("share", int(share[1]))
        duration = parse_duration(text)
        if duration is None:
            table.issue(level, f"{text!r} is neither a duration such as P2D, PT12H nor a share such as 50%.")
            return r.Lead("duration", 0)
        return r.Lead("duration", duration)

    def _recipients(self, table: Table) -> dict[str, tuple[str, ...]]:
        roles = self.vocabulary.roles
        found = {level: table.words(level, roles, "role") for level in r.WARNING_LEVELS}
        table.close()
        return found

    def _messages(self, table: Table) -> dict[str, str]:
        return {kind: str(text) for kind, text in table.rest().items()}

    def _rule_test(self, table: Table) -> r.RuleTest:
        expect = table.raw("expect", {})
        given = []
        for n, row in enumerate(table.take("given", list)):
            if row.get("type") not in self.vocabulary.event_types:
                table.issue(f"given[{n}].type", f"{row.get('type')!r} is no event type. Name one of the vocabulary.")
            given.append(row)
        test = r.RuleTest(
            name=table.take("name", str),
            why=table.take("why", str, ""),
            given=tuple(given),
            expect=tuple(expect) if isinstance(expect, list) else (expect,),
            case=table.take("case", dict, {}),
            as_of=table.raw("as_of"),
            known_at=table.raw("known_at"),
        )
        table.close()
        return test


@dataclass(frozen=True)
class _Like:
    """Makes limits that count as the rule's base does."""

    base: r.Limit
    kind: str
    custody: bool

    def limit(self, amount: int, unit: str) -> r.Limit:
        return r.limit_like(self.base, amount, unit, kind=self.kind, custody=self.custody)


def parse_duration(text: str) -> int | None:
    """An ISO 8601 duration of days, hours and minutes in microseconds; None where it is none."""
    match = DURATION.fullmatch(text)
    if not match or text in ("P", "PT") or text.endswith("T"):
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * MINUTE_US


def _options(values: tuple[str, ...]) -> str:
    return f"Use {', '.join(values)}." if values else "Check its type in the vocabulary."
