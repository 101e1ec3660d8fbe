"""Rules → the tables of a program: the one place where a rule value becomes integers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from zhunsheng.core import rule as r
from zhunsheng.core.calendar import EPOCH
from zhunsheng.core.dates import HOUR_US, NONE
from zhunsheng.core.program import (
    AXIS_OF,
    COUNTINGS,
    EXCUSE,
    EXTEND,
    FOREVER,
    LETS_GO,
    NOTHING,
    PAUSE,
    RESTART,
    RESUME,
    ROLE_COUNT,
    SATISFY,
    START,
    TAKES,
    TERMINATE,
    UNITS,
    WAIT,
    WAIT_END,
    WAITS_FROM,
    WAITS_IF,
    WAITS_NOT,
    Compiled,
    Program,
    Records,
    fact_value,
)
from zhunsheng.core.vocabulary import Fact, Vocabulary


def compile_rules(rules: Sequence[r.Rule], vocabulary: Vocabulary) -> Compiled:
    """Turn rules that share a judged key into tables.

    Rules that are not enabled, draft or retired must have been left out by the caller. Raises KeyError for a parent
    that is not among them.
    """
    return _Compiler(rules, vocabulary).compile()


class _Compiler:
    """Collects rows while it walks the rules; `compile` freezes them."""

    def __init__(self, rules: Sequence[r.Rule], vocabulary: Vocabulary) -> None:
        # A rule that is counted back from another is judged after it: at one instant its roles come last.
        self.rules, self.vocabulary = (
            tuple(sorted(rules, key=lambda rule: any(p.rule for p in rule.parents))),
            vocabulary,
        )
        self.types = tuple(sorted(vocabulary.event_types))
        self.type_code = {name: n for n, name in enumerate(self.types)}
        self.facts = tuple(vocabulary.facts[name] for name in sorted(vocabulary.facts))
        self.fact_code = {fact.id: n for n, fact in enumerate(self.facts)}
        self.roles: list[list[tuple[int, int, int]]] = [[] for _ in self.types]
        self.rv: list[dict[str, Any]] = []
        self.limits: list[r.Limit] = []
        self.limit: list[dict[str, Any]] = []
        self.tier: list[dict[str, Any]] = []
        self.tiers: list[r.Extension] = []
        self.pause: list[dict[str, Any]] = []
        self.pauses: list[r.Pause] = []
        self.restart: list[dict[str, Any]] = []
        self.restarts: list[r.Restart] = []
        self.tests: list[dict[str, Any]] = []
        self.values: list[int] = []
        self.rule_rvs: list[tuple[int, int]] = []
        self.version_of: list[int] = []

    def compile(self) -> Compiled:
        for n, rule in enumerate(self.rules):
            first = len(self.rv)
            for ordinal in range(len(rule.versions)):
                self._version(n, rule, ordinal)
            self.rule_rvs.append((first, len(self.rv)))
        return Compiled(
            program=self._program(),
            rules=self.rules,
            version_of=np.array(self.version_of, dtype=np.int64),
            tiers=tuple(self.tiers),
            limits=tuple(self.limits),
            pauses=tuple(self.pauses),
            restarts=tuple(self.restarts),
            types=self.types,
            facts=self.facts,
        )

    def _version(self, n: int, rule: r.Rule, ordinal: int) -> None:
        version, rv = rule.versions[ordinal], len(self.rv)
        later = rule.versions[ordinal + 1].in_force if ordinal + 1 < len(rule.versions) else None
        first_limit = len(self.limits)
        for limit in version.limits:
            self._limit(limit, rule)
        limits = (first_limit, len(self.limits))
        parent = next((p for p in rule.parents if p.fact), None)
        full = rule.stop.all_of
        recipients = self.vocabulary.facts.get(rule.stop.recipients or "")
        self.version_of.append(ordinal + 1)
        self.rv.append(
            {
                "rule": n,
                "first_day": _day(version.in_force) if version.in_force else -FOREVER,
                "end_day": _day(later) if later else FOREVER,
                "is_first": int(ordinal == 0),
                "axis": AXIS_OF[rule.subject],
                "handover": int(rule.kind in ("max-term", "duration")),
                "before_start": r.BEFORE_START.index(rule.stop.before_start),
                "lapse": int(rule.stop.on_due == "lapse"),
                "limits": limits,
                "applies": self._tests(rule.applies, rule),
                "recipients_fact": self.fact_code[recipients.id] if recipients and full else -1,
                "recipients_all": sum(1 << recipients.values.index(name) for name in full) if recipients else 0,
                "at_once_outer": at_once_lead(rule.leads, "red"),
                "parent_fact": self.fact_code[parent.fact] if parent and parent.fact else -1,
                "parent": (parent.amount, UNITS.index(parent.unit)) if parent else (0, 0),
                "tiers": self._tiers(rule, version, rv),
                "restarts": self._restarts(rule, rv),
                "may_grant": int(any(extension.start_fact for extension in version.extensions)),
                "may_wait": int(any(restart.waits_if for restart in rule.restarts)),
            }
        )
        self._pauses(rule, version, rv)
        self._simple_roles(rule, version, rv)

    def _simple_roles(self, rule: r.Rule, version: r.Version, rv: int) -> None:
        for event in version.start:
            self._role(event, START, rv, -1)
        for event in rule.stop.met_by:
            self._role(event, SATISFY, rv, 0)
        for name, event in rule.stop.all_of.items():
            bit = self.vocabulary.facts[rule.stop.recipients or ""].values.index(name)
            self._role(event, SATISFY, rv, 1 << bit)
        for event in rule.stop.moot_by:
            self._role(event, TERMINATE, rv, -1)
        for event in rule.stop.excused_by:
            self._role(event, EXCUSE, rv, -1)

    def _role(self, event: str, kind: int, rv: int, arg: int) -> None:
        self.roles[self.type_code[event]].append((kind, rv, arg))

    def _limit(self, limit: r.Limit, rule: r.Rule) -> int:
        self.limits.append(limit)
        self.limit.append(
            {
                "amount": limit.amount,
                "unit": UNITS.index(limit.unit),
                "counting": COUNTINGS.index(limit.counting),
                "outer": r.OUTERS.index(limit.outer),
                "roll": r.ROLLS.index(limit.roll),
                "tests": self._tests(limit.tests, rule),
            }
        )
        return len(self.limits) - 1

    def _tiers(self, rule: r.Rule, version: r.Version, rv: int) -> tuple[int, int]:
        first, base = len(self.tier), version.limits[-1]
        tier_fact = self.vocabulary.facts.get("tier")
        ordinals = {e.tier: n for n, e in enumerate(version.extensions)}
        for extension in version.extensions:
            like = r.limit_like(base, extension.amount, extension.unit, kind=rule.kind, custody=rule.custody)
            known = tier_fact is not None and extension.tier in tier_fact.values
            if extension.event:
                self._role(extension.event, EXTEND, rv, len(self.tier))
            self.tiers.append(extension)
            self.tier.append(
                {
                    "limit": self._limit(like, rule),
                    "mode": r.MODES.index(extension.mode),
                    "code": tier_fact.values.index(extension.tier) if tier_fact and known else -2,
                    "states": ("", "days", "until").index(extension.states),
                    "after": ordinals.get(extension.after, -1) if extension.after else -1,
                    "tests": self._tests(extension.tests, rule),
                    "start": self._tests(extension.start_fact, rule),
                    "repeat": int(extension.repeat),
                    "siblings": sum(e.event == extension.event for e in version.extensions),
                    "base_amount": base.amount,
                    "ordinal": ordinals[extension.tier],
                }
            )
        return first, len(self.tier)

    def _pauses(self, rule: r.Rule, version: r.Version, rv: int) -> None:
        for pause in version.pauses:
            self._role(pause.begins, PAUSE, rv, len(self.pause))
            for event in pause.ends:
                self._role(event, RESUME, rv, len(self.pause))
            then = version.limits[-1] if pause.then == "base" else pause.then
            self.pauses.append(pause)
            self.pause.append(
                {
                    "pair": AXIS_OF[pause.pair_by],
                    "tests": self._tests(pause.tests, rule),
                    "then": self._limit(then, rule) if isinstance(then, r.Limit) else -1,
                    "cap": pause.cap_days if pause.cap_days is not None else -1,
                }
            )

    def _restarts(self, rule: r.Rule, rv: int) -> tuple[int, int]:
        first = len(self.restart)
        for bit, restart in enumerate(rule.restarts):
            code = len(self.restart)
            self._role(restart.event, RESTART, rv, code)
            if restart.waits_from:
                self._role(restart.waits_from, WAIT, rv, code)
            for event in restart.waits_end:
                self._role(event, WAIT_END, rv, code)
            waits = WAITS_FROM if restart.waits_from else WAITS_IF if restart.waits_if else WAITS_NOT
            self.restarts.append(restart)
            self.restart.append(
                {
                    "limit": self._limit(restart.limit, rule) if restart.limit else -1,
                    "opens": int(restart.opens),
                    "waits": waits,
                    "tests": self._tests(restart.waits_if, rule),
                    "bit": 1 << bit,
                }
            )
        return first, len(self.restart)

    def _tests(self, tests: Sequence[r.FactTest], rule: r.Rule) -> tuple[int, int]:
        first = len(self.tests)
        for test in tests:
            fact = self.vocabulary.facts[test.fact]
            start = len(self.values)
            self.values += [int(v) if test.op == "present" else _test_value(fact, v) for v in test.values]
            assumed = rule.assume.get(test.fact)
            self.tests.append(
                {
                    "fact": self.fact_code[test.fact],
                    "op": r.TEST_OPS.index(test.op),
                    "values": (start, len(self.values)),
                    "assume": NONE if assumed is None else fact_value(fact, assumed),
                }
            )
        return first, len(self.tests)

    def _children(self) -> tuple[list[int], list[dict[str, Any]]]:
        ordinals = {rule.id: n for n, rule in enumerate(self.rules)}
        rows: list[list[dict[str, Any]]] = [[] for _ in self.rules]
        tier_fact = self.vocabulary.facts.get("tier")
        for n, rule in enumerate(self.rules):
            for parent in rule.parents:
                if parent.rule:
                    tier = tier_fact.values.index(parent.tier) if tier_fact and parent.tier else -1
                    span = (parent.amount, UNITS.index(parent.unit))
                    rows[ordinals[parent.rule]].append({"rule": n, "tier": tier, "span": span})
        pointers = np.cumsum([0] + [len(row) for row in rows])
        return pointers.tolist(), [child for row in rows for child in row]

    def _is_child(self, rv: int) -> int:
        return int(any(parent.rule for parent in self.rules[self.rv[rv]["rule"]].parents))

    def _acts_always(self, kind: int, rv: int) -> int:
        """1: a role can do something although its rule has no clock in the case."""
        early = kind == SATISFY and self.rv[rv]["before_start"] != NOTHING
        return int(early or kind not in (WAIT, WAIT_END, EXTEND, EXCUSE, TERMINATE, SATISFY))

    def _program(self) -> Program:
        roles = [sorted(row, key=lambda role: (self._is_child(role[1]), *role)) for row in self.roles]
        flat = [role for row in roles for role in row]
        child_ptr, children = self._children()
        special = [self.fact_code.get(name, -1) for name in ("tier", "days", self.vocabulary.custody_fact)]
        custody = [
            TAKES if t in self.vocabulary.custody_takes else LETS_GO if t in self.vocabulary.custody_ends else 0
            for t in self.types
        ]
        facts = [{"owner": ("event", "person", "case").index(fact.of), "dated": int(fact.dated)} for fact in self.facts]
        return Program(
            role_ptr=np.cumsum([0] + [len(row) for row in roles]),
            roles=_records(
                [
                    {
                        "kind": kind,
                        "rv": rv,
                        "arg": arg,
                        "rule": self.rv[rv]["rule"],
                        "always": self._acts_always(kind, rv),
                        "turn": self._is_child(rv) * ROLE_COUNT + kind,
                    }
                    for kind, rv, arg in flat
                ],
                ROLE_FIELDS,
            ),
            rvs=_records(self.rv, RV_FIELDS),
            limits=_records(self.limit, LIMIT_FIELDS),
            tiers=_records(self.tier, TIER_FIELDS),
            pauses=_records(self.pause, PAUSE_FIELDS),
            restarts=_records(self.restart, RESTART_FIELDS),
            child_ptr=np.array(child_ptr, dtype=np.int64),
            children=_records(children, CHILD_FIELDS),
            rules=_records([{"rv": pair} for pair in self.rule_rvs], ("rv",)),
            tests=_records(self.tests, TEST_FIELDS),
            values=np.array(self.values, dtype=np.int64),
            facts=_records(facts, ("owner", "dated")),
            special=np.array(special, dtype=np.int64),
            type_custody=np.array(custody, dtype=np.int64),
        )


PAIRS: Final = frozenset({"rv", "limits", "tiers", "restarts", "applies", "parent", "tests", "start", "values", "span"})
ROLE_FIELDS: Final = ("kind", "rv", "arg", "rule", "always", "turn")
RV_FIELDS: Final = (
    "rule",
    "first_day",
    "end_day",
    "is_first",
    "axis",
    "handover",
    "before_start",
    "lapse",
    "limits",
    "applies",
    "recipients_fact",
    "recipients_all",
    "at_once_outer",
    "parent_fact",
    "parent",
    "tiers",
    "restarts",
    "may_grant",
    "may_wait",
)
LIMIT_FIELDS: Final = ("amount", "unit", "counting", "outer", "roll", "tests")
TIER_FIELDS: Final = (
    "limit", "mode", "code", "states", "after", "tests", "start", "repeat", "siblings", "base_amount", "ordinal"
)  # fmt: skip
PAUSE_FIELDS: Final = ("pair", "tests", "then", "cap")
RESTART_FIELDS: Final = ("limit", "opens", "waits", "tests", "bit")
CHILD_FIELDS: Final = ("rule", "tier", "span")
TEST_FIELDS: Final = ("fact", "op", "values", "assume")


def at_once_lead(leads: r.Leads, level: str) -> int:
    """Microseconds from the start of an at_once limit to a level: the rule's own, else 0, 1 and 4 hours."""
    if leads.from_start:
        return leads.of(level).value
    return r.DEFAULT_AT_ONCE_HOURS[level] * HOUR_US


def _test_value(fact: Fact, value: Any) -> int:
    if fact.type == "set":
        return 1 << fact.values.index(value)
    return fact_value(fact, value)


def _records(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Records:
    """Rows as a record array of int64; a field of PAIRS becomes two, name0 and name1. One zero row stands where there
    is none."""
    names = [
        name + end for name in fields for end in (("0", "1") if name in PAIRS and not _is_scalar(rows, name) else ("",))
    ]
    table = np.zeros(max(len(rows), 1), dtype=[(name, np.int64) for name in names]).view(np.recarray)
    for n, row in enumerate(rows):
        for name in fields:
            value = row[name]
            if isinstance(value, tuple):
                table[name + "0"][n], table[name + "1"][n] = value
            else:
                table[name][n] = value
    return table


def _is_scalar(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return bool(rows) and not isinstance(rows[0][name], tuple)


def _day(day: date) -> int:
    return (day - EPOCH).days
