"""What acts of inspection ask of people. The forms check shapes; whether the act may be done, the services say."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.display.options import ManyOptions
from zhunsheng.core.inspection.rectification import CARES

CARE_TITLES: Final = (
    ("fault", gettext_lazy("一般问题（2个工作日）")),
    ("rights", gettext_lazy("涉及在押人员权利（24小时）")),
    ("papers", gettext_lazy("文书补正（5个工作日）")),
)
assert {name for name, _title in CARE_TITLES} == set(CARES)


class PlanForm(forms.Form):
    """制订抽查计划."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    unit = forms.ChoiceField(label=gettext_lazy("范围"))
    from_on = forms.DateField(label=gettext_lazy("办结日期起"), help_text="2026-03-01")
    until_on = forms.DateField(label=gettext_lazy("办结日期止（不含）"), help_text="2026-04-01")
    below = forms.RegexField(
        r"\A\d{1,2}(\.\d)?\Z", label=gettext_lazy("要说问题率低于（%）"), help_text=gettext_lazy("例如 5 或 10")
    )
    problems = forms.IntegerField(label=gettext_lazy("容许发现的问题件数"), min_value=0, max_value=20, initial=0)
    drawn = forms.IntegerField(label=gettext_lazy("抽取件数"), min_value=1, max_value=50_000)
    hour = forms.DateTimeField(
        label=gettext_lazy("抽取时刻"),
        input_formats=["%Y-%m-%d %H:%M"],
        help_text=gettext_lazy("例如 2026-04-02 09:00。见证人要在它之前登记承诺。"),
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(label=gettext_lazy("范围"), choices=units, widget=ManyOptions)

    def clean(self) -> dict[str, Any]:
        """The period ends after it begins."""
        found = super().clean() or {}
        begin, end = found.get("from_on"), found.get("until_on")
        if isinstance(begin, date) and isinstance(end, date) and begin >= end:
            self.add_error("until_on", _("止应晚于起。"))
        return found


class CommitForm(forms.Form):
    """登记承诺."""

    value = forms.RegexField(
        r"\A[0-9a-f]{64}\Z",
        label=gettext_lazy("承诺（64 位十六进制）"),
        help_text=gettext_lazy("自己留好 16 字节随机数，只在这里填它的 SHA-256。"),
    )


class PublishForm(forms.Form):
    """公布随机数."""

    value = forms.RegexField(r"\A[0-9a-f]{32}\Z", label=gettext_lazy("随机数（32 位十六进制）"))


class ReaderForm(forms.Form):
    """更换阅卷人: which reading goes to whom, and why."""

    reading = forms.ChoiceField(label=gettext_lazy("案卷"), widget=ManyOptions)
    number = forms.CharField(label=gettext_lazy("新阅卷人警号"), max_length=20)
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("例如申报了亲属关系、请假")
    )

    def __init__(self, *args: Any, readings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reading"] = forms.ChoiceField(label=gettext_lazy("案卷"), choices=readings, widget=ManyOptions)


class AnswerForm(forms.Form):
    """One answer to one question."""

    answer = forms.CharField(max_length=16)
    note = forms.CharField(max_length=400, required=False)
    page = forms.CharField(max_length=40, required=False)
    basis = forms.CharField(max_length=80, required=False)
    responsible = forms.CharField(max_length=20, required=False)
    remedy_days = forms.IntegerField(min_value=1, max_value=30, required=False)


class WordsForm(forms.Form):
    """A reason, and where asked a document."""

    reason = forms.CharField(label=gettext_lazy("说明"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class DocumentForm(WordsForm):
    """What was done, and the document that shows it."""

    document_no = forms.CharField(label=gettext_lazy("文书号"), max_length=80)


class LetterForm(forms.Form):
    """签发督察函."""

    document_no = forms.CharField(label=gettext_lazy("督察函编号"), max_length=80, help_text="督〔2026〕1号")


class RecheckForm(WordsForm):
    """复核."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("复核结论"),
        choices=(("kept", gettext_lazy("已改正，销号")), ("not_kept", gettext_lazy("没有改正，退回"))),
        widget=forms.RadioSelect,
    )
    field_order = ("verdict", "reason")


class RulingForm(WordsForm):
    """裁定异议."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("裁定"),
        choices=(("upheld", gettext_lazy("异议成立，撤销")), ("rejected", gettext_lazy("异议不成立，继续整改"))),
        widget=forms.RadioSelect,
    )
    field_order = ("verdict", "reason")


class ConfirmForm(forms.Form):
    """确认问题."""

    answer = forms.IntegerField()
    confirmed = forms.ChoiceField(choices=(("yes", ""), ("no", "")))
    care = forms.ChoiceField(choices=CARE_TITLES, required=False)
    reason = forms.CharField(max_length=200, required=False)


class JudgeForm(WordsForm):
    """核实."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("核实结果"),
        choices=(("yes", gettext_lazy("情况属实")), ("no", gettext_lazy("有正当原因"))),
        widget=forms.RadioSelect,
    )
    field_order = ("verdict", "reason")
