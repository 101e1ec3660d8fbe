"""Checks beside a fold: over the events that it encoded, and over its findings."""

from collections.abc import Sequence

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.check import Check
from zhunsheng.core.checks.events import Events
from zhunsheng.core.checks.of_findings import count_findings
from zhunsheng.core.checks.run import judge_checks
from zhunsheng.core.clocks import Folded, FoldPart, Rulebook
from zhunsheng.core.findings import ORDER, check_findings, with_checks


def judge_beside(findings: pl.DataFrame, folded: Folded, rulebook: Rulebook) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings over clocks with those of checks (schemas.FINDINGS), and the verdicts (schemas.VERDICTS)."""
    checks = rulebook.judged_checks()
    if not checks or not folded.parts:
        return findings, pl.DataFrame(schema=schemas.VERDICTS)
    return told_beside(findings, judge_checks(events_of(folded.parts[0], rulebook), checks), checks)


def told_beside(
    findings: pl.DataFrame, verdicts: pl.DataFrame, checks: Sequence[Check]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings over clocks with those that verdicts are, and all verdicts; both come in any order and leave in the
    canonical one.

    Checks that count findings come last, and count no other of their kind.
    """
    verdicts = verdicts.sort(schemas.VERDICT_ORDER, nulls_last=False)  # it tells apart what ORDER does not
    told = pl.concat([findings, check_findings(verdicts)]).sort(ORDER, nulls_last=False, maintain_order=True)
    counted = count_findings(told, checks)
    together = pl.concat([verdicts, counted]).sort(schemas.VERDICT_ORDER, nulls_last=False)
    return with_checks(told, counted), together


def events_of(part: FoldPart, rulebook: Rulebook) -> Events:
    """The events of a part judged by case, as the fold encoded them."""
    return Events(part.encoded, part.as_of, rulebook.vocabulary, part.compiled.facts, part.compiled.types)
