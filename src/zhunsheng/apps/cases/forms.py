"""Forms of cases. They check shapes and decide nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
