"""The blanks of a rule's sentences: for each the words of its choices."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.check import LEVELS as CHECK_LEVELS
from zhunsheng.core.rule import COUNTINGS, NATURES, OUTERS, ROLLS, STATUSES, UNITS
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.explanation import fact_title
from zhunsheng.rulecheck.sentences import Value
from zhunsheng.value_words import value_word

Words = str | Promise
Label = Any
"""Words as a form takes them: its stubs know the lazy ones of Django by a class of their own."""
STAGES: Final = {"draft": _("草稿"), "trial": _("试用：只显示，不发送"), "stable": _("启用"), "retired": _("停用")}
KINDS: Final = {"statutory": _("法定期限"), "internal": _("内部时限"), "agreed": _("约定时限")}
UNIT_WORDS: Final = {
    "hours": _("小时"), "days": _("日"), "working_days": _("工作日"), "months": _("个月"), "years": _("年"),
    "immediate": _("立即"), "by_document": _("依文书"),
}  # fmt: skip
COUNTED: Final = {
    "exact_minute": _("按分钟计"), "rolling_24h": _("满二十四小时为一日"), "same_time": _("至同一时刻"),
    "day_after": _("当日不计"), "next_workday": _("自下一工作日计"), "same_day_of_month": _("至对应日"),
    "office_hours": _("只计办公时间"), "at_once": _("立即"), "before_parent": _("自另一期限倒推"),
    "by_document": _("依文书"),
}  # fmt: skip
READINGS: Final = {
    "same": _("与届满相同"), "full_hour": _("起始小时不计"), "day_end": _("末日24:00"), "spc_month": _("月末至月末"),
    "rolled": _("遇休息日顺延"),
}  # fmt: skip
ROLL_WORDS: Final = {"never": _("不顺延"), "forward": _("顺延到下一工作日"), "by_custody": _("有人在押不顺延")}
LEVELS: Final = {"blue": _("蓝色提示"), "yellow": _("黄色预警"), "red": _("红色预警")}
LEVEL_WORDS: Final = {**LEVELS, "ask": _("只提问")}
LOOKS: Final = {"before": _("之前最近"), "after": _("之后最近")}
WITHOUT: Final = {"skips": _("不核查"), "asks": _("提问")}
TRUTHS: Final = {"true": _("是"), "false": _("否")}
OPS: Final = {
    "not": _("%(fact)s不是"), "at_least": _("%(fact)s至少"), "at_most": _("%(fact)s至多"), "one_of": _("%(fact)s是"),
    "present": _("写明%(fact)s"),
}  # fmt: skip
EVENTS: Final = {
    "start": _("当这些事件之一发生，开始计算"),
    "met_by": _("有这些事件之一，算办完"),
    "moot_by": _("有这些事件之一，不再计算"),
    "excused_by": _("有这些事件之一，逾期不算超期"),
    "acts": _("当这些事件之一发生，核查一次"),
    "begins": _("从这些事件之一起核查"),
    "ends": _("到这些事件之一止"),
    "after": _("在它之前应当有"),
    "since": _("从这些事件之一起看"),
    "must": _("在它之后应当有"),
    "from": _("时限从这些事件之一起算"),
    "ended_by": _("以这些事件之一为结束"),
    "left_by": _("以这些事件之一为结束"),
    "anew": _("有这些事件之一以后重新计数"),
    "with": _("与这些事件之一核对"),
}
LENGTHS: Final = {
    "since_at_least": _("至少隔多久才核查"),
    "within": _("多久以内"),
    "before": _("提前多久也算"),
    "longest": _("没有结束时最长多久"),
    "at_most": _("最长多久"),
    "at_least": _("最短多久"),
    "window": _("在多久之内"),
}
SAYS: Final = {
    "approaching": _("快届满时写给民警"),
    "overdue": _("超期时写给民警"),
    "late": _("超期办结时写给民警"),
    "broken": _("不符合时写给民警"),
    "unknown": _("要核实时写给民警"),
}
LONGEST_TEXT: Final = 200
HOUR: Final = r"([01]\d|2[0-3]):[0-5]\d"


def blank(
    name: str, value: Value, vocabulary: Vocabulary, articles: Sequence[str], own: Mapping[str, Sequence[str]]
) -> forms.Field | None:
    """The blank of one sentence; None for one that no blank can say.

    Takes   value: what the file says; articles: what may be cited; own: what the file names itself.
    """
    if name in EVENTS:
        return _several(EVENTS[name], _events(vocabulary), value)
    if name in LENGTHS:
        return _length(LENGTHS[name])
    if name.startswith(("tell_", "says_")):
        return _spoken_to(name, value, vocabulary)
    if name in own:
        return _several(_("现行版本的选择"), [(one, one) for one in own[name]], value)
    if name == "basis":
        return _several(_("依据的条文"), [(label, label) for label in articles], cited(value))
    if "." in name:
        return _of_table(name, value, vocabulary)
    return _plain(name)


def _plain(name: str) -> forms.Field | None:
    """A blank whose choices are the same for every rulebook."""
    if name in LEVELS:
        label = _("届满前多久%(level)s") % {"level": LEVELS[name]}
        return forms.CharField(label=label, widget=forms.TextInput({"list": "leads"}), max_length=24)
    fields: dict[str, forms.Field] = {
        "title": forms.CharField(label=_("名称"), max_length=60),
        "status": _choice(_("状态"), STATUSES, STAGES),
        "nature": _choice(_("性质"), NATURES, KINDS),
        "level": _choice(_("级别"), CHECK_LEVELS, LEVEL_WORDS),
        "amount": _number(_("期限")),
        "unit": _choice(_("单位"), UNITS, UNIT_WORDS),
        "counting": _choice(_("怎么起算"), COUNTINGS, COUNTED),
        "outer": _choice(_("最迟读法"), OUTERS, READINGS),
        "roll": _choice(_("届满遇休息日"), ROLLS, ROLL_WORDS),
        "times": _number(_("至多几次")),
        "look": _choice(_("核对哪一条"), LOOKS, LOOKS),
        "without": _choice(_("没有可核对的记录时"), WITHOUT, WITHOUT),
        "outside_from": _hour(_("不得进行的时段从")),
        "outside_to": _hour(_("不得进行的时段到")),
        "in_force": forms.CharField(label=_("自哪一天起适用"), max_length=10),
        "mends": forms.CharField(label=_("怎样补救"), max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 2})),
    }
    return fields.get(name)


def cited(value: Value) -> tuple[str, ...]:
    """The articles of a file as the page names them: 《刑事诉讼法》（2018）第九十一条：要旨."""
    return tuple(cited_words(row) for row in value if isinstance(row, Mapping)) if isinstance(value, tuple) else ()


def cited_words(row: Mapping[str, Any]) -> str:
    """An article as the page names it."""
    year = f"（{row['year']}）" if row.get("year") else ""
    return f"《{row['instrument']}》{year}{row['article']}：{row['gist']}"


def _spoken_to(name: str, value: Value, vocabulary: Vocabulary) -> forms.Field:
    """Who is told at a level, or what an officer reads."""
    begins, _under, what = name.partition("_")
    if begins == "says":
        return forms.CharField(label=SAYS[what], max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 2}))
    return _several(_("%(level)s告诉谁") % {"level": LEVEL_WORDS[what]}, list(vocabulary.roles.items()), value)


def _of_table(name: str, value: Value, vocabulary: Vocabulary) -> forms.Field | None:
    """A blank of a numbered table: a pause, an extension, a restart, or a test on a fact."""
    table, _n, key, *op = name.split(".")
    if table in ("pause", "extension", "restart"):
        return _number(_("期限")) if isinstance(value, int) else _reckoned(key, value, vocabulary)
    return _test(key, op[0] if op else "one_of", value, vocabulary)


def _reckoned(key: str, value: Value, vocabulary: Vocabulary) -> forms.Field:
    labels = {"from": _("从哪个事件起不计入"), "to": _("到哪些事件止不计入"), "event": _("哪个事件")}
    if isinstance(value, tuple):
        return _several(labels[key], _events(vocabulary), value)
    return forms.ChoiceField(label=labels[key], choices=_events(vocabulary))


def _test(fact: str, op: str, value: Value, vocabulary: Vocabulary) -> forms.Field | None:
    """What a fact must be: a truth, a number, one or several of its words."""
    label = OPS[op] % {"fact": fact_title(fact, vocabulary)} if op in OPS else fact
    if isinstance(value, bool):
        return forms.ChoiceField(label=label, choices=list(TRUTHS.items()))
    if isinstance(value, int):
        return _number(label)
    known = vocabulary.facts.get(fact)
    words = [(code, value_word(fact, code, vocabulary)) for code in known.values] if known else []
    if isinstance(value, tuple):
        return _several(label, words, value)
    return forms.ChoiceField(label=label, choices=words) if words else None


def _events(vocabulary: Vocabulary) -> list[tuple[str, Words]]:
    return [(name, kind.title) for name, kind in vocabulary.event_types.items()]


def _choice(label: Label, values: Iterable[str], words: Mapping[str, Words]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(value, words[value]) for value in values])


def _several(label: Label, choices: Sequence[tuple[str, Words]], chosen: Any) -> forms.MultipleChoiceField:
    """What is chosen stands first, where it is seen without scrolling."""
    choices = sorted(choices, key=lambda choice: choice[0] not in chosen)
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.SelectMultiple({"size": 5})
    )


def _number(label: Label) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0)


def _hour(label: Label) -> forms.Field:
    return forms.RegexField(HOUR, label=label, widget=forms.TextInput({"size": 5, "inputmode": "numeric"}))


def _length(label: Label) -> forms.CharField:
    return forms.CharField(label=label, max_length=24, widget=forms.TextInput({"list": "leads"}))
