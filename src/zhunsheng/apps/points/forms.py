"""Forms: an appeal, an answer, a decision, and what two persons record."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.points import words
from zhunsheng.apps.points.effects import DEFECTS
from zhunsheng.apps.points.policies import known

LONGEST: Final = 400
Choices = Sequence[tuple[str, Any]]


class AppealForm(forms.Form):
    """Why, and the document that shows it."""

    reason = forms.CharField(label=_("申诉的理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
    document_no = forms.CharField(label=_("文号"), max_length=80, required=False)


class AnswerForm(forms.Form):
    """Yes or no, and why."""

    granted = forms.ChoiceField(
        label=_("答复"), choices=[("yes", _("支持，冲销这条积分")), ("no", _("不支持"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))


class DecisionForm(forms.Form):
    """Yes or no; a reason where words were asked about."""

    confirmed = forms.ChoiceField(
        label=_("决定"), choices=[("yes", _("同意")), ("no", _("不同意"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("理由"), max_length=LONGEST, required=False)


class Proposed(forms.Form):
    """What every proposal says: why."""

    reason = forms.CharField(label=_("事由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))

    def body(self) -> dict[str, Any]:
        """What will be recorded, as JSON."""
        raise NotImplementedError


class OfAPerson(Proposed):
    """About one officer of the units that the proposer leads."""

    officer = forms.ChoiceField(label=_("民警"))

    field_order: Sequence[str] | None = ("officer",)

    def __init__(self, *data: Any, people: Choices = (), **more: Any) -> None:
        super().__init__(*data, **more)
        field = self.fields["officer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(people)


class ExposureForm(OfAPerson):
    """Another number of days in post."""

    days = forms.DecimalField(
        label=_("在岗天数"), min_value=0, max_value=366, decimal_places=1, help_text=_("可以写半天，例如 18.5。")
    )

    field_order = ("officer", "days", "reason")

    def clean_days(self) -> Decimal:
        """Whole half days."""
        days: Decimal = self.cleaned_data["days"]
        if (2 * days) % 1:
            raise forms.ValidationError(_("只能是整天或半天，例如 18 或 18.5。"))
        return days

    def body(self) -> dict[str, Any]:
        """Half days of a holder; his place is filled in by whoever knows it."""
        return {"holder": self.cleaned_data["officer"], "half_days": int(2 * self.cleaned_data["days"])}


class ManualForm(OfAPerson):
    """Points by hand, of a kind that the policy lists."""

    kind = forms.ChoiceField(label=_("种类"), choices=list(words.MANUAL_KINDS.items()))
    points = forms.DecimalField(label=_("分值"), min_value=Decimal("0.01"), max_value=5, decimal_places=2)

    field_order = ("officer", "kind", "points", "reason")

    def body(self) -> dict[str, Any]:
        """Hundredths for an officer."""
        return {
            "officer": self.cleaned_data["officer"],
            "kind": self.cleaned_data["kind"],
            "amount": int(100 * self.cleaned_data["points"]),
        }


class DefectForm(OfAPerson):
    """A problem that was found, to be confirmed by a second person."""

    fact = forms.ChoiceField(label=_("问题的种类"))
    case = forms.CharField(label=_("案件编号"), max_length=40)
    finding = forms.RegexField(
        label=_("预警或核查发现的编号"),
        regex=r"\A[0-9a-f]{64}\Z",
        required=False,
        help_text=_("超期和程序违反要以系统的一项发现为据，编号在预警页的地址里。"),
    )

    field_order = ("officer", "fact", "case", "finding", "reason")

    def __init__(self, *data: Any, **more: Any) -> None:
        super().__init__(*data, **more)
        field = self.fields["fact"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, known().facts[name].title) for name in DEFECTS]

    def clean(self) -> dict[str, Any]:
        """What rests on a finding names it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if DEFECTS.get(cleaned.get("fact", ""), ()) and not cleaned.get("finding") and "finding" not in self.errors:
            self.add_error("finding", _("这一种问题要写明所依据的发现。"))
        return cleaned

    def body(self) -> dict[str, Any]:
        """The fact, its case and its finding."""
        return {name: self.cleaned_data[name] for name in ("officer", "fact", "case", "finding")}


class BoundForm(Proposed):
    """What the files drawn by lot say of a unit, over the periods that the policy's gate looks at."""

    unit = forms.ChoiceField(label=_("单位"))
    period = forms.DateField(label=_("期次"), help_text=_("这一期的第一天，例如 2027-03-01。"))
    read = forms.IntegerField(label=_("已查件数"), min_value=0, max_value=100_000)
    problems = forms.IntegerField(label=_("有问题的件数"), min_value=0, max_value=100_000)

    field_order = ("unit", "period", "read", "problems", "reason")

    def __init__(self, *data: Any, units: Choices = (), **more: Any) -> None:
        super().__init__(*data, **more)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(units)

    def clean(self) -> dict[str, Any]:
        """No more problems than files; a period begins with a month."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (cleaned.get("problems") or 0) > (cleaned.get("read") or 0):
            self.add_error("problems", _("不能多于已查件数。"))
        period = cleaned.get("period")
        if isinstance(period, date) and period.day != 1:
            self.add_error("period", _("一期从一个月的1日开始。"))
        return cleaned

    def body(self) -> dict[str, Any]:
        """Counts of a unit and period."""
        cleaned = self.cleaned_data
        return {
            "unit": cleaned["unit"],
            "period": cleaned["period"].isoformat(),
            "files": cleaned["read"],
            "problems": cleaned["problems"],
        }
