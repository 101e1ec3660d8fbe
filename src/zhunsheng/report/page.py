"""A judgement → report.html: one file, no script, nothing fetched, for the screen and for A4."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.template import Context, Engine
from django.utils.safestring import mark_safe

from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import worst_first
from zhunsheng.core.judge import Judgement
from zhunsheng.explanation import QUESTION_WORDS
from zhunsheng.report import shapes
from zhunsheng.report.cases import IS_RED, MAX_CASES, NUMBER, case_pages, red_numbers
from zhunsheng.report.checks import check_list, check_questions
from zhunsheng.report.rows import key_of, state_lines
from zhunsheng.report.standing import IS_OF_CHECK, KEYS, STATES, counts, counts_by, current
from zhunsheng.report.words import Wording

TEMPLATES: Final = Path(__file__).parent / "templates"
MAX_LISTED: Final = 50
MAX_GROUPS: Final = 60


@dataclass(frozen=True)
class Source:
    """Control totals of one file that was read."""

    name: str
    rows: int
    without_event: int
    events: int


@dataclass(frozen=True)
class Checked:
    """Everything that a report is about."""

    judgement: Judgement
    events: pl.DataFrame
    rulebook: Rulebook
    known_at: datetime | None
    sources: tuple[Source, ...] = ()


def report_html(checked: Checked, *, language: str) -> str:
    """The whole report as one HTML text. Every field of an event is escaped."""
    engine = Engine(dirs=[str(TEMPLATES)], autoescape=True)
    return engine.get_template("report.html").render(Context(_context(checked, language), use_l10n=False, use_tz=False))


def standing(checked: Checked) -> pl.DataFrame:
    """What stands now of clocks, worst first (schemas.FINDINGS)."""
    custody = [rule.id for rule in checked.rulebook.rules if rule.custody]
    return worst_first(current(checked.judgement.findings.filter(~IS_OF_CHECK)), custody)


def _context(checked: Checked, language: str) -> dict[str, Any]:
    judgement, rulebook = checked.judgement, checked.rulebook
    wording = Wording(language, rulebook.vocabulary.zone)
    now = standing(checked)
    numbers = red_numbers(now)
    red = now.filter(IS_RED)
    judged = now.filter(pl.col("kind") != "unknown")
    pages = case_pages(
        red,
        checked.events,
        rulebook,
        wording,
        as_of=judgement.as_of,
        known_at=checked.known_at,
    )
    found = counts(now)
    return {
        "w": wording.words,
        "lang": "zh-CN" if language == "zh" else "en",
        "css": mark_safe((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S308 — a file of ours
        "as_of": wording.moment(judgement.as_of),
        "known_at": wording.moment(checked.known_at) if checked.known_at else "",
        "clocks": f"{judgement.clocks.height:,}",
        "cases": f"{judgement.clocks.select(NUMBER.n_unique()).item():,}",
        "events": f"{judgement.counted.events.height:,}",
        "tiles": [(state, wording[state], f"{found[state]:,}") for state in STATES],
        "icons": _icons(),
        "worst": _worst(judged.head(MAX_LISTED), checked, wording),
        "worst_note": _note(wording, "worst_note", "all_note", MAX_LISTED, judged.height) if judged.height else "",
        "units": [(name or wording["no_unit"], _cells(group)) for name, group in counts_by(now, "unit")[:MAX_GROUPS]],
        "rules": [
            (_title(rulebook, name, language), _cells(group)) for name, group in counts_by(now, "rule")[:MAX_GROUPS]
        ],
        "states": [(state, wording[state]) for state in STATES],
        "pages": [
            {
                "page": page,
                "svg": mark_safe(page.svg),  # noqa: S308 — written by ElementTree, which escapes
                "folded": wording["folded"].format(n=page.folded) if page.folded else "",
                "more": wording["more_how"].format(n=page.unexplained) if page.unexplained else "",
            }
            for page in pages
        ],
        "pages_note": _note(wording, "red_note", "red_all", MAX_CASES, len(numbers)) if pages else wording["none_red"],
        "unknowns": _unknowns(now, checked, wording),
        "checks": check_list(checked.judgement.findings, checked.rulebook, wording),
        "check_questions": check_questions(checked.judgement.findings, checked.rulebook, wording),
        "left_out": _left_out(judgement, wording),
        "sources": [
            (source.name, f"{source.rows:,}", f"{source.events:,}", f"{source.without_event:,}")
            for source in checked.sources
        ],
        "version": version("zhunsheng"),
    }


def _note(wording: Wording, partly: str, whole: str, shown: int, count: int) -> str:
    return wording[partly].format(shown=shown, all=count) if count > shown else wording[whole].format(all=count)


def _cells(found: dict[str, int]) -> list[tuple[str, str]]:
    return [(state, f"{found[state]:,}" if found[state] else "") for state in STATES]


def _title(rulebook: Rulebook, rule_id: Any, language: str) -> str:
    rule = next(rule for rule in rulebook.rules if rule.id == rule_id)
    return rule.title if language == "zh" else rule.title_en


def _worst(now: pl.DataFrame, checked: Checked, wording: Wording) -> list[dict[str, str]]:
    """The rows of the list: what, of which case, by when, how it stands, which article."""
    clocks = {
        key_of(row): row
        for row in checked.judgement.clocks.join(now.select(KEYS), on=KEYS, how="semi", nulls_equal=True).iter_rows(
            named=True
        )
    }
    rules = {rule.id: rule for rule in checked.rulebook.rules}
    rows = []
    for row in now.iter_rows(named=True):
        clock, rule = clocks[key_of(row)], rules[row["rule"]]
        basis = rule.versions[max(clock["rule_version"], 1) - 1].basis
        level = {"overdue": "over", "late": "late"}.get(row["kind"], row["level"])
        is_warning = row["kind"] in ("overdue", "late", "approaching")
        word = wording[row["level"] if row["kind"] == "approaching" else row["kind"]]
        rows.append(
            {
                "level": level,
                "word": word,
                "rule": rule.title if wording.language == "zh" else rule.title_en,
                "case": row["case"] or row["incident"] or "",
                "subject": row["subject"] if row["subject"] not in (None, row["case"], row["incident"]) else "",
                "unit": row["unit"] or "",
                "due": wording.due(row["due"]),
                "outer": wording.due(row["outer"]) if row["outer"] != row["due"] else "",
                "state": state_lines(clock, wording, checked.judgement.as_of)[0] if is_warning else word,
                "basis": wording.basis(basis),
            }
        )
    return rows


def _unknowns(now: pl.DataFrame, checked: Checked, wording: Wording) -> list[tuple[str, str, str, str]]:
    """What could not be judged, by rule and reason: limit, why, how many, for example which cases."""
    facts = checked.rulebook.vocabulary.facts
    grouped = (
        now.filter(kind="unknown")
        .join(
            checked.judgement.clocks.select(*KEYS, "question", "question_fact"), on=KEYS, how="left", nulls_equal=True
        )
        .group_by("rule", "question", "question_fact")
        .agg(pl.len().alias("n"), NUMBER.head(3).alias("examples"))
        .sort("n", "rule", "question", "question_fact", descending=[True, False, False, False])
    )
    rows = []
    for rule_id, question, fact, n, examples in grouped.iter_rows():
        why = QUESTION_WORDS[wording.language].get(question or "", question or "")
        title = facts[fact].title if fact in facts and wording.language == "zh" else fact
        reason = f"{why}（{title}）" if fact and wording.language == "zh" else f"{why} ({title})" if fact else why
        sample = "、".join(filter(None, examples)) if wording.language == "zh" else ", ".join(filter(None, examples))
        rows.append((_title(checked.rulebook, rule_id, wording.language), reason, f"{n:,}", sample))
    return rows


def _left_out(judgement: Judgement, wording: Wording) -> str:
    counted = judgement.counted
    if not (counted.future or counted.unknown_yet or counted.superseded):
        return ""
    return wording["left_out"].format(
        future=counted.future, unknown_yet=counted.unknown_yet, superseded=counted.superseded
    )


def _icons() -> dict[str, Any]:
    """The shape of each level, as small pictures that stand beside its word."""
    return {name: mark_safe(shapes.icon(name)) for name in shapes.ICONS}  # noqa: S308 — drawn here
