"""The gate over the entries of a policy and over what is derived."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from zhunsheng.core.points.facts import NEVER, FactList, Label
from zhunsheng.core.points.issue import PolicyIssue
from zhunsheng.core.points.policy import ENDS, Derive, Entry, Policy
from zhunsheng.core.points.taint import Taint, measures_of, taint_of
from zhunsheng.core.points.wording import banned_aim

WORK: Final = "work"
CASES: Final = "work.assigned_minutes"
"""Of work, what grows with cases: paid nowhere but in volume. Duty and tasks may stand elsewhere under a cap."""
MEASURED: Final = "case_type"
OF_CASES: Final = ("case.type", "case.kind", "document.kind")
"""Fields that tell cases apart: what work on one sort of case pays more than on another is weighed by hand."""
DOCUMENT: Final = "document.kind"
OF_ENDINGS: Final = ("立案决定书", "不予立案通知书", "终止案件调查决定书")
"""Documents that some lawful endings have and others have not."""
MOST_VOLUME: Final = 30


@dataclass(frozen=True)
class EntryGate:
    """Judges what each entry pays for."""

    policy: Policy
    facts: FactList
    path: str

    def issues(self) -> Iterator[PolicyIssue]:
        """Every issue of every derived name and entry."""
        for n, derive in enumerate(self.policy.derived):
            yield from self._derive(derive, f"derive[{n}]")
        for n, entry in enumerate(self.policy.entries):
            yield from self._entry(entry, f"entry[{n}]")
        yield from self._hand_weights()
        yield from self._work_elsewhere()
        if word := banned_aim(self.policy.title, self.facts.words):
            yield self._asks("title", self.policy.title, word)

    def taint(self, name: str) -> Taint:
        """What a name rests on, in this policy."""
        return taint_of(name, self.facts, self.policy.derived)

    def _issue(self, key: str, code: str, text: str, remedy: str, label: Label | None = None) -> PolicyIssue:
        return PolicyIssue(self.path, key, code, text, remedy, label.source if label else "")

    def _asks(self, key: str, text: str, word: str) -> PolicyIssue:
        return self._issue(key, "PG15", f"{text!r} speaks of {word}.", "Two persons state why, or it is worded anew.")

    def _derive(self, derive: Derive, key: str) -> Iterator[PolicyIssue]:
        taint = self.taint(derive.name)
        if taint.is_cyclic:
            yield self._issue(key, "PG07", f"{derive.name!r} is made of itself.", "Derive names from facts.")
        for fact in taint.banned:
            text = f"{taint.chain(fact.name)}: {fact.title} is banned as {fact.label.title}."
            yield self._issue(key, "PG04", text, "Leave the derived name out.", fact.label)
        for name in taint.unknown:
            yield self._issue(key, "PG07", f"{taint.chain(name)}: is on no list.", "Name facts of the closed list.")
        known = not (taint.is_cyclic or taint.banned or taint.unknown)
        if known and not measures_of(derive.name, self.facts, self.policy.derived):
            code = "PG05" if taint.shadows else "PG07"
            text = f"{derive.name!r} counts what the list allows only as a share, or mixes populations."
            yield self._issue(key, code, text, "Pool shares over one population with sum.")

    def _entry(self, entry: Entry, key: str) -> Iterator[PolicyIssue]:
        taint = self.taint(entry.fact)
        yield from self._where(entry, key)
        if taint.banned or taint.unknown or taint.is_cyclic:
            yield from self._fact(entry, key, taint)
            return
        yield from self._sign(entry, key, taint)
        yield from self._measure(entry, key, taint)
        yield from self._ends(entry, key, taint)
        yield from self._weight(entry, key)
        yield from self._reversal(entry, key, taint)
        cite = entry.cite
        named = {"cite.instrument": cite.instrument, "cite.article": cite.article, "cite.gist": cite.gist}
        for name, text in {"title": entry.title, **named}.items():
            if word := banned_aim(text, self.facts.words, but=" ".join(fact.title for fact in taint.facts)):
                yield self._asks(f"{key}.{name}", text, word)

    def _fact(self, entry: Entry, key: str, taint: Taint) -> Iterator[PolicyIssue]:
        """The fact itself: banned, or on no list. A derived name is said where it is derived."""
        if taint.is_derived:
            if entry.sign == "deduct" and taint.banned:
                yield self._deducts(entry, key, taint.banned[0].title, taint.banned[0].label)
            return
        for name in taint.unknown:
            text = f"{name!r} is on no list: nobody can say what it pays for."
            yield self._issue(f"{key}.fact", "PG07", text, "Name a fact of the closed list.")
        for fact in taint.banned:
            if entry.sign == "deduct":
                yield self._deducts(entry, key, fact.title, fact.label)
                continue
            code = "PG06" if fact.label.name == "suppress" else "PG01"
            text = f"{fact.title} ({fact.name}) pays for {fact.label.title}."
            yield self._issue(f"{key}.fact", code, text, "Leave the entry out.", fact.label)

    def _deducts(self, entry: Entry, key: str, title: str, label: Label | None = None) -> PolicyIssue:
        text = f"{title} ({entry.fact}) takes points off for what is no confirmed fault."
        return self._issue(f"{key}.fact", "PG14", text, "Deduct only for defect.* facts.", label)

    def _sign(self, entry: Entry, key: str, taint: Taint) -> Iterator[PolicyIssue]:
        if entry.sign == "earn" and taint.defects:
            code = "PG04" if taint.is_derived else "PG01"
            text = f"{taint.chain(taint.defects[0].name)}: a confirmed fault may only deduct."
            yield self._issue(f"{key}.sign", code, text, 'Write sign = "deduct".')
        others = [fact for fact in taint.facts if fact not in taint.defects]
        if entry.sign == "deduct" and others:
            yield self._deducts(entry, key, others[0].title)

    def _measure(self, entry: Entry, key: str, taint: Taint) -> Iterator[PolicyIssue]:
        allowed = measures_of(entry.fact, self.facts, self.policy.derived)
        is_countable = entry.measure in ("count", "sum", "flag")
        if is_countable and taint.shadows and entry.sign == "earn" and not taint.defects:
            text = f"{entry.measure} of {entry.fact}: each one presupposes {', '.join(self._titles(taint.shadows))}."
            yield self._issue(f"{key}.measure", "PG05", text, 'Write measure = "share".', self._label(taint.shadows))
        elif allowed and (entry.measure not in allowed or entry.measure == "bound"):
            text = f"{entry.measure!r} is no measure of {entry.fact}."
            yield self._issue(f"{key}.measure", "PG07", text, f"The list allows {', '.join(allowed)}.")
        if entry.minimum:
            text = f"{entry.minimum}: points from a number on need that many to happen."
            yield self._issue(f"{key}.{entry.minimum}", "PG05", text, "Leave it out.", self._label(taint.shadows))
        if entry.when_none != "neutral":
            text = f"when_none = {entry.when_none!r}: who had none would have to have one."
            yield self._issue(f"{key}.when_none", "PG05", text, 'Write when_none = "neutral".')

    def _titles(self, labels: tuple[str, ...]) -> list[str]:
        return [self.facts.labels[name].title for name in labels]

    def _label(self, labels: tuple[str, ...]) -> Label | None:
        return self.facts.labels[labels[0]] if labels else None

    def _where(self, entry: Entry, key: str) -> Iterator[PolicyIssue]:
        for name, values in entry.where.items():
            where = f"{key}.where.{name}"
            if name not in self.facts.fields:
                taint = self.taint(name)
                if taint.banned:
                    text = f"the filter {name} rests on {taint.banned[0].title}."
                    yield self._issue(where, "PG02", text, "Leave the filter out.", taint.banned[0].label)
                else:
                    fields = ", ".join(self.facts.fields)
                    yield self._issue(where, "PG07", f"{name!r} is no field.", f"The fields are {fields}.")
                continue
            yield from self._values(name, values, where)

    def _values(self, name: str, values: tuple[str, ...], where: str) -> Iterator[PolicyIssue]:
        field = self.facts.fields[name]
        for value in values:
            label = field.labels.get(value, field.open_label)
            if label is not None and label.may != NEVER:
                if value not in field.labels and (word := banned_aim(value, self.facts.words)):
                    yield self._asks(where, value, word)
                continue
            if label is None and not field.banned:
                options = ", ".join(field.labels)
                yield self._issue(where, "PG07", f"{value!r} is no value of {name}.", f"The values are {options}.")
                continue
            worst = label or field.banned[0]
            text = f"{name} = {value!r} stands for {worst.title}."
            yield self._issue(where, "PG02", text, "Leave the filter out.", worst)

    def _ends(self, entry: Entry, key: str, taint: Taint) -> Iterator[PolicyIssue]:
        pays_all = not entry.ends or set(entry.ends) >= set(ENDS)
        unknown = [end for end in entry.ends if end not in ENDS]
        if not pays_all or unknown:
            text = f"ends = {list(entry.ends)}: how a case ends would decide what it pays."
            yield self._issue(f"{key}.ends", "PG10", text, 'Write ends = "all".', self.facts.labels.get("outcome"))
        chosen = [value for value in entry.where.get(DOCUMENT, ()) if value in OF_ENDINGS]
        if chosen and _is_of_cases(taint):
            text = f"{DOCUMENT} = {', '.join(chosen)}: only cases that ended so would pay."
            where = f"{key}.where.{DOCUMENT}"
            yield self._issue(where, "PG10", text, "Leave the filter out.", self.facts.labels.get("outcome"))

    def _weight(self, entry: Entry, key: str) -> Iterator[PolicyIssue]:
        if entry.weight and entry.weight != MEASURED:
            text = f"weight = {entry.weight!r} is not measured."
            yield self._issue(f"{key}.weight", "PG03", text, f"Write weight = {MEASURED!r}.")
        elif entry.weight and self.policy.weights is None:
            text = "there is no [weights] table that says how cases are weighed."
            yield self._issue(f"{key}.weight", "PG03", text, "State [weights] with method = measured.")

    def _reversal(self, entry: Entry, key: str, taint: Taint) -> Iterator[PolicyIssue]:
        is_work = any(fact.label.name == WORK for fact in taint.facts)
        where = f"{key}.reverses_on"
        is_bounded = entry.cap is not None and all(fact.name != CASES for fact in taint.facts)
        if is_work and entry.sign == "earn" and entry.block != "volume" and not is_bounded:
            text = f"work counted in {entry.block} escapes the gate and the cap of volume."
            yield self._issue(f"{key}.block", "PG09", text, 'Write block = "volume".')
        if is_work and not entry.reverses_on:
            text = "what was earned stays when the work is annulled."
            yield self._issue(where, "PG09", text, "Name the defects that reverse it.")
        for name in entry.reverses_on:
            reason = self.taint(name)
            if reason.unknown or reason.is_cyclic:
                yield self._issue(where, "PG07", f"{name!r} is on no list.", "Name defect.* facts.")
            elif len(reason.defects) != len(reason.facts):
                label = reason.banned[0].label if reason.banned else None
                text = f"{name} takes back points for what is no confirmed fault."
                yield self._issue(where, "PG14", text, "Name defect.* facts.", label)

    def _hand_weights(self) -> Iterator[PolicyIssue]:
        """Entries that pay the same work at different rates by the sort of case, or one sort twice: weights by hand."""
        by_work: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
        for n, entry in enumerate(self.policy.entries):
            if entry.sign != "earn" or any(self._where(entry, "")):
                continue
            for fact in self.taint(entry.fact).facts:
                if fact.label.name == WORK:
                    by_work.setdefault((fact.name, entry.block), []).append((n, entry))
        for rows in by_work.values():
            if any(_pays_by_sort(one, other) for (_, one), (_, other) in combinations(rows, 2)):
                text = "the same work pays differently by type or kind of case: weights set by hand."
                yield self._issue(f"entry[{rows[-1][0]}].where", "PG03", text, "Let the measured weights say it.")

    def _work_elsewhere(self) -> Iterator[PolicyIssue]:
        """Work under caps of its own outside volume: together with volume it stays within what volume may weigh."""
        own = [entry for entry in self.policy.entries if self._is_work_elsewhere(entry)]
        total = 100 * self.policy.blocks.get("volume", 0) + sum(entry.cap or 0 for entry in own)
        if own and total > 100 * MOST_VOLUME:
            text = f"work may earn {total / 100:.2f}: volume and what is counted of it in other blocks."
            yield self._issue("entry", "PG09", text, f"Let volume and those caps sum to {MOST_VOLUME} at most.")

    def _is_work_elsewhere(self, entry: Entry) -> bool:
        is_work = any(fact.label.name == WORK for fact in self.taint(entry.fact).facts)
        return is_work and entry.sign == "earn" and entry.block != "volume"


def _is_of_cases(taint: Taint) -> bool:
    return any(fact.name == CASES for fact in taint.facts)


def _pays_by_sort(one: Entry, other: Entry) -> bool:
    """Whether two entries over the same work make a sort of case worth more: at another rate, or paid by both."""
    first, second = ({name: set(entry.where.get(name, ())) for name in OF_CASES} for entry in (one, other))
    if first == second:
        return False
    is_disjoint = any(first[name] and second[name] and not first[name] & second[name] for name in OF_CASES)
    return not is_disjoint or _rate(one) != _rate(other)


def _rate(entry: Entry) -> tuple[object, ...]:
    return Fraction(entry.points, max(entry.per, 1)), entry.cap, entry.weight, entry.share
