"""What supervision keeps: clocks and findings as `core` judged them, which keys are due, and the rulebooks released.

Clocks and findings are caches of facts: the events and the released rulebook give them again. Findings are never
deleted all the same: people acted on them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.supervision.in_hand import InHand as InHand
from zhunsheng.apps.supervision.kept_counts import KeptCount as KeptCount
from zhunsheng.core.schemas import FINDING_KINDS, LEVELS, OUTCOMES

OPEN_OUTCOMES = ("running", "waiting", "paused", "unknown")
OF_CASE, OF_INCIDENT = "case", "incident"
NO_LEVEL = ""


class Clock(models.Model):
    """One clock: the columns of core.schemas.CLOCKS, and what pages and alerts ask of it.

    `as_of` is the instant of the judgement that wrote the row; a judgement that changes nothing leaves it.
    """

    key = models.CharField("键", primary_key=True, max_length=64)  # sha256 of rule, case, incident, subject, epoch
    rule = models.TextField("规则")
    rule_version = models.IntegerField("规则版本")
    case = models.TextField("案件编号", null=True)
    incident = models.TextField("警情编号", null=True)
    subject = models.TextField("对象", null=True)
    person = models.TextField("人员编号", null=True)
    epoch = models.IntegerField("第几次计算")
    unit = models.TextField("单位代码", null=True)
    start = models.DateTimeField("起点", null=True)
    start_event = models.TextField("起点事件", null=True)
    limit = models.TextField("期限档次", null=True)
    amount = models.BigIntegerField("期限数", null=True)
    limit_unit = models.TextField("期限单位", null=True)
    due = models.DateTimeField("届满", null=True)
    due_at_end = models.BooleanField("届满为24时")
    outer = models.DateTimeField("最迟", null=True)
    outer_at_end = models.BooleanField("最迟为24时")
    earliest = models.DateTimeField("最早可能", null=True)
    latest = models.DateTimeField("最晚可能", null=True)
    stopped = models.DateTimeField("停止", null=True)
    stop_event = models.TextField("停止事件", null=True)
    outcome = models.TextField("结果")
    question = models.TextField("待核实", null=True)
    question_event = models.TextField("待核实事件", null=True)
    question_fact = models.TextField("待核实事实", null=True)
    question_hard = models.BooleanField("无法计算")
    nature = models.TextField("性质")
    liberty = models.BooleanField("涉及人身自由")
    level = models.TextField("已到等级", blank=True, default=NO_LEVEL)
    next_at = models.DateTimeField("下一节点", null=True)
    as_of = models.DateTimeField("判断时间")
    digest = models.BigIntegerField("内容摘要", default=0)  # of all columns before as_of: what has not changed stays

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="clock_outcome_is_known"),
            models.CheckConstraint(condition=Q(level__in=(NO_LEVEL, *LEVELS[:3])), name="clock_level_is_known"),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(incident__isnull=False), name="clock_belongs_somewhere"
            ),
        )
        indexes = (
            models.Index(fields=["case", "digest"], name="clock_case", condition=Q(case__isnull=False)),
            models.Index(fields=["incident"], name="clock_incident", condition=Q(case__isnull=True)),
            models.Index(fields=["unit", "due"], name="clock_open", condition=Q(outcome__in=OPEN_OUTCOMES)),
            models.Index(fields=["key"], name="clock_red", condition=Q(level="red", outcome__in=OPEN_OUTCOMES)),
            # The list of cases by what ends next reads its first rows from here, however many clocks are open.
            models.Index(fields=["due", "key"], name="clock_due", condition=Q(outcome__in=OPEN_OUTCOMES)),
            # What pages count of open clocks is in here, and no row is read.
            models.Index(
                fields=["case", "due"],
                include=["key", "incident", "outcome", "question", "question_fact", "question_hard"],
                name="clock_open_case",
                condition=Q(outcome__in=OPEN_OUTCOMES),
            ),
            models.Index(fields=["rule", "due"], name="clock_open_rule", condition=Q(outcome__in=OPEN_OUTCOMES)),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.case or self.incident} {self.subject or ''}".strip()


class Finding(models.Model):
    """What is or was found: the columns of core.schemas.FINDINGS under a key made of what it is about.

    `state`: current: the last judgement says it; superseded: its clock's due time moved, or the clock stands still;
    withdrawn: a corrected fact or a repaired rule took it away.
    """

    class State(models.TextChoices):
        """Whether it still stands."""

        CURRENT = "current", "成立"
        SUPERSEDED = "superseded", "已被替代"
        WITHDRAWN = "withdrawn", "已撤回"

    class StateReason(models.TextChoices):
        """Why it stands no more."""

        NONE = "", ""
        DUE_MOVED = "due_moved", "期限变动"
        PAUSED = "paused", "期限暂停"
        FACTS = "facts", "事实更正或补录"
        RULEBOOK = "rulebook", "规则修订"

    key = models.CharField("键", primary_key=True, max_length=64)
    clock = models.CharField("期限键", max_length=64, null=True)  # null for checks
    rule = models.TextField("规则")
    case = models.TextField("案件编号", null=True)
    incident = models.TextField("警情编号", null=True)
    subject = models.TextField("对象", null=True)
    person = models.TextField("人员编号", null=True)
    epoch = models.IntegerField("第几次计算", null=True)
    unit = models.TextField("单位代码", null=True)
    kind = models.TextField("种类")
    level = models.TextField("等级")
    found_at = models.DateTimeField("成立时间", null=True)
    due = models.DateTimeField("届满", null=True)
    outer = models.DateTimeField("最迟", null=True)
    closed_at = models.DateTimeField("期限停止", null=True)
    start_event = models.TextField("起点事件", null=True)
    event = models.TextField("依据事件", null=True)
    reason = models.TextField("待核实", null=True)
    events = ArrayField(models.TextField(), verbose_name="依据事件", null=True)  # of a check
    cases = ArrayField(models.TextField(), verbose_name="涉及案件", null=True)  # of a check
    state = models.TextField("状态", choices=State, default=State.CURRENT)
    state_reason = models.TextField("状态原因", choices=StateReason, blank=True, default=StateReason.NONE)
    appeared_at = models.DateTimeField("首次判断")  # as_of of the judgement that first said it
    state_at = models.DateTimeField("状态时间")  # as_of of the judgement that gave it its state
    release = models.CharField("规则版本摘要", max_length=64)  # the rulebook of that judgement
    digest = models.BigIntegerField("内容摘要", default=0)  # of the columns of schemas.FINDINGS

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=FINDING_KINDS), name="finding_kind_is_known"),
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="finding_level_is_known"),
            models.CheckConstraint(
                condition=Q(state="current", state_reason="") | ~Q(state="current") & ~Q(state_reason=""),
                name="a_finding_that_stands_no_more_says_why",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(incident__isnull=False), name="finding_belongs_somewhere"
            ),
        )
        indexes = (
            models.Index(fields=["case", "digest"], name="finding_case", condition=Q(case__isnull=False)),
            models.Index(fields=["incident"], name="finding_incident", condition=Q(case__isnull=True)),
            # What checks found of a case, few among many.
            models.Index(fields=["case"], name="finding_of_check", condition=Q(clock__isnull=True, state="current")),
            models.Index(
                fields=["found_at", "key"],
                include=["case", "incident", "unit", "rule", "kind", "closed_at"],
                name="finding_found",
                condition=Q(kind__in=("overdue", "broken"), state="current"),
            ),
            models.Index(
                fields=["kind", "found_at"],
                include=["key", "case", "incident", "unit", "rule"],
                name="finding_goes_on",
                condition=Q(kind__in=("overdue", "broken"), state="current", closed_at__isnull=True),
            ),
            models.Index(fields=["state_at", "key"], name="finding_withdrawn", condition=Q(state="withdrawn")),
            models.Index(
                fields=["unit", "rule"],
                name="finding_counted",
                condition=Q(kind__in=("overdue", "late", "broken"), state="current"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.kind} {self.level} {self.case or self.incident}"


class DueKey(models.Model):
    """One judged key: a case or an incident that events name, and when time alone will change what is said of it."""

    kind = models.TextField("种类")  # case or incident
    number = models.TextField("编号")
    next_at = models.DateTimeField("下一节点", null=True)
    as_of = models.DateTimeField("判断时间", null=True)
    release = models.CharField("规则版本摘要", max_length=64, blank=True, default="")
    failure = models.TextField(
        "不能判断", blank=True, default="", db_default=""
    )  # why the last attempt failed; it is tried again
    # The digests of the clocks, and of the findings of clocks, that stand as of its last judgement. A clock's rows stay
    # with one key; what a check found may come to belong to another. Null: the tables say it.
    kept = ArrayField(models.BigIntegerField(), verbose_name="所留摘要", null=True, default=list, db_default=[])

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=(OF_CASE, OF_INCIDENT)), name="due_key_kind_is_known"),
            models.UniqueConstraint(fields=["number", "kind"], name="due_key_once"),
        )
        indexes = (models.Index(fields=["next_at"], name="due_key_next", condition=Q(next_at__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class PersonKey(models.Model):
    """A judged key whose events name a person. Some checks hold a person's acts together over all cases."""

    person = models.TextField("人员编号")
    kind = models.TextField("种类")
    number = models.TextField("编号")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "number", "kind"], name="person_key_once"),)
        indexes = (models.Index(fields=["number", "kind"], name="person_key_number"),)

    def __str__(self) -> str:
        return f"{self.person} {self.number}"


class ActType(models.Model):
    """A type of event whose acts are held together by officer or place, as the rulebooks in force had it so far."""

    type = models.TextField("事件类型")
    holder_kind = models.TextField("要素种类")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["type", "holder_kind"], name="act_type_once"),)

    def __str__(self) -> str:
        return f"{self.type} {self.holder_kind}"


class ActKey(models.Model):
    """A judged key with an act of an officer or in a place, and while it may have lasted. Some checks hold together
    what happened there at the same time, of whichever case."""

    holder = models.TextField("民警或场所")
    holder_kind = models.TextField("要素种类")
    at = models.DateTimeField("起")
    until = models.DateTimeField("至")
    kind = models.TextField("种类")
    number = models.TextField("编号")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["holder", "holder_kind", "at", "number", "kind", "until"], name="act_key_once"
            ),
        )
        indexes = (models.Index(fields=["number", "kind"], name="act_key_number"),)

    def __str__(self) -> str:
        return f"{self.holder} {self.number}"


class Touched(models.Model):
    """What an event that was just appended names. Written in the transaction of the append, removed by the batch that
    judges it."""

    case = models.TextField("案件编号", null=True)
    incident = models.TextField("警情编号", null=True)
    source = models.TextField("来源", null=True)  # with `event`, of a correction: it may have left another case
    event = models.TextField("事件编号", null=True)

    def __str__(self) -> str:
        return f"{self.case or ''} {self.incident or ''}".strip()


class TouchedUnit(models.Model):
    """A unit whose findings a batch changed. Written in the transaction of the batch, removed by the one that judges
    the unit."""

    unit = models.TextField("单位代码")

    def __str__(self) -> str:
        return self.unit


class Release(models.Model):
    """A rulebook put in force: proposed with what it would change, released or turned down by a second officer."""

    class State(models.TextChoices):
        """How far it came."""

        PROPOSED = "proposed", _("待第二人确认")
        RELEASED = "released", _("已发布")
        REFUSED = "refused", _("未通过")

    sha256 = models.CharField("摘要", max_length=64)
    state = models.TextField("状态", choices=State)
    by = models.TextField("提出人")
    at = models.DateTimeField("提出")
    second = models.TextField("第二人", blank=True, default="")
    decided_at = models.DateTimeField("决定", null=True)
    appear = models.IntegerField("新增", default=0)
    vanish = models.IntegerField("消失", default=0)
    move = models.IntegerField("变动", default=0)
    storm = models.IntegerField("一次发出", default=0)  # findings that it tells at once
    per_shift = models.FloatField("每名民警每班", null=True)  # messages on officers' fullest days, 95th percentile
    over_budget = models.BooleanField("超出打扰限额", default=False)  # then another signature is needed
    signed = models.TextField("加签", blank=True, default="")
    signed_at = models.DateTimeField("加签时间", null=True)
    reason = models.TextField("事由", blank=True, default="")  # of a step that nobody proposed
    files = models.JSONField("文件")  # path inside the rulebook → text

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(second=models.F("by")), name="a_release_needs_two_people"),
            models.CheckConstraint(
                condition=Q(signed="") | ~Q(signed=models.F("by")) & ~Q(signed=models.F("second")),
                name="another_signature_is_anothers",
            ),
            models.CheckConstraint(
                condition=~Q(state="released", over_budget=True, signed=""),
                name="over_budget_needs_another_signature",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | ~Q(state="proposed") & Q(decided_at__isnull=False) & ~Q(second=""),
                name="a_decided_release_says_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="proposed"), name="one_release_waits_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.get_state_display()}"


class Heartbeat(models.Model):
    """When a loop last went round, and how far it had come. The watcher reads it."""

    process = models.CharField("进程", primary_key=True, max_length=80)
    at = models.DateTimeField("时间")  # real time, not a city's
    watermark = models.DateTimeField("水位", null=True)  # the platform's instant up to which nothing is due
    detail = models.JSONField("说明", default=dict)

    def __str__(self) -> str:
        return self.process
