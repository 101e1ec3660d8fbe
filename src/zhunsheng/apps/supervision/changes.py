"""What a judgement changes: clocks and findings as they are now against as they were kept. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import RESTING_ON_EVENT, clock_keys, finding_keys
from zhunsheng.core.standing import STANDING

TEXT: Final = pl.String()
KEPT: Final = pl.Schema({"key": TEXT, "digest": pl.Int64()})
DIGESTS_KEPT: Final = pl.Schema({"kind": TEXT, "number": TEXT, "kept": pl.List(pl.Int64())})
STATED: Final = pl.Schema({"key": TEXT, "state": TEXT})
DESCRIBED: Final = pl.Schema({**STANDING, "nature": TEXT, "liberty": pl.Boolean()})
CLOCKS: Final = pl.Schema({"key": TEXT, **DESCRIBED})
FINDINGS: Final = pl.Schema({"key": TEXT, "clock": TEXT, **schemas.FINDINGS})
KEPT_FINDINGS: Final = pl.Schema({**FINDINGS, "digest": pl.Int64(), "place": TEXT})  # place: of the row in its table
CHANGED_CLOCKS: Final = pl.Schema({**CLOCKS, "change": TEXT})
CHANGED_FINDINGS: Final = pl.Schema({**FINDINGS, "change": TEXT, "state_reason": TEXT})

Explanations = Callable[[Collection[str]], dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Changes:
    """What one batch changed.

    `clocks` (CHANGED_CLOCKS): opened, changed or gone. `findings` (CHANGED_FINDINGS): appeared; returned: an old row
    stands again; changed: the same finding, for instance closed; superseded or withdrawn, with `state_reason`.
    `explanations` gives for keys of clocks how their due times were reached, computed when asked.
    """

    clocks: pl.DataFrame
    findings: pl.DataFrame
    rulebook: Rulebook
    release: str
    explanations: Explanations

    def __bool__(self) -> bool:
        return not (self.clocks.is_empty() and self.findings.is_empty())


class Route(Protocol):
    """Tells people: called inside the transaction that writes the changes."""

    def __call__(self, changes: Changes, *, as_of: datetime) -> None:
        """Write whatever follows from the changes."""
        ...


def no_route(changes: Changes, *, as_of: datetime) -> None:
    """Tell nobody."""
    del changes, as_of


def described_clocks(clocks: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Clocks (STANDING) as DESCRIBED: with what their rules say of them."""
    about = {rule.id: (rule.nature, rule.custody) for rule in rulebook.rules}
    rules = pl.DataFrame(
        [(rule, *said) for rule, said in about.items()],
        schema={"rule": TEXT, "nature": TEXT, "liberty": pl.Boolean()},
        orient="row",
    )
    return clocks.join(rules, on="rule", how="left", maintain_order="left").select(DESCRIBED.names())


def keyed_clocks(clocks: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Clocks (STANDING) as CLOCKS: with their keys and what their rules say of them."""
    return with_keys(described_clocks(clocks, rulebook))


def with_keys(clocks: pl.DataFrame) -> pl.DataFrame:
    """Clocks (DESCRIBED) as CLOCKS."""
    return clocks.with_columns(clock_keys(clocks)).select(CLOCKS.names())


def keyed_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings (schemas.FINDINGS) as FINDINGS: with their keys and those of their clocks."""
    of_clock = pl.col("epoch").is_not_null()
    keyed = findings.with_columns(finding_keys(findings), clock_keys(findings).alias("clock"))
    return keyed.with_columns(pl.when(of_clock).then(pl.col("clock"))).select(FINDINGS.names())


def apart(now: pl.DataFrame, kept: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """The rows of a judgement whose digest is not among those that are kept, and the digests that no row has any more.

    Nearly all of what is judged again is as it was, and to make a key takes longer than to judge a clock: rows are told
    apart by their digests, of 64 bits, and keys are made for the others alone.
    """
    digests = kept.to_frame("digest")
    fresh = now.join(digests, on="digest", how="anti", maintain_order="left")
    return fresh, digests.join(now.select("digest"), on="digest", how="anti")["digest"]


def clock_changes(keyed: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """The clocks that are not as they were kept, with `change`: opened or changed (CHANGED_CLOCKS).

    Takes   keyed: CLOCKS, those that are not kept so; old: KEPT, those that were kept otherwise.
    """
    both = keyed.join(old.select("key", before="digest"), on="key", how="left", maintain_order="left")
    change = pl.when(pl.col("before").is_null()).then(pl.lit("opened")).otherwise(pl.lit("changed"))
    return both.select(*CLOCKS.names(), change.alias("change"))


def finding_changes(
    keyed: pl.DataFrame, old: pl.DataFrame, parted_before: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings that are not as they were kept, with `change`: appeared, returned or changed; and the keys of those
    that stood and stand no more.

    Takes   keyed: FINDINGS + digest, those that do not stand so; old: KEPT, those that stand no more so; parted_before:
            STATED, the findings under these keys that stood no more already.
    """
    stated = pl.concat([old.select("key", state=pl.lit("current")), parted_before]).unique("key")
    both = keyed.join(stated, on="key", how="left", maintain_order="left")
    change = (
        pl.when(pl.col("state").is_null())
        .then(pl.lit("appeared"))
        .when(pl.col("state") != "current")
        .then(pl.lit("returned"))
        .otherwise(pl.lit("changed"))
    )
    gone = old.select("key").join(keyed.select("key"), on="key", how="anti")
    return both.select(*keyed.columns, change.alias("change")), gone


def parted(vanished: pl.DataFrame, clocks: pl.DataFrame, repaired: pl.Series) -> pl.DataFrame:
    """Why findings stand no more: `change` (superseded, withdrawn) and `state_reason`.

    Takes   vanished: FINDINGS that the judgement says no longer; clocks: CLOCKS as they are now; repaired: for each
            finding, whether its case is now judged by another rulebook than before.
    """
    now = clocks.select(pl.col("key").alias("clock"), "outcome", due_now="due", outer_now="outer")
    both = vanished.with_columns(repaired.alias("repaired")).join(now, on="clock", how="left", maintain_order="left")
    on_time = pl.col("outcome").is_not_null() & ~pl.col("kind").is_in(RESTING_ON_EVENT)
    still = on_time & pl.col("outcome").is_in(["paused", "waiting"])
    moved = on_time & ~(pl.col("due").eq_missing(pl.col("due_now")) & pl.col("outer").eq_missing(pl.col("outer_now")))
    reason = (
        pl.when("repaired")
        .then(pl.lit("rulebook"))
        .when(still)
        .then(pl.lit("paused"))
        .when(moved)
        .then(pl.lit("due_moved"))
        .otherwise(pl.lit("facts"))
    )
    change = pl.when(still | moved).then(pl.lit("superseded")).otherwise(pl.lit("withdrawn"))
    return both.with_columns(change.alias("change"), reason.alias("state_reason")).select(CHANGED_FINDINGS.names())


def as_changed(findings: pl.DataFrame) -> pl.DataFrame:
    """FINDINGS with `change` as CHANGED_FINDINGS: they stand."""
    return findings.with_columns(state_reason=pl.lit("")).select(CHANGED_FINDINGS.names())


def counts(findings: pl.DataFrame) -> Mapping[str, int]:
    """How many findings changed in which way."""
    return dict(findings.group_by("change").len().iter_rows())
