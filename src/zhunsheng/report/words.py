"""The words of the report, and the names of states and groups."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.rule import Basis
from zhunsheng.core.wording import span_in_english, span_words

ELEMENTS: Final = {
    "matter": ("事", "M"),
    "person": ("人", "P"),
    "item": ("物", "I"),
    "dossier": ("卷", "D"),
    "unit": ("单", "U"),
    "place": ("所", "L"),
}
"""Element of a rule → its glyph, in the order in which a case is drawn."""

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

WORDS: Final = {
    "zh": {
        "brand": "准绳",
        "title": "期限检查报告",
        "as_of": "截至",
        "known_at": "只计此前已登记的",
        "clocks": "个期限",
        "cases": "个案件",
        "events": "条事件",
        "files": "文件",
        "rows_in": "读入行数",
        "rows_events": "事件",
        "rows_none": "不产生事件的行",
        "totals": "读入核对",
        "left_out": "未计入：{future} 条晚于截至时间，{unknown_yet} 条当时尚未登记，{superseded} 条已被更正。",
        "overdue": "已超期",
        "late": "超期办结",
        "red": "红色预警",
        "yellow": "黄色预警",
        "blue": "蓝色提示",
        "unknown": "待核实",
        "worst": "最急的在前",
        "worst_note": "列出前 {shown} 条，共 {all} 条；全部在 report.xlsx。",
        "all_note": "共 {all} 条。",
        "units": "按单位",
        "rules": "按期限",
        "unit": "单位",
        "rule": "期限",
        "no_unit": "（未写明单位）",
        "level": "级别",
        "case": "案件",
        "subject": "对象",
        "due": "届满",
        "outer": "最迟",
        "state": "状态",
        "basis": "依据",
        "start": "起点",
        "done": "办结",
        "reason": "原因",
        "number": "件数",
        "red_cases": "红色案件的期限轨道",
        "red_note": "画出最急的 {shown} 个案件，共 {all} 个有超期或红色预警的案件；其余见 report.xlsx。",
        "red_all": "共 {all} 个有超期或红色预警的案件。",
        "none_red": "没有超期或红色预警的案件。",
        "how": "这个到期时间是怎么算出来的",
        "gist": "要旨",
        "now": "现在",
        "folded": "另有 {n} 个期限（已办结或不紧急）没有画出，见 report.xlsx。",
        "more_how": "本案另有 {n} 个同级期限，算法见 zs explain。",
        "unknowns": "没有判断的，以及为什么",
        "unknown_note": "缺少的事实不当作合格；请核实后补登，再检查一次。",
        "none_unknown": "所有期限都能判断。",
        "none_found": "没有超期、没有即将到期、没有待核实。",
        "question": "为什么",
        "example": "例如",
        "legend_start": "起点",
        "legend_due": "法定届满",
        "legend_outer": "最迟",
        "legend_internal": "内部或约定",
        "legend_over": "超期部分",
        "legend_done": "按时办结",
        "legend_rest": "休息日",
        "left": "还剩{span}",
        "over": "超期{span}",
        "late_by": "超期{span}办结",
        "took": "用时{span}",
        "due_at": "{at} 届满",
        "outer_at": "最迟 {at}",
        "past_line": "已过从严时点",
        "met": "已办结",
        "moot": "已终止",
        "excused": "有据免责",
        "lapsed": "已失效",
        "restarted": "已重新计算",
        "paused": "暂停中",
        "waiting": "待起算",
        "running": "运行中",
        "unknown_line": "待核实",
        "open": "届满待定",
        "not_counted": "不计入",
        "statutory": "法定期限",
        "internal": "内部时限",
        "agreed": "约定时限",
        "closing": "本报告由规则文件和事件计算得出，只陈述事实，不认定责任。",
        "generator": "版本",
        "late_extension": "延长已过期限",
        "late_pause": "暂停已过期限",
        "extension_out_of_order": "延长次序不对",
        "late_known": "得知时已超期",
        "broken": "不符合",
        "checks": "检查发现的问题",
        "check": "检查",
        "since": "发现",
        "mends": "怎样补救",
        "none_broken": "没有不符合的检查。",
        "check_unknowns": "检查没有判断的，以及为什么",
        "none_check_unknown": "所有检查都能判断。",
        "comma": "、",
        "rule_id": "规则",
        "law_note": "要旨为本系统用语，不是法条原文。",
    },
    "en": {
        "brand": "Zhunsheng",
        "title": "Report on time limits",
        "as_of": "as of",
        "known_at": "only what was recorded by",
        "clocks": "clocks",
        "cases": "cases",
        "events": "events",
        "files": "file",
        "rows_in": "rows in",
        "rows_events": "events",
        "rows_none": "rows without event",
        "totals": "What was read",
        "left_out": "Left out: {future} beyond as-of, {unknown_yet} not recorded by then, {superseded} superseded.",
        "overdue": "overdue",
        "late": "ended late",
        "red": "red",
        "yellow": "yellow",
        "blue": "blue",
        "unknown": "to ask",
        "worst": "Worst first",
        "worst_note": "The first {shown} of {all}; all are in report.xlsx.",
        "all_note": "{all} in all.",
        "units": "By unit",
        "rules": "By limit",
        "unit": "unit",
        "rule": "limit",
        "no_unit": "(no unit stated)",
        "level": "level",
        "case": "case",
        "subject": "subject",
        "due": "due",
        "outer": "at the latest",
        "state": "state",
        "basis": "basis",
        "start": "start",
        "done": "done",
        "reason": "reason",
        "number": "number",
        "red_cases": "Tracks of the red cases",
        "red_note": "The {shown} worst of {all} cases with something overdue or red; the rest are in report.xlsx.",
        "red_all": "{all} cases with something overdue or red.",
        "none_red": "No case has anything overdue or red.",
        "how": "How this due time was computed",
        "gist": "Gist",
        "now": "now",
        "folded": "{n} more clocks (done, or not pressing) are not drawn; see report.xlsx.",
        "more_how": "{n} more clocks of this case at such a level; see zs explain.",
        "unknowns": "What could not be judged, and why",
        "unknown_note": "A missing fact never counts as in order; complete the record and check again.",
        "none_unknown": "Every clock could be judged.",
        "none_found": "Nothing overdue, nothing about to end, nothing to ask.",
        "question": "why",
        "example": "for example",
        "legend_start": "start",
        "legend_due": "statutory due time",
        "legend_outer": "at the latest",
        "legend_internal": "internal or agreed",
        "legend_over": "overdue",
        "legend_done": "met",
        "legend_rest": "rest day",
        "left": "{span} left",
        "over": "overdue {span}",
        "late_by": "ended {span} late",
        "took": "took {span}",
        "due_at": "due {at}",
        "outer_at": "latest {at}",
        "past_line": "past the strict due",
        "met": "met",
        "moot": "ended",
        "excused": "excused",
        "lapsed": "lapsed",
        "restarted": "restarted",
        "paused": "paused",
        "waiting": "waiting",
        "running": "running",
        "unknown_line": "to ask",
        "open": "due time open",
        "not_counted": "not counted",
        "statutory": "statutory",
        "internal": "internal",
        "agreed": "agreed",
        "closing": "Computed from rule files and events; it states facts, never blame.",
        "generator": "version",
        "late_extension": "extension came late",
        "late_pause": "pause came late",
        "extension_out_of_order": "extension out of order",
        "late_known": "overdue when learned",
        "broken": "broken",
        "checks": "What checks found",
        "check": "check",
        "since": "found",
        "mends": "what mends it",
        "none_broken": "No check is broken.",
        "check_unknowns": "What checks could not judge, and why",
        "none_check_unknown": "Every check could be judged.",
        "comma": ", ",
        "rule_id": "rule",
        "law_note": "The gist is in our own words, not the statute's.",
    },
}


class Wording:
    """The words and formats of one language on one wall clock."""

    def __init__(self, language: str, zone: str) -> None:
        self.language, self.zone, self.words = language, ZoneInfo(zone), WORDS[language]

    def __getitem__(self, name: str) -> str:
        return self.words[name]

    def moment(self, instant: datetime | None, *, at_end: bool = False) -> str:
        """2026-11-09 24:00, or a dash where there is none."""
        if instant is None:
            return "—"
        local = instant.astimezone(self.zone)
        return f"{local - timedelta(minutes=1):%Y-%m-%d} 24:00" if at_end else f"{local:%Y-%m-%d %H:%M}"

    def due(self, instant: datetime | None) -> str:
        """A due time; a midnight is 24:00 of the day before, whichever way of counting gave it."""
        local = instant.astimezone(self.zone) if instant else None
        return self.moment(instant, at_end=local is not None and local.hour == local.minute == 0)

    def span(self, span: timedelta) -> str:
        """7小时12分, or 7 h 12 min."""
        return span_words(span) if self.language == "zh" else span_in_english(span)

    def day(self, day: date, *, full: bool) -> tuple[str, str]:
        """A day label: 11月20日 or 21日, and its weekday."""
        if self.language == "zh":
            return (f"{day.month}月{day.day}日" if full else f"{day.day}日"), WEEKDAYS[day.weekday()]
        return (f"{day.day} {day:%b}" if full else f"{day.day}"), f"{day:%a}"

    def about(self, title: str, subject: str | None) -> str:
        """A title, and what it is about where that is not the case itself."""
        if subject is None:
            return title
        return f"{title}（{subject}）" if self.language == "zh" else f"{title} ({subject})"

    def basis(self, basis: Sequence[Basis]) -> str:
        """The first instrument and article of a rule; nothing where no version is in force."""
        if not basis:
            return ""
        space = " " if basis[0].instrument.isascii() else ""
        return f"{basis[0].instrument}{space}{basis[0].article}"

    def element(self, element: str) -> str:
        """The glyph of a group."""
        return ELEMENTS.get(element, ELEMENTS["matter"])[0 if self.language == "zh" else 1]
