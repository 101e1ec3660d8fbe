"""Forms of cases. They check shapes and decide nothing."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.models import LABELS


class PersonSearchForm(forms.Form):
    """By what a person is looked for, and why."""

    column = forms.ChoiceField(
        label=_("按什么查"), choices=[("name", _("姓名")), ("id_number", _("证件号")), ("phone", _("电话"))]
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=100,
        help_text=_("要写完整，不能只写一部分。"),
        error_messages={"required": _("请填写要查的内容。")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label=_("查阅事由"),
        max_length=100,
        help_text=_("会和您的姓名、时间一起记入审计。"),
        error_messages={"required": _("请写明查阅事由。")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class SourceForm(forms.Form):
    """Another system that reports events."""

    source = forms.RegexField(
        r"\A[a-z0-9][a-z0-9._-]*\Z",
        label=_("代号"),
        max_length=40,
        help_text=_("小写字母、数字、点、横线，例如 jz。以后不能改。"),
        error_messages={"required": _("请填写代号。"), "invalid": _("代号只能用小写字母、数字、点和横线。")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    title = forms.CharField(label=_("名称"), max_length=80, error_messages={"required": _("请填写名称。")})
    zone = forms.CharField(
        label=_("时区"),
        max_length=40,
        required=False,
        help_text=_("来源的时间不带时区时按此解释，例如 Asia/Shanghai；不填则拒收不带时区的时间。"),
    )
    late_after_minutes = forms.IntegerField(
        label=_("多久没有数据算晚（分钟）"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("不填则不提示。"),
    )
    second_person = forms.BooleanField(label=_("来源系统内已双人审批"), required=False)

    def clean_zone(self) -> str:
        """A zone that the system knows, or none."""
        zone: str = self.cleaned_data["zone"]
        try:
            if zone:
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise forms.ValidationError(_("这不是时区。请写成 Asia/Shanghai 这样的名称。")) from problem
        return zone


SHOWN_LABELS: Final = [(value, _(title)) for value, title in LABELS]


class LabelForm(forms.Form):
    """How closely a case is held, and why."""

    case = forms.CharField(label=_("案件编号"), max_length=40, error_messages={"required": _("请填写案件编号。")})
    label = forms.ChoiceField(
        label=_("标签"), choices=SHOWN_LABELS, error_messages={"required": _("请选择标签。")}, widget=forms.RadioSelect
    )
    purpose = forms.CharField(
        label=_("事由"),
        max_length=100,
        help_text=_("会和您的姓名、时间一起记入审计。"),
        error_messages={"required": _("请写明事由。")},
    )
