"""The answer of a back-test as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.desk.rulebook import rule_titles, shown_rulebook
from zhunsheng.apps.display import formats
from zhunsheng.apps.rulemaking.blanks import LEVELS
from zhunsheng.apps.rulemaking.models import Trial
from zhunsheng.core.rules import parse_duration
from zhunsheng.report.backtest import why_words

KINDS: Final = {
    "blue": _("蓝色提示"), "yellow": _("黄色预警"), "red": _("红色预警"), "overdue": _("超期"), "late": _("超期办结"),
    "broken": _("不符合"), "unknown": _("待核实"),
}  # fmt: skip
CHANGES: Final = {"new": _("新增"), "gone": _("消失"), "moved": _("变动")}
LEAST: Final = 0.01


@dataclass(frozen=True)
class Changed:
    """One finding that is new, gone or moved."""

    change: Any
    title: str
    case: str
    is_case: bool
    unit: str
    level: Any
    day: date
    due_before: str
    due: str


@dataclass(frozen=True)
class TrialPage:
    """Everything that the page says."""

    number: str
    compared: Any
    first: date
    last: date
    counts: list[tuple[Any, int]]
    said: list[tuple[Any, int, int]]
    load: list[tuple[Any, str, str]]
    units: list[tuple[str, int, int, str]]
    changes: list[Changed]
    total: int
    not_computed: list[tuple[str, str, int, list[str]]]


def suppositions(asked: Mapping[str, Any]) -> list[str]:
    """What a back-test supposed that the draft does not say, in words."""
    level = LEVELS.get(asked.get("lead_level", ""), "")
    lead = formats.span(timedelta(microseconds=parse_duration(asked.get("lead", "")) or 0))
    words = (
        ("law_of", _("假设适用 %(what)s 有效的法律")),
        ("lead", _("假设届满前 %(what)s %(level)s")),
        ("rest", _("假设 %(what)s 休息")),
        ("work", _("假设 %(what)s 上班")),
    )
    told = {**asked, "lead": lead}
    return [str(said) % {"what": told[name], "level": level} for name, said in words if asked.get(name)]


def trial_page(trial: Trial) -> TrialPage:
    """The page of a trial, as its answer was kept."""
    answer, titles = trial.answer, rule_titles()
    more = answer["more_per_officer_day"]
    before = answer["said_before"] or {}
    return TrialPage(
        number=f"{abs(more):.2f}" if abs(more) >= LEAST or not more else f"< {LEAST}",
        compared=_("与现行规则相同") if not more else _("多收到") if more > 0 else _("少收到"),
        first=date.fromisoformat(answer["from"]),
        last=date.fromisoformat(answer["to"]),
        counts=[(word, answer["counts"][name]) for name, word in CHANGES.items()],
        said=[(word, before.get(name, 0), answer["said"].get(name, 0)) for name, word in KINDS.items()],
        load=_load(answer),
        units=[(row["unit"] or "—", row["before"], row["after"], f"{row['more']:+}") for row in answer["units"]],
        changes=[_changed(row, titles) for row in answer["changes"]],
        total=sum(answer["counts"].values()),
        not_computed=_not_computed(answer, titles),
    )


def _load(answer: dict[str, Any]) -> list[tuple[Any, str, str]]:
    now, old = answer["load"], answer["load_before"]
    names = (
        (_("每名民警每周（中位）"), "per_officer_week", "median"),
        (_("每名民警每周（第95百分位）"), "per_officer_week", "p95"),
        (_("每名民警最忙一班（第95百分位）"), "busiest_shift", "p95"),
    )
    rows = [(word, f"{old[of][at]:g}" if old else "—", f"{now[of][at]:g}") for word, of, at in names]
    return [*rows, (_("提示总数"), f"{old['messages']:,}" if old else "—", f"{now['messages']:,}")]


def _changed(row: dict[str, Any], titles: dict[str, str]) -> Changed:
    name = row["level"] if row["kind"] == "approaching" else row["kind"]
    return Changed(
        change=CHANGES[row["change"]],
        title=titles.get(row["rule"], row["rule"]),
        case=row["case"] or row["incident"] or "",
        is_case=row["case"] is not None,
        unit=row["unit"] or "",
        level=KINDS.get(name, name),
        day=date.fromisoformat(row["day"]),
        due_before=_due(row["due_before"]),
        due=_due(row["due"]),
    )


def _due(text: str | None) -> str:
    return formats.due_moment(datetime.fromisoformat(text)) if text else ""


def _not_computed(answer: dict[str, Any], titles: dict[str, str]) -> list[tuple[str, str, int, list[str]]]:
    rulebook = shown_rulebook()
    if rulebook is None:
        return []
    return [
        (
            titles.get(row["rule"], row["rule"]),
            why_words(row["rule"], row["why"] or "", rulebook, formats.page_language()),
            row["cases"],
            row["examples"],
        )
        for row in answer["not_computed"]
    ]
