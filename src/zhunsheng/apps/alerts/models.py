"""What people are told and what they do about it. Alerts and actions never change; a group says where it stands now."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.alerts.concern import Concern as Concern
from zhunsheng.apps.alerts.kept_counts import KeptCount as KeptCount
from zhunsheng.apps.alerts.reasons import AlertReason
from zhunsheng.apps.alerts.switch import Switch as Switch
from zhunsheng.apps.audit.fields import SealedModel
from zhunsheng.apps.org.models import Officer

LEVELS = (("ask", "待核实"), ("blue", "蓝色提示"), ("yellow", "黄色预警"), ("red", "红色预警"))
KEY = 64  # a SHA-256 in hex
COUNTED_CLOSED = ["key", "case", "incident", "rule", "nature", "level", "state", "seen_label", "seen_unit"]
LISTED_OPEN = [
    "key", "case", "incident", "unit", "rule", "nature", "liberty", "level", "state", "held", "outer", "outer_at_end",
    "closed_at", "seen_label",
]  # fmt: skip
"""What filters and sums over open alerts ask of them."""
COUNTED_OPEN = [
    "key", "incident", "unit", "level", "state", "due", "outer", "outer_at_end", "seen_label", "seen_unit",
]  # fmt: skip
"""What counts ask of the open alerts of some cases, or of all."""
PASSED = ["key", "case", "incident", "unit", "due", "outer_at_end", "seen_label", "seen_unit"]
"""What counts ask of those whose outer time has passed of late."""


class AlertGroup(models.Model):
    """One row of the inbox. Its key is that of its clock, or of what a check judged."""

    class State(models.TextChoices):
        """Where it stands among people."""

        WAITING = "waiting", _("待签收")
        ACKNOWLEDGED = "acknowledged", _("已签收")
        SNOOZED = "snoozed", _("稍后提醒")
        CLAIMED_DONE = "claimed_done", _("已办结待核")
        DONE = "done", _("已办结")
        DISPUTED = "disputed", _("误报待裁")
        WITHDRAWN = "withdrawn", _("已撤回")

    key = models.CharField("编号", primary_key=True, max_length=KEY)
    case = models.TextField("案件编号", null=True, blank=True)
    incident = models.TextField("警情编号", null=True, blank=True)
    rule = models.TextField("规则")
    subject = models.TextField("对象", blank=True, default="")
    unit = models.TextField("单位代码", blank=True, default="")
    nature = models.CharField("性质", max_length=12)
    liberty = models.BooleanField("限制人身自由")
    level = models.CharField("级别", max_length=8, choices=LEVELS)  # of the worst finding that is open, else that was
    kind = models.CharField("情形", max_length=24)
    start = models.DateTimeField("起点", null=True)
    due = models.DateTimeField("届满", null=True)
    outer = models.DateTimeField("最迟", null=True)
    due_at_end = models.BooleanField("届满为当日24时", default=False)
    outer_at_end = models.BooleanField("最迟为当日24时", default=False)
    clock = models.JSONField("期限")  # the clock as it was judged last: columns of core.schemas.CLOCKS
    findings = models.JSONField("发现")  # key → kind, level, found_at, closed_at, state of each finding told of
    words = models.JSONField("规则用语", default=dict)  # of the rule as it was judged last: title, messages, recipients
    explanation = models.JSONField("说明")  # how it was reached, as it was judged last: the steps as data

    state = models.CharField("状态", max_length=16, choices=State, default=State.WAITING)
    owner = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="alert_groups", verbose_name="签收人")
    state_until = models.DateTimeField("状态至", null=True)  # it asks again, returns, or is to be ruled on
    handed_to = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="handed", verbose_name="交给")
    asks = models.PositiveIntegerField("再次询问", default=0)
    escalations = models.PositiveIntegerField("升级", default=0)
    escalated = models.JSONField("已升级至", default=list)  # roles that were told because nobody answered
    escalate_at = models.DateTimeField("升级于", null=True)
    next_at = models.DateTimeField("下次处理", null=True)  # the earliest instant at which time alone changes it
    held = models.CharField("不发送", max_length=12, blank=True, default="")  # why: inhibited, silenced, trial
    inhibited_by = models.CharField("并入", max_length=KEY, blank=True, default="")  # the group of the cause
    ruled_due = models.DateTimeField("裁定所及届满", null=True)
    opened_at = models.DateTimeField("开始")
    closed_at = models.DateTimeField("结束", null=True)
    # Label and unit of the case or incident as they are there now, kept by triggers: the row says who may see it.
    seen_label = models.CharField("密级标签", max_length=10, null=True, editable=False)
    seen_unit = models.CharField("案件单位", max_length=12, null=True, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=["next_at"], name="alerts_group_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["case"], name="alerts_group_case"),
            models.Index(fields=["unit", "due", "key"], name="alerts_group_unit", condition=Q(closed_at=None)),
            models.Index(fields=["owner", "state"], name="alerts_group_owner", condition=Q(closed_at=None)),
            models.Index(fields=["rule", "opened_at"], name="alerts_group_rule"),
            models.Index(fields=["inhibited_by"], name="alerts_group_under", condition=Q(closed_at=None)),
            models.Index(fields=["outer"], include=PASSED, name="alerts_group_outer", condition=Q(closed_at=None)),
            models.Index(fields=["seen_unit", "due"], include=LISTED_OPEN, name="alerts_group_open",
                         condition=Q(closed_at=None)),
            models.Index(fields=["case"], include=COUNTED_OPEN, name="alerts_group_counted",
                         condition=Q(closed_at=None)),
            models.Index(fields=["closed_at"], include=COUNTED_CLOSED, name="alerts_group_closed",
                         condition=Q(closed_at__isnull=False)),
        )  # fmt: skip
        constraints = (
            models.CheckConstraint(condition=Q(liberty=False) | ~Q(state="snoozed"), name="liberty_is_never_snoozed"),
            models.CheckConstraint(condition=~Q(level="red", state="snoozed"), name="red_is_never_snoozed"),
            models.CheckConstraint(
                condition=Q(liberty=False) | Q(held__in=["", "trial"]), name="liberty_is_never_held"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(incident__isnull=False), name="a_group_is_about_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.get_state_display()}"


class Alert(SealedModel):
    """One message to one recipient, as it was worded and explained at that instant. Never changed."""

    Reason = AlertReason

    key = models.CharField("编号", primary_key=True, max_length=KEY)
    group = models.ForeignKey(AlertGroup, models.PROTECT, null=True, related_name="alerts")
    finding = models.CharField("发现", max_length=KEY, blank=True, default="")
    case = models.TextField("案件编号", null=True, blank=True)
    incident = models.TextField("警情编号", null=True, blank=True)
    role = models.CharField("角色", max_length=40)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="alerts")
    account = models.CharField("账号", max_length=40, blank=True, default="")  # an administrator; he sees no case
    reason = models.CharField("事由", max_length=16, choices=Reason)
    occasion = models.CharField("次序", max_length=80, blank=True, default="")
    level = models.CharField("级别", max_length=8, choices=LEVELS)
    kind = models.CharField("情形", max_length=24, blank=True, default="")
    liberty = models.BooleanField("限制人身自由")
    text = models.TextField("内容")
    explanation = models.JSONField("说明")
    created_at = models.DateTimeField("生成")
    not_before = models.DateTimeField("不早于", null=True)  # quiet hours
    lead = models.CharField("并入消息", max_length=KEY, blank=True, default="")  # the alert whose message speaks of it
    covers = models.JSONField("汇总内容", default=list)  # keys of the alerts that this message speaks of

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["officer", "created_at"], name="alerts_alert_officer"),
            models.Index(fields=["group", "created_at"], name="alerts_alert_group"),
            models.Index(fields=["finding"], name="alerts_alert_finding", condition=~Q(finding="")),
            models.Index(fields=["account", "created_at"], name="alerts_alert_account", condition=~Q(account="")),
        )

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.get_reason_display()}"


class Action(SealedModel):
    """What somebody did to a group, and when. Never changed."""

    class Act(models.TextChoices):
        """Kinds of acts."""

        ACKNOWLEDGE = "acknowledge", _("签收")
        SNOOZE = "snooze", _("稍后提醒")
        HAND_OVER = "hand_over", _("交给")
        ACCEPT = "accept", _("接收")
        DECLINE = "decline", _("不接收")
        CLAIM_DONE = "claim_done", _("报已办结")
        DISPUTE = "dispute", _("报误报")
        RULE = "rule", _("裁定")
        URGE = "urge", _("督办")
        ESCALATE = "escalate", _("升级")

    group = models.ForeignKey(AlertGroup, models.PROTECT, related_name="actions")
    act = models.CharField("操作", max_length=16, choices=Act)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="alert_actions")  # null: time alone
    via = models.CharField("途径", max_length=12)  # web, phone, sms, process
    at = models.DateTimeField("时间")
    reason = models.CharField("事由", max_length=200, blank=True, default="")
    until = models.DateTimeField("至", null=True)
    to = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="alert_actions_received")
    document_no = models.CharField("文号", max_length=80, blank=True, default="")
    verdict = models.CharField("裁定", max_length=12, blank=True, default="")  # upheld, rejected

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["group", "at"], name="alerts_action_group"))

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at}"


class Silence(models.Model):
    """Messages of a rule, in a unit, held back until an end that is announced. Never for liberty."""

    owner = models.ForeignKey(Officer, models.PROTECT, related_name="silences", verbose_name="设立人")
    reason = models.CharField("事由", max_length=200)
    rule = models.TextField("规则")
    title = models.TextField("规则名称", blank=True, default="")
    unit = models.CharField("单位代码", max_length=12, blank=True, default="")  # and the units under it; blank: all
    from_at = models.DateTimeField("起")
    until_at = models.DateTimeField("止")
    announce_at = models.DateTimeField("预告", null=True)  # when its end is announced; null once it was
    end_at = models.DateTimeField("到期处理", null=True)  # null once what it held back was told
    created_at = models.DateTimeField("设立")
    ended_at = models.DateTimeField("提前结束", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="silence_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(reason=""), name="silence_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.until_at}"


class Gap(models.Model):
    """A red incident: an alert that nobody could be told of. It names a unit and roles, never a case."""

    key = models.CharField("编号", primary_key=True, max_length=KEY)
    group = models.CharField("预警", max_length=KEY)
    finding = models.CharField("发现", max_length=KEY)
    unit = models.CharField("单位代码", max_length=12, blank=True, default="")
    roles = models.JSONField("角色")
    retry_at = models.DateTimeField("再找", null=True)  # when it is asked again whether somebody is there now
    liberty = models.BooleanField("限制人身自由")
    opened_at = models.DateTimeField("发现")
    closed_at = models.DateTimeField("解决", null=True)

    class Meta:
        indexes = (models.Index(fields=["retry_at"], name="alerts_gap_open", condition=Q(closed_at=None)),)

    def __str__(self) -> str:
        return f"{self.unit} {self.opened_at}"


class Fault(models.Model):
    """Something that time was to change and that could not be handled. Open until it is; it names a unit, no case."""

    key = models.CharField("编号", primary_key=True, max_length=KEY + 16)  # kind of thing, and its key
    unit = models.CharField("单位代码", max_length=12, blank=True, default="")
    liberty = models.BooleanField("限制人身自由")
    error = models.CharField("错误", max_length=200)  # its kind and place, never its words
    times = models.PositiveIntegerField("次数")
    opened_at = models.DateTimeField("发现")
    retry_at = models.DateTimeField("再试")
    closed_at = models.DateTimeField("解决", null=True)

    class Meta:
        indexes = (models.Index(fields=["retry_at"], name="alerts_fault_open", condition=Q(closed_at=None)),)

    def __str__(self) -> str:
        return f"{self.key} {self.error}"


class Pending(models.Model):
    """An alert that waits to be told with others: for the digest, or for the end of quiet hours."""

    alert = models.OneToOneField(Alert, models.PROTECT, primary_key=True, related_name="pending")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="pending_alerts")
    at = models.DateTimeField("汇总时间")

    class Meta:
        indexes = (models.Index(fields=["at", "officer"], name="alerts_pending_at"),)

    def __str__(self) -> str:
        return f"{self.alert_id} {self.at}"


class Delivery(models.Model):
    """One alert by one channel to one target. It is sent only after the gateway accepted it."""

    class State(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("待发送")
        LEASED = "leased", _("发送中")
        SENT = "sent", _("已提交网关")
        CONFIRMED = "confirmed", _("已送达")
        FAILED = "failed", _("未送达")
        SUPERSEDED = "superseded", _("不再需要")
        OPENED = "opened", _("已在收件箱打开，不再发送")

    key = models.CharField("编号", primary_key=True, max_length=KEY)
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="deliveries")
    channel = models.CharField("途径", max_length=48)  # a channel of the vocabulary, or hook: and a token's name
    target = models.CharField("接收地址", max_length=200)
    state = models.CharField("状态", max_length=12, choices=State, default=State.QUEUED)
    priority = models.PositiveSmallIntegerField("次序")  # 0 first: red liberty, red, liberty, yellow, the rest
    not_before = models.DateTimeField("不早于")
    created_at = models.DateTimeField("生成")
    leased_until = models.DateTimeField("租约至", null=True)
    leased_by = models.CharField("租用者", max_length=80, blank=True, default="")
    attempts = models.PositiveIntegerField("尝试", default=0)
    sent_at = models.DateTimeField("提交", null=True)
    confirmed_at = models.DateTimeField("送达", null=True)
    gateway_id = models.CharField("网关编号", max_length=120, blank=True, default="")
    error = models.CharField("错误", max_length=200, blank=True, default="")
    in_doubt = models.BooleanField("不明", default=False)  # an attempt may have been taken without an answer
    retry_at = models.DateTimeField("再试", null=True)  # real time, as leases are: gateways do not run with a city
    queued_at = models.DateTimeField("入列", db_default=Now())  # real time
    followed = models.BooleanField("已转途径", default=False)  # red and unconfirmed: the second channel was opened

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["priority", "not_before", "key"],
                name="alerts_delivery_due",
                condition=Q(state__in=["queued", "leased"]),
            ),
            models.Index(fields=["alert"], name="alerts_delivery_alert"),
            models.Index(fields=["channel", "gateway_id"], name="alerts_delivery_gateway", condition=~Q(gateway_id="")),
            models.Index(fields=["sent_at"], name="alerts_delivery_unconfirmed", condition=Q(state="sent")),
            models.Index(
                fields=["queued_at"],
                name="alerts_delivery_red",
                condition=Q(priority__lte=1, followed=False, state__in=["queued", "leased", "sent"]),
            ),
            models.Index(fields=["channel", "target", "sent_at"], name="alerts_delivery_target"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.get_state_display()}"


class DeliveryOutcome(SealedModel):
    """What happened to a delivery: accepted, confirmed, given up, sent another way, not needed. Never changed."""

    class What(models.TextChoices):
        """Kinds of outcomes."""

        ACCEPTED = "accepted", _("网关已接收")
        CONFIRMED = "confirmed", _("已送达")
        UNDELIVERABLE = "undeliverable", _("未送达")
        SECOND_CHANNEL = "second_channel", _("改用第二途径")
        NO_SECOND_CHANNEL = "no_second_channel", _("没有第二途径")
        SUPERSEDED = "superseded", _("不再需要")
        OPENED = "opened", _("已在收件箱打开，不再发送")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="outcomes")
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="outcomes")
    what = models.CharField("结果", max_length=20, choices=What)
    channel = models.CharField("途径", max_length=48)
    at = models.DateTimeField("时间")
    real_at = models.DateTimeField("实际时间")
    attempt = models.PositiveIntegerField("第几次")
    gateway_id = models.CharField("网关编号", max_length=120, blank=True, default="")
    reason = models.CharField("原因", max_length=200, blank=True, default="")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["delivery"], name="alerts_outcome_delivery"),
            models.Index(fields=["alert"], name="alerts_outcome_alert"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.get_what_display()}"


class Reply(SealedModel):
    """A text that a phone sent back, and what it did. The words are not kept: they could say anything."""

    class Effect(models.TextChoices):
        """What it did."""

        ACKNOWLEDGED = "acknowledged", _("已签收")
        NOT_UNDERSTOOD = "not_understood", _("看不懂")
        NO_ALERT = "no_alert", _("没有对应预警")
        REFUSED = "refused", _("不能签收")

    key = models.CharField("编号", primary_key=True, max_length=KEY)
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="replies")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="replies")
    channel = models.CharField("途径", max_length=12)
    effect = models.CharField("作用", max_length=16, choices=Effect)
    at = models.DateTimeField("时间")

    class Meta(SealedModel.Meta):
        abstract = False
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"{self.channel} {self.get_effect_display()}"
