"""Policies made by a seeded generator that knows the closed list and nothing of the gate.

A disguise takes a lawful policy and hides one banned thing in it; the place says which code must be among those found.
A lawful policy is put together of admissible parts only.
"""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.points.book import ROOT, Table, entry, given

BASES: Final = (
    "l01_balanced.toml",
    "l09_learning.toml",
    "l11_victim_told.toml",
    "l18_joint.toml",
    "l19_unit_rectify.toml",
)
CITE: Final = {"instrument": "本局积分办法", "article": "第三条", "gist": "按办法计分"}
CLEAN: Final = ("learning.course_hours", "ability.mentored_hours", "ability.guide_adopted")
LIST: Final = tomllib.loads((ROOT / "rulebook" / "points" / "facts.toml").read_text("utf-8"))
REFUSED: Final = {row["name"]: row["label"] for row in LIST["refused"]}
FACTS: Final = {row["name"]: row for row in LIST["fact"]}
SHADOWED: Final = tuple(name for name, row in FACTS.items() if row.get("shadow") and row["label"] != "defect")
NEVER: Final = {row["name"] for row in LIST["label"] if row["may"] == "never"}
TITLES: Final = ("办案质效", "工作实绩", "综合评价", "群众认可", "能力提升", "规范履职")


@dataclass(frozen=True)
class Generated:
    """A policy, and what must be among its codes; none where it must load."""

    name: str
    policy: Table
    codes: frozenset[str]


def new_entry(rng: random.Random, fact: str, measure: str, **more: object) -> Table:
    """An entry of its own under a friendly title."""
    row = {
        "id": f"x{rng.randrange(10**6)}",
        "title": rng.choice(TITLES),
        "block": rng.choice(("quality", "timeliness", "effect", "ability")),
        "sign": "earn",
        "fact": fact,
        "measure": measure,
        "points": f"{rng.randint(0, 9)}.{rng.randint(1, 99):02}",
        "cite": CITE,
    }
    return {**row, **({"when_none": "neutral"} if measure == "share" else {}), **more}


def _plainly(rng: random.Random, policy: Table, fact: str) -> str:
    policy["entry"].append(new_entry(rng, fact, rng.choice(("count", "sum", "flag", "share"))))
    return "PG06" if REFUSED[fact] == "suppress" else "PG01"


def _deducted(rng: random.Random, policy: Table, fact: str) -> str:
    policy["entry"].append(new_entry(rng, fact, "count", sign="deduct"))
    return "PG14"


def _named(rng: random.Random, depth: int) -> list[str]:
    return [f"{rng.choice(('index', 'merit', 'level', 'score'))}_{n}_{rng.randrange(1000)}" for n in range(depth)]


def _derived(rng: random.Random, policy: Table, fact: str, *, as_denominator: bool) -> str:
    """Through one to four derivations, as a part of a sum, as numerator or as denominator."""
    names = _named(rng, rng.randint(1, 4))
    inner = fact
    for name in names:
        clean = rng.choice(CLEAN)
        if as_denominator or rng.random() < 0.5:
            sides = ([clean], [inner]) if as_denominator else ([inner], [clean])
            row = {"name": name, "op": "share", "numerator": sides[0], "denominator": sides[1]}
        else:
            row = {"name": name, "op": "sum", "of": rng.sample([clean, inner], 2)}
        policy.setdefault("derive", []).append(row)
        inner = name
    rng.shuffle(policy["derive"])
    policy["entry"].append(new_entry(rng, inner, "share"))
    return "PG04"


def _weight(rng: random.Random, policy: Table, fact: str) -> str:
    policy["weights"]["by"] = rng.sample(["case.type", fact], 2)
    return "PG03"


def _factor(rng: random.Random, policy: Table, fact: str) -> str:
    key = rng.choice(("multiplier", "tier", "factor", "bonus"))
    policy[key] = [{"when": fact, "at_least": rng.randint(1, 9), "times": "1.20"}]
    return "PG03"


def _tie_break(rng: random.Random, policy: Table, fact: str) -> str:
    policy["ranking"] = {rng.choice(("tie_break", "award_on")): [rng.choice(CLEAN), fact]}
    return "PG11"


def _derived_tie_break(rng: random.Random, policy: Table, fact: str) -> str:
    (name,) = _named(rng, 1)
    policy["derive"] = [{"name": name, "op": "sum", "of": [fact]}]
    policy["ranking"] = {"tie_break": [name]}
    return "PG11"


def _filter(rng: random.Random, policy: Table, fact: str) -> str:
    rng.choice(policy["entry"])["where"] = {fact: rng.choice((True, 3, "yes"))}
    return "PG02"


def _reversal(rng: random.Random, policy: Table, fact: str) -> str:
    entry(policy, "work")["reverses_on"] = rng.sample(["defect.record_falsified", fact], 2)
    return "PG14"


def _gate(_rng: random.Random, policy: Table, fact: str) -> str:
    policy["volume_gate"]["fact"] = fact
    return "PG09"


def _target(rng: random.Random, policy: Table, fact: str) -> str:
    policy[rng.choice(("target", "quota", "plan", "goal"))] = {fact: rng.randint(1, 30)}
    return "PG07"


PLACES: Final[dict[str, Callable[[random.Random, Table, str], str]]] = {
    "plainly": _plainly,
    "deducted": _deducted,
    "derived": lambda rng, policy, fact: _derived(rng, policy, fact, as_denominator=False),
    "denominator": lambda rng, policy, fact: _derived(rng, policy, fact, as_denominator=True),
    "weight": _weight,
    "factor": _factor,
    "tie-break": _tie_break,
    "derived tie-break": _derived_tie_break,
    "filter": _filter,
    "reversal": _reversal,
    "gate": _gate,
    "target": _target,
}


def disguises(seed: int, count: int) -> Iterator[Generated]:
    """So many policies in each of which one banned thing is hidden; every refused fact in turn, every place in turn."""
    rng = random.Random(seed)
    facts = sorted(REFUSED)
    places = list(PLACES.items())
    for n in range(count):
        fact, (place, hide) = facts[n % len(facts)], places[n % len(places)]
        policy = given(rng.choice(BASES))
        code = hide(rng, policy, fact)
        yield Generated(f"{n} {place} {fact}", policy, frozenset({code}))


def shadowed(seed: int) -> Iterator[Generated]:
    """Every fact that presupposes coercion: counted, from a number on, zero when absent, summed under another name."""
    rng = random.Random(seed)
    for fact in SHADOWED:
        for measure in ("count", "sum", "flag"):
            policy = given(rng.choice(BASES))
            policy["entry"].append(new_entry(rng, fact, measure))
            yield Generated(f"{measure} {fact}", policy, frozenset({"PG05"}))
        for key, value in (("min_n", 3), ("when_none", "zero")):
            policy = given(rng.choice(BASES))
            policy["entry"].append(new_entry(rng, fact, "share", **{key: value}))
            yield Generated(f"{key} {fact}", policy, frozenset({"PG05"}))
        policy = given(rng.choice(BASES))
        policy["derive"] = [{"name": "pool", "op": "sum", "of": [fact, rng.choice(SHADOWED)]}]
        policy["entry"].append(new_entry(rng, "pool", "count"))
        yield Generated(f"pooled {fact}", policy, frozenset({"PG05"}))


def endings(seed: int) -> Iterator[Generated]:
    """Filters of every banned value, and every choice of endings that leaves one out."""
    rng = random.Random(seed)
    for row in LIST["field"]:
        for value in row.get("values", ["penalty"]) if row["label"] in NEVER else []:
            policy = given(rng.choice(BASES))
            rng.choice(policy["entry"])["where"] = {row["name"]: value}
            yield Generated(f"{row['name']} = {value}", policy, frozenset({"PG02"}))
    names = ["closed", "transferred", "terminated", "withdrawn", "not_filed", "merged"]
    for n in range(12):
        policy = given(rng.choice(BASES))
        entry(policy, "work")["ends"] = [f"case.{name}" for name in rng.sample(names, rng.randint(1, 5))]
        yield Generated(f"ends {n}", policy, frozenset({"PG10"}))


def paid_by_sort(seed: int, count: int) -> Iterator[Generated]:
    """Work of one sort of case paid above that of the others: twice, at a higher rate, under another name, by an
    ending's document, or past the cap in another block."""
    rng = random.Random(seed)
    sorts = (
        ("case.type", ("涉毒", "盗窃", "赌博")),
        ("case.kind", ("criminal", "administrative")),
        ("document.kind", ("询问笔录", "勘验笔录")),
    )
    for n in range(count):
        policy = given(rng.choice(BASES))
        own = entry(policy, "work")
        name, values = rng.choice(sorts)
        more = {**own, "id": f"x{n}", "title": rng.choice(TITLES), "where": {name: rng.choice(values)}}
        way = ("twice", "higher", "renamed", "ending", "duty")[n % 5]
        code = {"ending": "PG10", "duty": "PG09"}.get(way, "PG03")
        if way == "higher":
            more["points"] = f"{rng.randint(2, 9)}.00"
        if way == "renamed":
            names = _named(rng, rng.randint(1, 3))
            parts = ["work.assigned_minutes", *names]
            policy["derive"] = [{"name": made, "op": "sum", "of": [of]} for made, of in zip(names, parts, strict=False)]
            more["fact"] = names[-1]
        if way == "ending":
            own["where"] = {"document.kind": rng.choice(("立案决定书", "不予立案通知书", "终止案件调查决定书"))}
        elif way == "duty":
            caps = [f"{rng.randint(6, 20)}.00" for _ in range(2)]
            policy["entry"] += [new_entry(rng, "work.duty_hours", "sum", cap=cap, block="effect") for cap in caps]
        else:
            policy["entry"].append(more)
        yield Generated(f"{n} {way}", policy, frozenset({code}))


def lawful(seed: int, count: int) -> Iterator[Generated]:
    """So many policies of admissible parts only."""
    rng = random.Random(seed)
    for n in range(count):
        yield Generated(f"lawful {n}", _lawful(rng), frozenset())


def _lawful(rng: random.Random) -> Table:
    policy = given("l01_balanced.toml")
    kept = [entry(policy, "work")] if rng.random() < 0.8 else []
    made = [_admissible(rng) for _ in range(rng.randint(1, 9))]
    # Work once: a second entry over a part of it would weigh cases by hand. Quality: an entry that can fill it.
    others = [row for row in made if row["fact"] != "work.assigned_minutes" or not kept]
    policy["entry"] = [*kept, *_once(others), new_entry(rng, "report.recorded", "share", block="quality")]
    for n, row in enumerate(policy["entry"]):
        row["id"] = f"e{n}"
    policy["scheme"] = rng.choice(("officer", "unit"))
    policy["period"] = rng.choice(("month", "quarter", "year"))
    volume, quality = rng.randint(0, 30), rng.randint(30, 60)
    timeliness = rng.randint(0, 100 - volume - quality)
    effect = rng.randint(0, 100 - volume - quality - timeliness)
    rest = 100 - volume - quality - timeliness - effect
    policy["blocks"] |= {"volume": volume, "quality": quality, "timeliness": timeliness}
    policy["blocks"] |= {"effect": effect, "ability": rest}
    lead = rng.randint(20, 80)
    policy["roles"] = {"lead": f"0.{lead}", "assist": f"0.{100 - lead}"}
    policy["volume_gate"].update(at_most=f"0.{rng.randint(5, 20):02}", min_sample=rng.randint(20, 60))
    policy["volume_cap"]["at_most"] = f"1.{rng.randint(0, 30):02}"
    if rng.random() < 0.3:
        kind = rng.choice(("rescue", "public_service", "emergency_support"))
        policy["manual"] = [{"kind": kind, "share_at_most": f"0.0{rng.randint(1, 5)}", "two_persons": True}]
    if rng.random() < 0.3:
        policy["publish"] = {"mode": "full", "reason": "年度评先需要名次，已经两部门批准"}
    if rng.random() < 0.3:
        policy["derive"] = [{"name": "growth", "op": "sum", "of": list(CLEAN[:2])}]
        policy["entry"].append({**new_entry(rng, "growth", "sum"), "id": "growth"})
    if rng.random() < 0.3:
        policy["ranking"] = {"tie_break": [rng.choice(CLEAN)]}
    return policy


def _once(rows: list[Table]) -> list[Table]:
    """The first entry over each fact."""
    return list({row["fact"]: row for row in reversed(rows)}.values())[::-1]


def _admissible(rng: random.Random) -> Table:
    """An entry over any admissible fact, as the list allows it."""
    name = rng.choice([name for name, row in FACTS.items() if row["measure"] != ["bound"]])
    row = FACTS[name]
    made = new_entry(rng, name, rng.choice(row["measure"]), title=row["title"])
    if row["label"] == "defect":
        made["sign"] = "deduct"
        if rng.random() < 0.5:
            made["where"] = {"finding.severity": rng.choice(("yellow", "red")), "finding.statutory": True}
    if row["label"] == "work":
        made.update(block="volume", per=rng.choice((1, 60)), share="roles", ends="all")
    if made["measure"] in ("count", "sum") and row["label"] != "defect" and rng.random() < 0.7:
        made["cap"] = f"{rng.randint(1, 6)}.00"
    if rng.random() < 0.2:
        made.setdefault("where", {})["case.kind"] = rng.choice(("criminal", "administrative"))
    return made
