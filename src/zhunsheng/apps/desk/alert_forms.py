"""What acts on alerts ask of people. The forms check shapes; whether the act may be done, the services say."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.desk.alert_page import AlertPage
from zhunsheng.apps.display import formats
from zhunsheng.apps.instants import in_utc
from zhunsheng.apps.org.models import Officer, Post, Unit

OTHER: Final = "other"
SNOOZE_REASONS: Final = (
    ("scene", gettext_lazy("正在现场处警，回所后办")),
    ("approval", gettext_lazy("材料已报，等审批")),
    ("agreed", gettext_lazy("已和有关单位约好时间")),
    (OTHER, gettext_lazy("其他")),
)
WRONG: Final = (
    ("start_wrong", gettext_lazy("起点时间错")),
    ("not_applicable", gettext_lazy("不适用")),
    ("done_not_in_data", gettext_lazy("已办结，数据未到")),
    (OTHER, gettext_lazy("其他")),
)
RULINGS: Final = (("upheld", gettext_lazy("误报成立，撤回")), ("rejected", gettext_lazy("误报不成立，继续办理")))
MOMENT: Final = "%Y-%m-%d %H:%M"
AN_HOUR: Final = timedelta(hours=1)
REPLY_WITHIN: Final = timedelta(hours=4)
EVENING, MORNING = 20, 9


class Asked(forms.Form):
    """The base: `page` is the alert that is acted on, `now` the instant of the page."""

    def __init__(self, *args: Any, page: AlertPage, now: datetime, officer: Officer, **kwargs: Any) -> None:
        self.page, self.now, self.officer = page, now, officer
        super().__init__(*args, **kwargs)

    def said(self) -> dict[str, Any]:
        """What the service takes, from a valid form."""
        return dict(self.cleaned_data)


class SnoozeForm(Asked):
    """稍后提醒. Why has no default; the buttons below the form name the instant."""

    reason = forms.ChoiceField(label=gettext_lazy("原因"), choices=SNOOZE_REASONS, widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("说明"), max_length=150, required=False, help_text=gettext_lazy("选“其他”时请写明。")
    )

    def clean(self) -> dict[str, Any]:
        """Another reason needs words."""
        found = super().clean() or {}
        if found.get("reason") == OTHER and not found.get("words"):
            self.add_error("words", _("请写明事由。"))
        return found

    def said(self) -> dict[str, Any]:
        """The reason in words, and the instant of the button that was pressed."""
        chosen, words = self.cleaned_data["reason"], self.cleaned_data["words"]
        title = str(dict(SNOOZE_REASONS)[chosen])
        reason = words if chosen == OTHER else f"{title}：{words}" if words else title
        return {"reason": reason, "until": self.until()}

    def until(self) -> datetime:
        """The instant of the button; without one, now, which the service refuses in words."""
        try:
            at = datetime.fromisoformat(self.data.get("until", ""))
            return in_utc(at) if at.tzinfo else self.now
        except ValueError:
            return self.now

    def choices(self) -> list[tuple[str, str]]:
        """The instants that are offered, each with its words: none is later than the latest that is allowed."""
        latest = self.page.detail.snooze_until
        if latest is None:
            return []
        here = self.now.astimezone(formats.ZONE).replace(second=0, microsecond=0)
        evening = here.replace(hour=EVENING, minute=0)
        morning = here.replace(hour=MORNING, minute=0) + timedelta(days=1)
        offered = [at for at in (here + AN_HOUR, evening, morning) if self.now < at <= latest]
        offered = sorted({*offered, latest.astimezone(formats.ZONE).replace(second=0, microsecond=0)} - {here})
        return [(at.isoformat(), formats.moment_in_list(at, now=self.now)) for at in offered if at > self.now]


class HandOverForm(Asked):
    """交给: a named colleague, who must accept."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("交给谁"), queryset=Officer.objects.none(), empty_label=gettext_lazy("请选择")
    )
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = _colleagues(self.page.key, self.officer, self.now)


class ClaimDoneForm(Asked):
    """已办结: the number of the document that shows it."""

    document_no = forms.CharField(
        label=gettext_lazy("文书号"),
        max_length=80,
        help_text=gettext_lazy("没有文书的，填照片编号。数据到达后自动核对；到时仍没有数据会再次提醒。"),
    )


class DisputeForm(Asked):
    """报误报: one of four reasons; another one needs words."""

    reason = forms.ChoiceField(label=gettext_lazy("哪里不对"), choices=WRONG, widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("情况"), max_length=150, required=False, help_text=gettext_lazy("选“其他”时请写明。")
    )


class RuleForm(Asked):
    """裁定: whether it was wrong, and why."""

    verdict = forms.ChoiceField(label=gettext_lazy("裁定"), choices=RULINGS, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)

    def said(self) -> dict[str, Any]:
        """upheld as yes or no."""
        return {"upheld": self.cleaned_data["verdict"] == "upheld", "reason": self.cleaned_data["reason"]}


class UrgeForm(Asked):
    """督办: an answer is expected by an instant."""

    reply_by = forms.DateTimeField(
        label=gettext_lazy("要求回复的时间"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M"],
        help_text=gettext_lazy("24小时制，例如 2026-11-23 16:48。"),
        error_messages={"invalid": gettext_lazy("请按 2026-11-23 16:48 的样子填写。")},
        widget=forms.DateTimeInput(format=MOMENT),
    )
    reason = forms.CharField(label=gettext_lazy("要求"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        due = self.page.detail.row.due
        reply = self.now + REPLY_WITHIN
        self.fields["reply_by"].initial = min(reply, due) if due and due > self.now else reply
        self.fields["reason"].initial = _("请立即办理“%(title)s”。") % {"title": self.page.detail.row.title}


class DeclineForm(Asked):
    """不接收: why."""

    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


FORMS: Final[dict[str, type[Asked]]] = {
    "snooze": SnoozeForm,
    "hand_over": HandOverForm,
    "claim_done": ClaimDoneForm,
    "dispute": DisputeForm,
    "rule_on": RuleForm,
    "urge": UrgeForm,
    "decline": DeclineForm,
}


def _colleagues(key: str, officer: Officer, now: datetime) -> Any:
    """Officers in service with a post in a unit of the actor's, or in the unit of the alert."""
    on = now.astimezone(formats.ZONE).date()
    held = Post.objects.filter(Q(until_on=None) | Q(until_on__gt=on), from_on__lte=on)
    units = Unit.objects.filter(Q(pk__in=held.filter(officer=officer).values("unit")) | Q(pk__in=_unit_of(key)))
    there = held.filter(unit__in=units).values("officer")
    return Officer.objects.filter(pk__in=there, left_on=None).exclude(pk=officer.pk).order_by("name", "pk")


def _unit_of(key: str) -> Sequence[str]:
    from_alert = AlertGroup.objects.filter(pk=key).values_list("unit", flat=True)
    return [unit for unit in from_alert if unit]
