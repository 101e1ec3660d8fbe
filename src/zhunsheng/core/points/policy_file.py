"""The one reader of policy files: text in, a policy and everything that is wrong with its form out."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from zhunsheng.core.points import policy as p
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.issue import PolicyIssue
from zhunsheng.core.points.policy_table import UNKNOWN, PolicyTable
from zhunsheng.core.points.wording import says_something
from zhunsheng.core.toml_table import line_of

LONGEST: Final = 64 * 1024
MOST_ENTRIES: Final = 60
DEEPEST: Final = 4
FACTORS: Final = ("multiplier", "factor", "tier", "tiers", "bonus")
MINIMUMS: Final = ("min_n", "min", "minimum", "at_least", "from")
SLOWEST: Final = 30
"""Working days that an answer to an appeal may take at most."""


@dataclass(frozen=True)
class Reading:
    """What a file says, as far as it can be read, and what is wrong with its form."""

    policy: p.Policy | None
    issues: tuple[PolicyIssue, ...]


def read_policy(text: str, facts: FactList, *, path: str = "policy.toml") -> Reading:
    """Read the text of a policy file. What it means is the gate's to judge. Raises nothing."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return _refused(path, f"is longer than {LONGEST // 1024} KB.", "Split the policy.")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        return _refused(path, f"is not TOML: {problem}.", "Mend it there.")
    if _depth(data) > DEEPEST:
        return _refused(path, f"nests deeper than {DEEPEST}.", "Write it flat.")
    for name in ("entry", "derive", "manual", "test"):
        if isinstance(data.get(name), list) and len(data[name]) > MOST_ENTRIES:
            return _refused(path, f"has more than {MOST_ENTRIES} of [[{name}]].", "Leave some out.")
    issues: list[PolicyIssue] = []
    policy = _Reader(facts).read(PolicyTable(data, "", issues, path))
    return Reading(policy, tuple(replace(issue, line=line_of(text, issue.key)) for issue in issues))


def _refused(path: str, text: str, remedy: str) -> Reading:
    return Reading(None, (PolicyIssue(path, "", UNKNOWN, text, remedy),))


def _depth(value: Any) -> int:
    """How deep tables are nested; a list of tables counts with its tables."""
    if isinstance(value, dict):
        return 1 + max((_depth(row) for row in value.values()), default=0)
    if isinstance(value, list):
        return max((_depth(row) for row in value), default=0)
    return 0


def _letters(text: str) -> str:
    """A name without what can stand between its letters and be overlooked."""
    return "".join(unicodedata.normalize("NFKC", text).split())


class _Reader:
    """Reads one policy; the closed list says which units and posts there are."""

    def __init__(self, facts: FactList) -> None:
        self.facts = facts

    def read(self, top: PolicyTable) -> p.Policy:
        top.choice("kind", ("points_policy",))
        approved, applies = top.table("approved"), top.table("applies")
        appeal = top.table("appeal")
        policy = p.Policy(
            id=top.name("id"),
            title=top.take("title", str),
            scheme=top.choice("scheme", p.SCHEMES),
            status=top.choice("status", p.STATUSES),
            period=top.choice("period", p.PERIODS),
            in_force=self._in_force(top),
            approved=(approved.take("by", str), approved.take("second", str)),
            unit_kinds=self._values(applies, "unit_kinds", "unit.kind"),
            posts=self._values(applies, "posts", "officer.post"),
            blocks=self._blocks(top.table("blocks", "PG12")),
            roles=self._roles(top),
            appeal_days=appeal.take("within_working_days", int, 5),
            answer_days=appeal.take("answer_working_days", int, 5),
            publish=self._publish(top.table("publish")),
            gate=self._gate(top.table("volume_gate", "PG09")) if top.has("volume_gate") else None,
            cap=self._cap(top.table("volume_cap", "PG09")) if top.has("volume_cap") else None,
            weights=self._weights(top.table("weights", "PG03")) if top.has("weights") else None,
            manual=tuple(self._manual(row) for row in top.tables("manual", "PG08")),
            derived=tuple(self._derive(row) for row in top.tables("derive")),
            ranking=self._ranking(top.table("ranking")),
            entries=tuple(self._entry(row) for row in top.tables("entry")),
            tests=tuple(self._test(row) for row in top.tables("test")),
            factors=tuple(top.where(name) for name in FACTORS if top.raw(name) is not None),
        )
        for table in (approved, applies, appeal):
            table.close()
        top.close()
        self._together(policy, top)
        return policy

    def _together(self, policy: p.Policy, top: PolicyTable) -> None:
        """What the keys must be to one another."""
        bodies = {_letters(body) for body in policy.approved}
        if len(bodies) < 2 or "" in bodies:
            top.issue("approved", "names one body twice, or none.", "Two bodies approve a policy.")
        if policy.appeal_days < 1 or policy.answer_days < 1:
            top.issue("appeal", "leaves no day for it.", "Give at least one working day to appeal and to answer.")
        if policy.answer_days > SLOWEST:
            text = f"lets an answer wait {policy.answer_days} working days: silence would never grant."
            top.issue("appeal.answer_working_days", text, f"Give {SLOWEST} at most.")
        if policy.in_force.day != 1 or (policy.in_force.month - 1) % p.MONTHS.get(policy.period, 1):
            text = f"{policy.in_force} is inside a {policy.period}."
            top.issue("in_force", text, "A policy takes effect on the first day of a period.")
        for what, names in (("entry", [e.id for e in policy.entries]), ("derive", [d.name for d in policy.derived])):
            for name in sorted({name for name in names if names.count(name) > 1}):
                top.issue(what, f"{name!r} is used twice.", "Give each its own name.")
        for derived in policy.derived:
            if derived.name in (*self.facts.facts, *self.facts.fields, *p.BLOCKS):
                text = f"{derived.name!r} is the name of a fact, field or block."
                top.issue("derive", text, "Give it a name of its own.")
        if not policy.entries:
            top.issue("entry", "is missing.", "State at least one [[entry]].")

    def _in_force(self, top: PolicyTable) -> date:
        day = top.take("in_force", date, None)
        if type(day) is not date:  # a datetime is a date, too
            top.issue("in_force", "is no day.", "State the day from which it governs, such as 2027-01-01.")
            return date.min
        return day

    def _values(self, table: PolicyTable, name: str, field: str) -> tuple[str, ...]:
        values = table.words(name, ...)
        for value in values:
            if value not in self.facts.fields[field].labels:
                options = ", ".join(self.facts.fields[field].labels)
                table.issue(name, f"{value!r} is not one of {options}.", "Name one of them.")
        return values

    def _blocks(self, table: PolicyTable) -> dict[str, int]:
        blocks = {name: table.take(name, int, 0) for name in p.BLOCKS}
        table.close()
        return blocks

    def _roles(self, top: PolicyTable) -> Mapping[str, Fraction]:
        if not top.has("roles"):
            return p.ROLES
        table = top.table("roles", "PG12")
        roles = {}
        for name in table.names():
            roles[name] = Fraction(table.decimal(name))
        return roles

    def _publish(self, table: PolicyTable) -> p.Publish:
        publish = p.Publish(
            mode=table.choice("mode", p.MODES, "bands"),
            min_exposure_days=table.take("min_exposure_days", int, 8),
            min_cases=table.take("min_cases", int, 12),
            reason=table.take("reason", str, ""),
        )
        table.close()
        return publish

    def _gate(self, table: PolicyTable) -> p.VolumeGate:
        gate = p.VolumeGate(
            fact=table.take("fact", str),
            stream=table.take("stream", str),
            at_most=table.decimal("at_most"),
            confidence=table.decimal("confidence"),
            level=table.take("level", str),
            window_periods=table.take("window_periods", int),
            min_sample=table.take("min_sample", int),
            otherwise=table.take("otherwise", str),
        )
        table.close()
        return gate

    def _cap(self, table: PolicyTable) -> p.VolumeCap:
        cap = p.VolumeCap(of=table.take("of", str), at_most=table.decimal("at_most"))
        table.close()
        return cap

    def _weights(self, table: PolicyTable) -> p.Weights:
        by_hand = {name: table.raw(name) for name in ("table", *FACTORS) if table.has(name)}
        weights = p.Weights(
            by=table.words("by", ...), method=table.take("method", str), year=table.take("year", int), table=by_hand
        )
        table.close()
        return weights

    def _manual(self, table: PolicyTable) -> p.Manual:
        manual = p.Manual(
            kind=table.take("kind", str),
            share_at_most=table.decimal("share_at_most"),
            two_persons=table.take("two_persons", bool, False),
        )
        table.close()
        return manual

    def _derive(self, table: PolicyTable) -> p.Derive:
        derive = p.Derive(
            name=table.name("name"),
            op=table.choice("op", p.OPS),
            numerator=table.words("numerator"),
            denominator=table.words("denominator"),
            of=table.words("of"),
        )
        is_share = bool(derive.numerator and derive.denominator and not derive.of)
        is_sum = bool(derive.of and not derive.numerator and not derive.denominator)
        if (derive.op == "share") != is_share or (derive.op == "sum") != is_sum:
            table.issue(
                "op", f"{derive.op} does not go with these parts.", "Write share of numerator, denominator; sum of."
            )
        table.close()
        return derive

    def _ranking(self, table: PolicyTable) -> p.Ranking:
        ranking = p.Ranking(tie_break=table.words("tie_break"), award_on=table.words("award_on"))
        table.close()
        return ranking

    def _entry(self, table: PolicyTable) -> p.Entry:
        minimum = next((name for name in MINIMUMS if table.raw(name) is not None), "")
        factor = next((name for name in FACTORS if table.raw(name) is not None), "")
        if factor:
            table.issue(factor, "is a factor by hand.", "Leave it out: only measured weights count.", code="PG03")
        entry = p.Entry(
            id=table.name("id"),
            title=table.take("title", str),
            block=table.choice("block", p.BLOCKS),
            sign=table.choice("sign", p.SIGNS),
            fact=table.take("fact", str),
            measure=table.take("measure", str),
            points=table.amount("points"),
            cite=self._cite(table.table("cite", "PG13")),
            per=table.take("per", int, 1),
            weight=table.take("weight", str, ""),
            share=table.choice("share", ("roles",), ""),
            ends=self._ends(table),
            where=self._where(table.table("where")),
            cap=table.amount("cap") if table.has("cap") else None,
            when_none=table.take("when_none", str, "neutral"),
            reverses_on=table.words("reverses_on", p.REVERSES_ON),
            minimum=minimum,
        )
        if entry.per < 1:
            table.issue("per", f"{entry.per} is no amount to divide by.", "State a whole number from 1.")
        table.close()
        return entry

    def _ends(self, table: PolicyTable) -> tuple[str, ...]:
        ends = table.words("ends", ("all",))
        return () if ends == ("all",) else ends or ("none",)

    def _cite(self, table: PolicyTable) -> p.Cite:
        words = {}
        for name in ("instrument", "article", "gist"):
            is_stated = table.has(name)
            words[name] = str(table.take(name, str)).strip()
            if is_stated and not says_something(words[name]):
                table.issue(name, "says nothing.", "Name instrument, article and gist.")
        table.close()
        return p.Cite(**words)

    def _where(self, table: PolicyTable) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, value in table.rest().items():
            rows = value if isinstance(value, list) else [value]
            found[name] = tuple(str(row).lower() if isinstance(row, bool) else str(row) for row in rows)
            if any(not isinstance(row, str | bool | int) for row in rows):
                table.issue(name, f"{value!r} is no value.", "Name a value of the closed list, or a list of them.")
        return found

    def _test(self, table: PolicyTable) -> p.PolicyTest:
        expect = table.table("expect")
        test = p.PolicyTest(
            name=table.take("name", str), given=tuple(table.raw("given") or ()), change=expect.amount("change")
        )
        expect.close()
        table.close()
        return test
