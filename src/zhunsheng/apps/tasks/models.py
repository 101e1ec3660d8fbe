"""Tasks that no lot drew, what was looked at in each, and what was said of it. Rows are added and never changed."""

from django.db import models
from django.db.models import Q

from zhunsheng.apps.audit.fields import SHA256, SealedModel
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection.sheets import ANSWERS
from zhunsheng.core.inspection.tasks import EVERY, KINDS, ORIGINS


class Schedule(SealedModel):
    """A kind of task that a unit gets again and again, from a day until before a day."""

    kind = models.CharField("类别", max_length=8, choices=tuple(KINDS.items()))
    unit = models.CharField("单位代码", max_length=12)
    sheet = models.CharField("评查表", max_length=4, blank=True, default="")
    every = models.CharField("周期", max_length=8, choices=tuple(EVERY.items()))
    from_on = models.DateField("起")
    until_on = models.DateField("止（不含）")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="制订人")
    at = models.DateTimeField("制订")

    def __str__(self) -> str:
        return f"{self.kind} {self.unit} {self.every}"


class ScheduleEnd(SealedModel):
    """A plan of tasks that ends before its day, and why."""

    schedule = models.OneToOneField(Schedule, models.PROTECT, primary_key=True, related_name="end")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField("终止")

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.reason}"


class Task(SealedModel):
    """A task. `occasion` names what it was made for, so that it is made once: a turn of a plan, a week, a day."""

    number = models.CharField("任务编号", primary_key=True, max_length=24)
    kind = models.CharField("类别", max_length=8, choices=tuple(KINDS.items()))
    origin = models.CharField("来由", max_length=8, choices=tuple(ORIGINS.items()))
    occasion = models.CharField("由头", max_length=80, blank=True, default="")
    unit = models.CharField("单位代码", max_length=12)
    place = models.CharField("场所", max_length=80, blank=True, default="")
    reason = models.CharField("原因", max_length=200)
    due_at = models.DateTimeField("期限", null=True)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="指派人")
    at = models.DateTimeField("生成")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=["occasion"], condition=~Q(occasion=""), name="tasks_once_an_occasion"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_task_says_why"),
        )

    def __str__(self) -> str:
        return self.number


class Thing(SealedModel):
    """One thing to look at: a question of a sheet at a place, a finding or an act of a case."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="things")
    n = models.PositiveIntegerField("序号")
    question = models.CharField("问题", max_length=4, blank=True, default="")
    text = models.CharField("看什么", max_length=200)
    look_at = models.CharField("看哪里", max_length=200, blank=True, default="")
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    severity = models.CharField("轻重", max_length=8)
    case = models.CharField("案件编号", max_length=40, blank=True, default="")
    finding = models.CharField("发现", max_length=64, blank=True, default="")
    data_said = models.CharField("数据判断", max_length=8, blank=True, default="")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["finding"], name="tasks_thing_finding", condition=~Q(finding="")),
        )
        constraints = (models.UniqueConstraint(fields=["task", "n"], name="tasks_thing_once"),)

    def __str__(self) -> str:
        return f"{self.task_id} {self.n}"


class Given(SealedModel):
    """A task given to somebody; null where nobody here may: the upper level gives it. The latest counts."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="given")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="检查人")
    reason = models.CharField("改派原因", max_length=200, blank=True, default="")
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="改派人")
    at = models.DateTimeField("分派")

    def __str__(self) -> str:
        return f"{self.task_id} {self.officer_id}"


class Report(SealedModel):
    """What was sent of a task. `key` is the sender's: sent again under it, nothing is added.

    `began_at`, `made_at`: by the clock of the device; null where it said nothing.
    """

    key = models.UUIDField("发送编号", primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    place = models.CharField("地点", max_length=80, blank=True, default="")
    note = models.CharField("情况", max_length=1000, blank=True, default="")
    began_at = models.DateTimeField("开始", null=True)
    made_at = models.DateTimeField("填完", null=True)
    digest = models.CharField("内容摘要", max_length=SHA256)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="检查人")
    at = models.DateTimeField("收到")

    def __str__(self) -> str:
        return f"{self.task_id} {self.key}"


class Said(SealedModel):
    """What was said of one thing. A later version stands beside it; nothing is overwritten."""

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="said")
    report = models.ForeignKey(Report, models.PROTECT, related_name="said")
    version = models.PositiveIntegerField("第几次")
    answer = models.CharField("回答", max_length=16, choices=tuple(ANSWERS.items()))
    note = models.CharField("说明", max_length=400, blank=True, default="")
    where = models.CharField("位置", max_length=40, blank=True, default="")
    basis = models.CharField("依据", max_length=80, blank=True, default="")
    responsible = models.CharField("责任人", max_length=20, blank=True, default="")
    remedy_days = models.PositiveIntegerField("整改期限（日）", null=True, blank=True)

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["thing", "version"], name="tasks_said_version"),)

    def __str__(self) -> str:
        return f"{self.thing_id} {self.answer}"


class Photo(SealedModel):
    """A picture that was taken at the place, known by the hash of its bytes."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="photos")
    n = models.PositiveIntegerField("序号")
    sha256 = models.CharField("摘要", max_length=SHA256)
    media_type = models.CharField("格式", max_length=40)
    size_bytes = models.PositiveBigIntegerField("字节数")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["report", "n"], name="tasks_photo_once"),)

    def __str__(self) -> str:
        return f"{self.report_id} {self.n}"


class Ruling(SealedModel):
    """A second person confirms a problem, or does not. Only a confirmed one opens a card."""

    said = models.OneToOneField(Said, models.PROTECT, primary_key=True, related_name="ruling")
    confirmed = models.BooleanField("确认")
    reason = models.CharField("说明", max_length=200, blank=True, default="")
    card = models.CharField("整改单", max_length=24, blank=True, default="")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="确认人")
    at = models.DateTimeField("确认时间")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed=True) & ~Q(card="") | Q(confirmed=False, card=""),
                name="a_confirmed_one_has_a_card",
            ),
        )

    def __str__(self) -> str:
        return f"{self.said_id} {self.confirmed}"
