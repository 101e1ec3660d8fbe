"""A back-test → report.html, report.xlsx and the tables as Parquet."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from django.template import Context, Engine
from django.utils.safestring import mark_safe

from zhunsheng.core.backtest.run import BackTest
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.explanation import check_question_words, question_words
from zhunsheng.report.page import TEMPLATES
from zhunsheng.report.words import Wording
from zhunsheng.report.workbook import OPTIONS, write_sheet
from zhunsheng.report.write import replace_whole

LISTED: Final = 200
LEAST: Final = 0.01  # of a message a day: less is not told apart
CHANGES: Final = ("new", "gone", "moved")
FAR_REACHING: Final = {
    "zh": "把没有共同案件或人员的记录合在一起看，只在整份记录上判断（zs check）",
    "en": "holds together what has no case or person in common; judged over a whole log only (zs check)",
}
WORDS: Final = {
    "zh": {
        "title": "规则回测报告", "period": "回测期间", "change": "变化", "new": "新增", "gone": "消失", "moved": "变动",
        "rule": "规则", "case": "案件", "unit": "单位", "level": "级别", "day": "首日", "due_before": "原届满",
        "due": "届满", "before": "现行规则", "after": "试用规则", "more": "多出", "week": "每名民警每周条数",
        "median": "中位", "p95": "第95百分位", "shift": "每名民警最忙一天条数", "messages": "提示总数",
        "officers": "民警数", "units": "影响最大的单位", "none": "没有变化。", "why": "原因", "cases": "案件数",
        "examples": "例如", "not_computed": "无法计算的",
        "shown": "显示前 {shown} 条，共 {all} 条；全部在 report.xlsx。",
        "how": "每天终了时按当时已登记的记录判断。提示数按每个期限每次加重、每名承办民警一条计，不含升级和再次提醒。",
        "load": "提示量",
    },
    "en": {
        "title": "Back-test of a rulebook", "period": "period", "change": "change", "new": "new", "gone": "gone",
        "moved": "moved", "rule": "rule", "case": "case", "unit": "unit", "level": "level", "day": "first day",
        "due_before": "due before", "due": "due", "before": "rulebook now", "after": "rulebook tried", "more": "more",
        "week": "messages per officer and week", "median": "median", "p95": "95th percentile",
        "shift": "messages on an officer's fullest day", "messages": "messages", "officers": "officers",
        "units": "units that hear most more or less", "none": "Nothing changes.", "why": "why", "cases": "cases",
        "examples": "for example", "not_computed": "what could not be judged",
        "shown": "The first {shown} of {all}; all of them are in report.xlsx.",
        "how": "Each day is judged at its end by what had been recorded by then. A message is counted each time a "
        "clock stands worse, once for each handling officer; escalations and repeats are not.",
        "load": "load",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """A back-test, and the rulebook that it was held against."""

    tested: BackTest
    against: Rulebook | None


def one_number(tested: BackTest, language: str) -> str:
    """The one number that a decision looks at first."""
    more = tested.more_per_officer_day
    size = f"{abs(more):.2f}" if abs(more) >= LEAST or not more else f"< {LEAST}"
    if language == "zh":
        compared = ("多" if more > 0 else "少") if tested.before and more else ""
        same = "，与现行相同" if tested.before and not more else ""
        return f"每名民警每天{compared}收到 {size} 条{same}"
    compared = f" {'more' if more >= 0 else 'fewer'}" if tested.before else ""
    return f"{size}{compared} messages per officer and day"


def rule_titles(rulebook: Rulebook, language: str) -> dict[str, str]:
    """The title of every rule and check."""
    both: tuple[Rule | Check, ...] = (*rulebook.rules, *rulebook.checks)
    return {one.id: one.title if language == "zh" else one.title_en for one in both}


def why_words(rule: str, why: str, rulebook: Rulebook, language: str) -> str:
    """Why something could not be judged, in words."""
    if why == "far_reaching":
        return FAR_REACHING[language]
    if rule in {check.id for check in rulebook.checks}:
        return check_question_words(why, rulebook.vocabulary, language)
    question, _, fact = why.partition(": ")
    return question_words(question, fact, rulebook.vocabulary, language)


def back_test_data(tested: BackTest, *, most: int | None = None) -> dict[str, Any]:
    """The whole result as plain JSON: instants and days as ISO 8601. `most`: no more changes than so many."""
    days = tested.days
    first_day = pl.col("day").clip(lower_bound=0).map_elements(days.day, return_dtype=pl.Date)
    changes = tested.changes if most is None else tested.changes.head(most)
    data = {
        "from": days.first,
        "to": days.last,
        "more_per_officer_day": tested.more_per_officer_day,
        "counts": {name: tested.count(name) for name in CHANGES},
        "said": said_counts(tested.after.said),
        "said_before": said_counts(tested.before.said) if tested.before else None,
        "load": asdict(tested.after.load),
        "load_before": asdict(tested.before.load) if tested.before else None,
        "units": tested.units.to_dicts(),
        "not_computed": tested.not_computed.to_dicts(),
        "changes": changes.with_columns(first_day).to_dicts(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(data, default=_plain))
    return plain


def said_counts(said: pl.DataFrame) -> dict[str, int]:
    """How many findings come up within the period, by level of a warning, else by kind."""
    name = pl.when(pl.col("kind") == "approaching").then("level").otherwise("kind")
    rows = said.filter(pl.col("from_day") >= 0).group_by(name.alias("name")).len().sort("name")
    return {str(kind): int(count) for kind, count in rows.iter_rows()}


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is not plain data.")


def write_back_test(tried: Tried, folder: Path, *, language: str) -> None:
    """Write report.html, report.xlsx, changes.parquet and said.parquet into an existing folder, each whole or not at
    all. Raises OSError where it cannot be written."""
    tested = tried.tested
    page = back_test_html(tried, language=language)
    writers: dict[str, Callable[[Path], object]] = {
        "report.html": lambda partial: partial.write_text(page, "utf-8"),
        "report.xlsx": lambda partial: _workbook(tried, partial, language),
        "changes.parquet": tested.changes.write_parquet,
        "said.parquet": tested.after.said.write_parquet,
    }
    for name, write in writers.items():
        replace_whole(folder / name, write)


def back_test_html(tried: Tried, *, language: str) -> str:
    """The whole report as one HTML text, without script; every field of an event is escaped."""
    engine = Engine(dirs=[str(TEMPLATES)], autoescape=True)
    context = Context(_context(tried, language), use_l10n=False, use_tz=False)
    return engine.get_template("backtest.html").render(context)


def _context(tried: Tried, language: str) -> dict[str, Any]:
    tested, words = tried.tested, WORDS[language]
    changes = list(_change_rows(tried, language, LISTED))
    total = tested.changes.height
    return {
        "w": words,
        "lang": "zh-CN" if language == "zh" else "en",
        "css": mark_safe((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S308 — a file of ours
        "first": str(tested.days.first),
        "last": str(tested.days.last),
        "number": one_number(tested, language),
        "tiles": [(words[name], f"{tested.count(name):,}") for name in CHANGES],
        "load": list(_load_rows(tested, words)),
        "changes": changes,
        "note": words["shown"].format(shown=len(changes), all=total) if total > len(changes) else "",
        "units": [(unit or "—", old, new, f"{more:+}") for unit, old, new, more in _units(tested).iter_rows()],
        "not_computed": list(_not_computed_rows(tried, language)),
    }


def _units(tested: BackTest) -> pl.DataFrame:
    return tested.units.select("unit", "before", "after", "more")


def _load_rows(tested: BackTest, words: dict[str, str]) -> Iterable[list[str]]:
    loads = [told.load if told else None for told in (tested.before, tested.after)]
    for name, of in (("week", "per_officer_week"), ("shift", "busiest_shift")):
        for at in ("median", "p95"):
            values = [f"{getattr(getattr(load, of), at):g}" if load else "—" for load in loads]
            yield [f"{words[name]}（{words[at]}）", *values]
    yield [words["messages"], *(f"{load.messages:,}" if load else "—" for load in loads)]
    yield [words["officers"], *(f"{load.officers:,}" if load else "—" for load in loads)]


def _change_rows(tried: Tried, language: str, most: int | None = None) -> Iterable[list[str]]:
    tested, words = tried.tested, WORDS[language]
    wording = Wording(language, tested.rulebook.vocabulary.zone)
    titles = rule_titles(tested.rulebook, language)
    if tried.against is not None:
        titles = {**rule_titles(tried.against, language), **titles}
    rows = tested.changes if most is None else tested.changes.head(most)
    for row in rows.iter_rows(named=True):
        word = wording[row["level"]] if row["kind"] == "approaching" else wording[row["kind"]]
        yield [
            words[row["change"]],
            titles.get(row["rule"], row["rule"]),
            row["case"] or row["incident"] or "",
            row["unit"] or "",
            word,
            str(tested.days.day(max(row["day"], 0))),
            due_words(row["due_before"], wording),
            due_words(row["due"], wording),
        ]


def due_words(instant: datetime | None, wording: Wording) -> str:
    """A due time; nothing where there is none."""
    return wording.due(instant) if instant else ""


def _not_computed_rows(tried: Tried, language: str) -> Iterable[list[str]]:
    titles = rule_titles(tried.tested.rulebook, language)
    for row in tried.tested.not_computed.iter_rows(named=True):
        why = why_words(row["rule"], row["why"] or "", tried.tested.rulebook, language)
        yield [titles.get(row["rule"], row["rule"]), why, str(row["cases"] or ""), "  ".join(row["examples"])]


def _workbook(tried: Tried, path: Path, language: str) -> None:
    words = WORDS[language]
    head = ("change", "rule", "case", "unit", "level", "day", "due_before", "due")
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        book.set_properties(
            {"title": words["title"], "created": datetime.combine(tried.tested.days.last, datetime.min.time())}
        )
        write_sheet(book, words["load"], ["", words["before"], words["after"]], _load_rows(tried.tested, words))
        write_sheet(book, words["change"], [words[name] for name in head], _change_rows(tried, language))
        units = ([unit or "—", old, new, more] for unit, old, new, more in _units(tried.tested).iter_rows())
        write_sheet(book, words["unit"], [words[name] for name in ("unit", "before", "after", "more")], units)
        names = ("rule", "why", "cases", "examples")
        write_sheet(book, words["not_computed"], [words[n] for n in names], _not_computed_rows(tried, language))
