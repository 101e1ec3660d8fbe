"""A limit as sentences: the choices of each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.rule import COUNTINGS, NATURES, OUTERS, ROLLS, STATUSES, UNITS
from zhunsheng.core.rules import parse_duration
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.sentences import Value

Words = str | Promise
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
LEADS: Final = ("PT6H", "PT12H", "PT24H", "PT36H", "P1D", "P2D", "P3D", "P5D", "P7D", "P10D", "P15D", "P30D")
LEVELS: Final = {"blue": _("蓝色提示"), "yellow": _("黄色预警"), "red": _("红色预警")}


class SentencesForm(forms.Form):
    """What a limit's file says, one sentence a field; only those that the file has a place for."""

    def __init__(self, spoken: Mapping[str, Value], vocabulary: Vocabulary, data: Any = None) -> None:
        super().__init__(data, initial={name: _initial(value) for name, value in spoken.items()}, prefix=None)
        self.spoken = spoken
        for name, field in _fields(vocabulary).items():
            if name in spoken:
                self.fields[name] = field

    def values(self) -> dict[str, Value]:
        """The sentences as the file takes them."""
        found: dict[str, Value] = {}
        for name, value in self.cleaned_data.items():
            found[name] = tuple(value) if isinstance(self.spoken[name], tuple) else value
        return found

    def clean(self) -> dict[str, Any]:
        """Leads are durations, or shares of the limit; the file's own way of writing one stays."""
        cleaned: dict[str, Any] = super().clean() or {}
        for level in LEVELS:
            text = cleaned.get(level)
            if isinstance(text, str) and not text.endswith("%") and not parse_duration(text):
                self.add_error(level, _("不是时长。例如 P2D 是两天，PT12H 是十二小时。"))
        return cleaned


def _initial(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _fields(vocabulary: Vocabulary) -> dict[str, forms.Field]:
    events = [(name, kind.title) for name, kind in vocabulary.event_types.items()]
    fields: dict[str, forms.Field] = {
        "title": forms.CharField(label=_("名称"), max_length=60),
        "status": _choice(_("状态"), STATUSES, STAGES),
        "nature": _choice(_("性质"), NATURES, KINDS),
        "start": _several(_("当这些事件之一发生，开始计算"), events),
        "amount": forms.IntegerField(label=_("期限"), min_value=0, max_value=9999),
        "unit": _choice(_("单位"), UNITS, UNIT_WORDS),
        "counting": _choice(_("怎么起算"), COUNTINGS, COUNTED),
        "outer": _choice(_("最迟读法"), OUTERS, READINGS),
        "roll": _choice(_("届满遇休息日"), ROLLS, ROLL_WORDS),
        "met_by": _several(_("有这些事件之一，算办完"), events),
    }
    for level, word in LEVELS.items():
        fields[level] = forms.CharField(
            label=_("届满前多久%(level)s") % {"level": word}, widget=forms.TextInput({"list": "leads"}), max_length=12
        )
    for level, word in LEVELS.items():
        fields[f"tell_{level}"] = _several(_("%(level)s告诉谁") % {"level": word}, list(vocabulary.roles.items()))
    return fields


def _choice(label: Any, values: Iterable[str], words: Mapping[str, Words]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(value, words[value]) for value in values])


def _several(label: Any, choices: Sequence[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.SelectMultiple({"size": 5}))


class TryForm(forms.Form):
    """A period to try a draft on, and the law of which day."""

    first = forms.DateField(label=_("从"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("到"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    law_of = forms.DateField(
        label=_("假设适用这一天有效的法律"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
