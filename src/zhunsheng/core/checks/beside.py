"""Checks beside a fold: over the events that it encoded, and over its findings."""

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.checks.events import Events
from zhunsheng.core.checks.of_findings import count_findings
from zhunsheng.core.checks.run import judge_checks
from zhunsheng.core.clocks import Folded, Rulebook
from zhunsheng.core.compiler import compile_rules
from zhunsheng.core.encoding import AsOf, as_of_by_group, encode
from zhunsheng.core.findings import with_checks
from zhunsheng.core.program import AXIS_OF, INCIDENT_AXIS


def judge_beside(
    findings: pl.DataFrame, folded: Folded, rulebook: Rulebook, *, as_of: AsOf
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings over clocks with those of checks (schemas.FINDINGS), and the verdicts (schemas.VERDICTS).

    Checks that count findings come last, and count no other of their kind.
    """
    checks = rulebook.judged_checks()
    if not checks or folded.counted.events.is_empty():
        return findings, pl.DataFrame(schema=schemas.VERDICTS)
    verdicts = judge_checks(_events(folded, rulebook, as_of), checks)
    findings = with_checks(findings, verdicts)
    counted = count_findings(findings, checks)
    together = pl.concat([verdicts, counted]).sort(schemas.VERDICT_ORDER, nulls_last=False)
    return with_checks(findings, counted), together


def _events(folded: Folded, rulebook: Rulebook, as_of: AsOf) -> Events:
    """The events as the fold encoded them; encoded here where no deadline is judged by case."""
    for part in folded.parts:
        if any(AXIS_OF[rule.subject] != INCIDENT_AXIS for rule in part.compiled.rules):
            return Events(part.encoded, part.as_of, rulebook.vocabulary, part.compiled.facts, part.compiled.types)
    compiled = compile_rules((), rulebook.vocabulary)
    encoded = encode(folded.counted.events, compiled, rulebook.vocabulary, group_by="case", facts=rulebook.facts_read)
    instants = as_of_by_group(encoded, as_of)
    return Events(encoded, instants, rulebook.vocabulary, compiled.facts, compiled.types)
