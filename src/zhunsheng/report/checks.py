"""Findings of checks → rows of the report: what does not hold, since when and what mends it; and what could not be
judged."""

from typing import Any, Final

import polars as pl

from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import worst_first
from zhunsheng.explanation import check_question_words
from zhunsheng.report.standing import IS_OF_CHECK, current
from zhunsheng.report.words import Wording

MAX_LISTED: Final = 50
NUMBERS: Final = 3  # cases named as examples


def broken_checks(findings: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """What stands now of checks that do not hold, worst first (schemas.FINDINGS)."""
    custody = [check.id for check in rulebook.checks if check.custody]
    return worst_first(current(findings.filter(IS_OF_CHECK & (pl.col("kind") == "broken"))), custody)


def check_list(findings: pl.DataFrame, rulebook: Rulebook, wording: Wording) -> dict[str, Any]:
    """How many of each level, and the first of them as rows of plain values."""
    broken = broken_checks(findings, rulebook)
    checks = {check.id: check for check in rulebook.checks}
    levels = dict(broken["level"].value_counts().iter_rows())
    return {
        "counts": [(level, wording[level], f"{levels.get(level, 0):,}") for level in ("red", "yellow", "blue")],
        "rows": [_row(row, checks[row["rule"]], wording) for row in broken.head(MAX_LISTED).iter_rows(named=True)],
        "note": wording["worst_note" if broken.height > MAX_LISTED else "all_note"].format(
            shown=MAX_LISTED, all=f"{broken.height:,}"
        ),
    }


def _row(row: dict[str, Any], check: Check, wording: Wording) -> dict[str, str]:
    cases = row["cases"] or []
    return {
        "level": row["level"],
        "word": wording[row["level"]],
        "rule": check_title(check, wording.language),
        "basis": wording.basis(check.versions[-1].basis),
        "cases": (wording["comma"].join(cases[:NUMBERS]) + ("…" if len(cases) > NUMBERS else "")),
        "subject": row["subject"] if row["subject"] not in (None, row["case"], row["incident"]) else "",
        "unit": row["unit"] or "",
        "since": wording.moment(row["found_at"]),
        "mends": check.mends,
    }


def check_questions(findings: pl.DataFrame, rulebook: Rulebook, wording: Wording) -> list[tuple[str, str, str, str]]:
    """What checks could not judge, by check and reason: check, why, how many, for example which cases."""
    checks = {check.id: check for check in rulebook.checks}
    grouped = (
        findings.filter(IS_OF_CHECK & (pl.col("kind") == "unknown"))
        .group_by("rule", "reason")
        .agg(pl.len().alias("n"), pl.coalesce("case", "incident").unique().sort().head(NUMBERS).alias("examples"))
        .sort("n", "rule", "reason", descending=[True, False, False])
    )
    return [
        (
            check_title(checks[rule], wording.language),
            check_question_words(reason or "", rulebook.vocabulary, wording.language),
            f"{n:,}",
            wording["comma"].join(filter(None, examples)),
        )
        for rule, reason, n, examples in grouped.iter_rows()
    ]


def check_title(check: Check, language: str) -> str:
    """The title of a check in a language."""
    return check.title if language == "zh" else check.title_en
