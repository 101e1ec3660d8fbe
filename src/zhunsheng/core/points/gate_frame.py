"""The gate over what stands around the entries: blocks, roles, volume, weights, hands, places, citations."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.gate_entries import MOST_VOLUME, WORK
from zhunsheng.core.points.issue import PolicyIssue
from zhunsheng.core.points.policy import BLOCKS, MANUAL_KINDS, Policy
from zhunsheng.core.points.taint import taint_of
from zhunsheng.core.points.wording import banned_aim, says_something

LEAST_QUALITY: Final = 30
MOST_BY_HAND: Final = Decimal("0.05")
GATE_FACT: Final = "sample.defect_upper"
GATE_AT_MOST: Final = Decimal("0.20")
GATE_CONFIDENCE: Final = Decimal("0.95")
GATE_FILES: Final = 20
GATE_PERIODS: Final = 6
CAP_OF: Final = "peer_median_per_exposure_day"
CAP_AT_MOST: Final = Decimal("1.30")
LEAST_CASES: Final = 2
"""One case tells nothing of how much another would differ."""


def frame_issues(policy: Policy, facts: FactList, path: str) -> Iterator[PolicyIssue]:
    """Every issue that is not one of an entry."""
    for key, code, text, remedy, source in (
        *_sums(policy),
        *_volume(policy),
        *_weights(policy, facts),
        *_by_hand(policy),
        *_places(policy, facts),
    ):
        yield PolicyIssue(path, key, code, text, remedy, source)


Found = tuple[str, str, str, str, str]


def _found(key: str, code: str, text: str, remedy: str, source: str = "") -> Found:
    return key, code, text, remedy, source


def _sums(policy: Policy) -> Iterator[Found]:
    blocks = policy.blocks
    total = sum(blocks.values())
    if total != 100:
        yield _found("blocks", "PG12", f"they sum to {total}.", "Let them sum to 100.")
    if min(blocks.get(name, 0) for name in BLOCKS) < 0:
        yield _found("blocks", "PG12", "one is below 0.", "Let each be 0 or more.")
    if blocks.get("volume", 0) > MOST_VOLUME:
        yield _found("blocks.volume", "PG12", f"{blocks['volume']} is above {MOST_VOLUME}.", "Lower it.")
    earning = {entry.block for entry in policy.entries if entry.sign == "earn" and entry.points}
    if blocks.get("quality", 0) < LEAST_QUALITY:
        yield _found("blocks.quality", "PG12", f"{blocks.get('quality')} is below {LEAST_QUALITY}.", "Raise it.")
    elif "volume" in earning and "quality" not in earning:
        # A block with nothing to judge leaves the total, and volume would be all the more of it.
        yield _found("blocks.quality", "PG12", "nothing earns in quality: volume counts for more.", "State an entry.")
    if sum(policy.roles.values()) != 1 or min(policy.roles.values(), default=0) < 0:
        yield _found("roles", "PG12", "the shares do not sum to 1.", "Let them sum to exactly 1.")


def _volume(policy: Policy) -> Iterator[Found]:
    pays = policy.blocks.get("volume", 0) > 0 or any(entry.block == "volume" for entry in policy.entries)
    gate, cap = policy.gate, policy.cap
    if pays and gate is None:
        yield _found("volume_gate", "PG09", "volume is paid whatever the files look like.", "State [volume_gate].")
    if pays and cap is None:
        yield _found("volume_cap", "PG09", "volume is paid without end.", "State [volume_cap].")
    if gate is not None:
        wrong = {
            "fact": gate.fact != GATE_FACT,
            "stream": gate.stream != "random",
            "at_most": gate.at_most > GATE_AT_MOST,
            "confidence": not GATE_CONFIDENCE <= gate.confidence < 1,
            "level": gate.level != "unit",
            "window_periods": not 1 <= gate.window_periods <= GATE_PERIODS,
            "min_sample": gate.min_sample < GATE_FILES,
            "otherwise": gate.otherwise != "hold",
        }
        for name in (name for name, is_wrong in wrong.items() if is_wrong):
            text = f"{getattr(gate, name)!s} lets volume pass that nobody has looked at."
            remedy = (
                f"{GATE_FACT} of the random stream, at most {GATE_AT_MOST} at {GATE_CONFIDENCE}, per unit, "
                f"{GATE_FILES} files or more in at most {GATE_PERIODS} periods, otherwise hold."
            )
            yield _found(f"volume_gate.{name}", "PG09", text, remedy)
    if cap is not None and (cap.of != CAP_OF or not 0 < cap.at_most <= CAP_AT_MOST):
        yield _found(
            "volume_cap", "PG09", f"{cap.at_most} of {cap.of} is no cap.", f"At most {CAP_AT_MOST} of {CAP_OF}."
        )


def _weights(policy: Policy, facts: FactList) -> Iterator[Found]:
    for name in policy.factors:
        yield _found(name, "PG03", "a factor multiplies what was earned.", "Leave it out: there are no factors.")
    if policy.weights is None:
        return
    if policy.weights.method != "measured" or policy.weights.table:
        yield _found("weights", "PG03", "the weights are set by hand.", 'Write method = "measured" and no table.')
    for name in policy.weights.by:
        field = facts.fields.get(name)
        taint = taint_of(name, facts, policy.derived)
        banned = field.banned if field else tuple(fact.label for fact in taint.banned)
        if banned:
            text = f"a case would weigh by {name}: {banned[0].title}."
            yield _found("weights.by", "PG03", text, "Weigh by case.type.", banned[0].source)
        elif field is None and taint.unknown:
            yield _found("weights.by", "PG07", f"{name!r} is no field.", "Weigh by case.type.")
        elif field is None:
            yield _found("weights.by", "PG03", f"{name} is a fact, not a kind of case.", "Weigh by case.type.")


def _by_hand(policy: Policy) -> Iterator[Found]:
    for n, manual in enumerate(policy.manual):
        if manual.kind not in MANUAL_KINDS:
            options = ", ".join(MANUAL_KINDS)
            yield _found(f"manual[{n}].kind", "PG08", f"{manual.kind!r} is not on the list.", f"It may be {options}.")
        if not manual.two_persons:
            yield _found(f"manual[{n}].two_persons", "PG08", "one person gives them.", "Write two_persons = true.")
    total = sum((manual.share_at_most for manual in policy.manual), Decimal(0))
    if total > MOST_BY_HAND:
        text = f"{total} of the unit's points are given by hand."
        yield _found("manual", "PG08", text, f"Together at most {MOST_BY_HAND}.")


def _places(policy: Policy, facts: FactList) -> Iterator[Found]:
    publish = policy.publish
    if publish.mode == "full" and not says_something(publish.reason):
        yield _found("publish", "PG11", "full places have no reason.", "State reason, or publish bands.")
    if word := banned_aim(publish.reason, facts.words):
        remedy = "Two persons state why, or it is worded anew."
        yield _found("publish.reason", "PG15", f"{publish.reason!r} speaks of {word}.", remedy)
    if publish.min_cases < LEAST_CASES or publish.min_exposure_days < 1:
        text = f"a band would rest on {publish.min_cases} cases in {publish.min_exposure_days} days."
        yield _found("publish", "PG11", text, f"Ask for {LEAST_CASES} cases and a day at least.")
    for key, names in (("tie_break", policy.ranking.tie_break), ("award_on", policy.ranking.award_on)):
        for name in names:
            if name in BLOCKS:
                continue
            taint = taint_of(name, facts, policy.derived)
            for fact in taint.banned:
                text = f"{taint.chain(fact.name)}: {fact.title} would decide."
                yield _found(f"ranking.{key}", "PG11", text, "Leave it out.", fact.label.source)
            if key == "award_on" and any(fact.label.name == WORK for fact in taint.facts):
                text = f"an award on {name} pays work outside the gate and the cap of volume."
                yield _found(f"ranking.{key}", "PG09", text, "Name the block volume.")
            if not taint.is_derived:
                for unknown in taint.unknown:
                    yield _found(f"ranking.{key}", "PG07", f"{unknown!r} is on no list.", "Name facts of the list.")
