"""Events and findings → facts of points: the work of a month's ended cases, and what was kept in each.

What people confirm (defects, appeals, sampled files, training) is not in the events of a case: it comes as facts from
where it is recorded.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Final

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.joint import MOST
from zhunsheng.core.points.policy import ENDS

WORK: Final = "work.assigned_minutes"
OVER: Final = "assigned_case"
ENDINGS: Final = (*ENDS, "prosecution.transferred")
"""What ends the work on a case. A transfer for prosecution ends it like any other ending, and pays the same."""
OPENINGS: Final = ("case.accepted", "case.filed")
BROKEN: Final = ("late", "overdue", "broken")
UNKNOWN: Final = "unknown"


def rules_of_facts(known: FactList, rules: Sequence[str], codes: Mapping[str, str]) -> pl.DataFrame:
    """Which rules a share over assigned cases looks at: columns fact, rule.

    Takes   rules: every rule id; codes: code of a check → its id. A fact names rules by id, by the start of ids
            (criminal.custody.*) or by code (P14); one that says "clocks" looks at every deadline.
    """
    rows = []
    for fact in known.facts.values():
        if fact.over != OVER:
            continue
        names = [name.strip() for name in fact.source.split(",")]
        wanted = [codes.get(name, name) for name in names]
        deadlines = [rule for rule in rules if rule not in codes.values()]
        own = deadlines if fact.source.startswith("clocks") else rules
        patterns = ["*"] if fact.source.startswith("clocks") else wanted
        rows += [(fact.name, rule) for rule in own if any(fnmatchcase(rule, pattern) for pattern in patterns)]
    return pl.DataFrame(rows, schema={"fact": pl.String, "rule": pl.String}, orient="row")


def case_facts(
    events: pl.DataFrame,
    findings: pl.DataFrame,
    rules: pl.DataFrame,
    officers: pl.DataFrame,
    *,
    begins: datetime,
    ends: datetime,
) -> pl.DataFrame:
    """The facts of the cases whose work ended in a span: tables.POINT_FACTS.

    Takes   events: schemas.EVENTS, with every event of those cases; findings: schemas.FINDINGS; rules: rules_of_facts;
            officers: columns officer, unit.kind, officer.post, case.type is taken from case_kind where nothing says
            more. begins, ends: instants; the end does not belong to it.
    A case is judged once, by what was found in all of its time. The lead is whoever is named first where it was
    accepted or filed; the others are those with most recorded acts, four in all.
    """
    ended = _ended(events, begins.astimezone(UTC), ends.astimezone(UTC))
    teams = _teams(events, ended)
    work = _rows(teams.with_columns(fact=pl.lit(WORK), kept=pl.lit(None, pl.Boolean)), officers)
    leads = teams.filter(pl.col("role") == "lead")
    shares = _rows(_shares(leads, findings, rules), officers)
    facts = pl.concat([work, shares]).sort("fact", "key", "officer")
    return schemas.assert_schema(facts, t.POINT_FACTS, "facts of points")


def ended_leads(events: pl.DataFrame, *, begins: datetime, ends: datetime) -> pl.DataFrame:
    """Who led each case whose work ended in a span: columns case, officer, unit, end_at and more.

    Takes   events: schemas.EVENTS, with every event of those cases.
    """
    teams = _teams(events, _ended(events, begins.astimezone(UTC), ends.astimezone(UTC)))
    return teams.filter(pl.col("role") == "lead")


def _ended(events: pl.DataFrame, begins: datetime, ends: datetime) -> pl.DataFrame:
    """The cases whose first ending falls in the span: case, at, recorded_at, unit, cite, case.kind."""
    endings = events.lazy().filter(pl.col("type").is_in(ENDINGS) & pl.col("case").is_not_null())
    return (
        endings.sort("version", descending=True)
        .unique(["source", "id"], keep="first", maintain_order=True)  # the last correction counts
        .filter(~pl.col("void").fill_null(value=False))
        .sort("case", "at", "recorded_at", "id")
        .unique("case", keep="first", maintain_order=True)
        .filter((pl.col("at") >= begins) & (pl.col("at") < ends))
        .select("case", "unit", end_at="at", known_at="recorded_at", cite=pl.concat_str("source", "id", separator="/"))
        .collect()
    )


def _teams(events: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
    """Who worked on each ended case, with his role: at most four."""
    own = events.lazy().join(ended.lazy().drop("unit"), on="case", how="inner").filter(pl.col("at") <= pl.col("end_at"))
    opening = pl.col("type").is_in(OPENINGS)
    first = (
        own.filter(opening & (pl.col("officers").list.len() > 0))
        .sort("case", "at", "id")
        .group_by("case", maintain_order=True)
        .agg(lead=pl.col("officers").first().list.first())
    )
    kinds = own.filter(opening).group_by("case").agg(kind=_kind().drop_nulls().first())
    acts = (
        own.select("case", officer="officers")
        .explode("officer", empty_as_null=False)
        .group_by("case", "officer")
        .agg(acts=pl.len())
        .join(first, on="case", how="left")
        .with_columns(is_lead=(pl.col("officer") == pl.col("lead")).fill_null(value=False))
        .sort("case", "is_lead", "acts", "officer", descending=[False, True, True, False])
        .filter(pl.int_range(pl.len()).over("case") < MOST)
        .with_columns(
            role=pl.when(pl.int_range(pl.len()).over("case") == 0).then(pl.lit("lead")).otherwise(pl.lit("assist"))
        )
    )
    return acts.join(ended.lazy(), on="case").join(kinds, on="case", how="left").collect()


def _kind() -> pl.Expr:
    """The kind of case that an event states."""
    return pl.col("facts").str.json_path_match("$.case_kind")


def _shares(leads: pl.DataFrame, findings: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Each ended case under each share: broken if any of its rules was, unknown if one is asked about, else kept."""
    judged = (
        findings.lazy()
        .filter(pl.col("kind").is_in([*BROKEN, UNKNOWN]))
        .join(leads.lazy().select("case"), on="case", how="semi")
        .join(rules.lazy(), on="rule")
        .group_by("case", "fact")
        .agg(is_broken=pl.col("kind").is_in(BROKEN).any())
        .collect()
    )
    every = leads.join(rules.select("fact").unique().sort("fact"), how="cross")
    return every.join(judged, on=["case", "fact"], how="left").with_columns(
        kept=pl.when(pl.col("is_broken").is_null())
        .then(pl.lit(value=True))
        .when("is_broken")
        .then(pl.lit(value=False))
        .otherwise(None)
    )


def _rows(parts: pl.DataFrame, officers: pl.DataFrame) -> pl.DataFrame:
    """Parts of ended cases as tables.POINT_FACTS."""
    no_text = pl.lit(None, pl.String)
    given = ("unit.kind", "officer.post", "case.kind", "case.type", "case.origin")
    fields = {name: no_text for name in t.FIELDS if name not in given}
    return (
        parts.join(officers, on="officer", how="left")
        .with_columns(*(expression.alias(name) for name, expression in fields.items()))
        .with_columns(
            key=pl.col("case"),
            group=pl.col("case"),
            at=pl.col("end_at"),
            recorded_at=pl.max_horizontal("known_at", "end_at"),
            amount=pl.lit(1, pl.Int64),
            cites=pl.concat_list("cite"),
        )
        .with_columns(
            pl.col("kind").alias("case.kind"),
            pl.coalesce("type", "kind").alias("case.type")
            if "type" in parts.columns
            else pl.col("kind").alias("case.type"),
            pl.lit("assigned").alias("case.origin"),
        )
        .select(t.POINT_FACTS.names())
    )
