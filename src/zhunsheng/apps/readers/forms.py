"""Forms. They check shapes and decide nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UrgentForm(forms.Form):
    """Which case, and why it cannot wait."""

    number = forms.CharField(
        label=_("案件编号"), max_length=40, strip=True, error_messages={"required": _("请填写案件编号。")}
    )
    reason = forms.CharField(
        label=_("事由"),
        max_length=200,
        help_text=_("发生了什么，为什么现在就要看。会通知法制支队和办案单位，事后由督察逐条审查。"),
        error_messages={"required": _("请写明事由。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewForm(forms.Form):
    """What was found of an access."""

    access = forms.IntegerField(widget=forms.HiddenInput)
    justified = forms.ChoiceField(label=_("是否确有必要"), choices=[("1", _("确有必要")), ("0", _("没有必要"))])
    note = forms.CharField(label=_("说明"), max_length=200, error_messages={"required": _("请写明理由。")})


class BaitForm(forms.Form):
    """A case or person of nobody."""

    kind = forms.ChoiceField(label=_("种类"), choices=[("case", _("案件")), ("person", _("人员"))])
    key = forms.CharField(
        label=_("编号"),
        max_length=80,
        help_text=_("先登记一个虚构的案件或人员，再在这里填它的编号。"),
        error_messages={"required": _("请填写编号。")},
    )
