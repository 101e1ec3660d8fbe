"""What is drawn, read, found and put right. Rows are added and never changed; where a card stands follows from its
steps, and `CardNow` is a cache of that for lists and the sweep."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.audit.fields import SHA256, SealedModel
from zhunsheng.apps.inspection.counted_spans import CountedSpan as CountedSpan
from zhunsheng.apps.inspection.made_up import Overtaken as Overtaken
from zhunsheng.apps.inspection.made_up import Planted as Planted
from zhunsheng.apps.inspection.made_up import PlantedTold as PlantedTold
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection.oversight import INDICATORS
from zhunsheng.core.inspection.rectification import ACTS, CARES, STATES
from zhunsheng.core.inspection.sheets import ANSWERS

KEY = 64


class Plan(SealedModel):
    """What is to be drawn, and what may then be said of it: stated before anything is known."""

    id = models.CharField("计划编号", primary_key=True, max_length=24)
    title = models.CharField("名称", max_length=80)
    unit = models.CharField("范围（单位代码）", max_length=12)
    from_on = models.DateField("起")
    until_on = models.DateField("止（不含）")
    below = models.CharField("要说低于（%）", max_length=8)  # the tolerable rate, as it was typed
    problems = models.PositiveIntegerField("容许问题件数", default=0)
    drawn = models.PositiveIntegerField("抽取件数")
    hour = models.DateTimeField("抽取时刻")  # by the clock of the log
    hash_name = models.CharField("摘要算法", max_length=8, default="sha256")
    after = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="again")  # the void one
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="制订人")
    at = models.DateTimeField("制订")

    def __str__(self) -> str:
        return self.id


class Frame(SealedModel):
    """The files of a plan, counted and hashed. Nothing enters or leaves it after this."""

    plan = models.OneToOneField(Plan, models.PROTECT, primary_key=True, related_name="frame")
    files = models.PositiveIntegerField("件数")
    hash = models.CharField("抽样框摘要", max_length=SHA256)
    risk_files = models.PositiveIntegerField("风险件", default=0)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField("封存")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.files}"


class FrameFile(SealedModel):
    """One file of a frame under the name that is published: its number, or a token where the case may not be listed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="files")
    ref = models.CharField("编号", max_length=40)
    stratum = models.CharField("层", max_length=200)
    draw = models.PositiveIntegerField("本层抽取")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["plan", "ref"], name="inspection_frame_once"),)

    def __str__(self) -> str:
        return self.ref


class FrameCase(SealedModel):
    """The case behind a file of a frame. `stream`: drawn by lot, or marked before the frame was sealed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="cases")
    ref = models.CharField("编号", max_length=40)
    case = models.CharField("案件编号", max_length=40)
    stream = models.CharField("来源", max_length=8, choices=(("random", _("随机")), ("risk", _("风险"))))

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["plan", "case"], name="inspection_case_once"),)

    def __str__(self) -> str:
        return f"{self.plan_id} {self.case}"


class Commitment(SealedModel):
    """The hash of sixteen bytes that a witness keeps to himself until the hour."""

    plan = models.OneToOneField(Plan, models.PROTECT, primary_key=True, related_name="commitment")
    value = models.CharField("承诺", max_length=SHA256)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="见证人")
    at = models.DateTimeField("登记")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.value[:12]}"


class Draw(SealedModel):
    """A draw that was made, with all that it follows from."""

    plan = models.OneToOneField(Plan, models.PROTECT, primary_key=True, related_name="draw")
    nonce = models.CharField("随机数", max_length=32)
    head = models.CharField("链头", max_length=SHA256)
    head_at = models.DateTimeField("链头时间")
    seed = models.CharField("种子", max_length=SHA256)
    record = models.CharField("记录摘要", max_length=SHA256)
    at = models.DateTimeField("抽取")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.seed[:12]}"


class Void(SealedModel):
    """A draw that came to nothing, and why."""

    plan = models.OneToOneField(Plan, models.PROTECT, primary_key=True, related_name="void")
    reason = models.CharField("原因", max_length=200)
    at = models.DateTimeField("作废")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.reason}"


class Pick(SealedModel):
    """A file that is to be read: drawn with a known chance, or marked because of what was found in it (no chance)."""

    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="picks")
    case = models.CharField("案件编号", max_length=40)
    unit = models.CharField("单位代码", max_length=12, blank=True, default="")
    stream = models.CharField("来源", max_length=8, choices=(("random", _("随机")), ("risk", _("风险"))))
    stratum = models.CharField("层", max_length=200, blank=True, default="")
    mark = models.CharField("排序值", max_length=SHA256, blank=True, default="")
    inclusion = models.CharField("入选概率", max_length=24, blank=True, default="")
    points = models.CharField("风险分", max_length=24, blank=True, default="")
    at = models.DateTimeField("抽中")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "case"], condition=Q(plan__isnull=False), name="inspection_pick_once"
            ),
            models.CheckConstraint(
                condition=Q(stream="random", points="") & ~Q(inclusion="") | Q(stream="risk", inclusion=""),
                name="inspection_streams_never_mix",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stream} {self.case}"


class Assigned(SealedModel):
    """A file given to a reader. The latest row of a round counts; a change says why."""

    ROUNDS = (("first", _("初评")), ("second", _("复评")), ("third", _("裁定")))

    pick = models.ForeignKey(Pick, models.PROTECT, related_name="assignments")
    round = models.CharField("轮次", max_length=8, choices=ROUNDS)
    reader = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="阅卷人")
    reason = models.CharField("更换原因", max_length=200, blank=True, default="")
    at = models.DateTimeField("分派")

    def __str__(self) -> str:
        return f"{self.pick} {self.round}"


class Answer(SealedModel):
    """One answer to one question. A later one stands beside it; nothing is overwritten."""

    assigned = models.ForeignKey(Assigned, models.PROTECT, related_name="answers")
    sheet = models.CharField("评查表", max_length=4)
    sheet_version = models.PositiveIntegerField("表版本")
    question = models.CharField("问题", max_length=4)
    version = models.PositiveIntegerField("第几次")
    answer = models.CharField("回答", max_length=16, choices=tuple(ANSWERS.items()))
    data_said = models.CharField("数据判断", max_length=8, blank=True, default="")
    note = models.CharField("说明", max_length=400, blank=True, default="")
    page = models.CharField("页码", max_length=40, blank=True, default="")
    basis = models.CharField("依据", max_length=80, blank=True, default="")
    responsible = models.CharField("责任人", max_length=20, blank=True, default="")
    remedy_days = models.PositiveIntegerField("整改期限（日）", null=True, blank=True)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField("回答时间")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=["assigned", "question", "version"], name="inspection_answer_version"),
        )
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["at"], name="inspection_beside_data", condition=~Q(data_said="")),
        )

    def __str__(self) -> str:
        return f"{self.question} {self.answer}"


class Submission(SealedModel):
    """The reader says that he has read the whole file. Answers after it are new versions, shown beside."""

    assigned = models.OneToOneField(Assigned, models.PROTECT, primary_key=True, related_name="submission")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField("提交")

    def __str__(self) -> str:
        return str(self.assigned_id)


class Confirmation(SealedModel):
    """A second person confirms a problem, or does not. Only a confirmed one costs anything."""

    answer = models.OneToOneField(Answer, models.PROTECT, primary_key=True, related_name="confirmation")
    confirmed = models.BooleanField("确认")
    reason = models.CharField("说明", max_length=200, blank=True, default="")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="确认人")
    at = models.DateTimeField("确认时间")

    def __str__(self) -> str:
        return f"{self.answer_id} {self.confirmed}"


class Unconfirmed(models.Model):
    """A problem that waits for its second person. The database's own triggers keep it (sql/rules.sql)."""

    answer = models.OneToOneField(Answer, models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.answer_id)


class Card(SealedModel):
    """A fault that is to be put right. One finding, or one confirmed answer, one card."""

    number = models.CharField("编号", primary_key=True, max_length=24)
    finding = models.CharField("发现", max_length=KEY, blank=True, default="")
    answer = models.OneToOneField(Answer, models.PROTECT, null=True, related_name="card")
    case = models.CharField("案件编号", max_length=40)
    unit = models.CharField("单位代码", max_length=12)
    responsible = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="责任人")
    title = models.CharField("问题", max_length=120)
    basis = models.CharField("依据", max_length=120, blank=True, default="")
    care = models.CharField("类别", max_length=8, choices=tuple(CARES.items()))
    at = models.DateTimeField("开立")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["case"], name="inspection_card_case"))
        constraints = (
            models.UniqueConstraint(fields=["finding"], condition=~Q(finding=""), name="one_finding_one_card"),
            models.CheckConstraint(condition=~Q(finding="") | Q(answer__isnull=False), name="a_card_rests_on_a_fault"),
        )

    def __str__(self) -> str:
        return self.number


class CardStep(SealedModel):
    """One act on a card: when it happened, and when it was recorded."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="steps")
    n = models.PositiveIntegerField("第几步")
    act = models.CharField("做了什么", max_length=20, choices=tuple((act, act) for act in ACTS))
    at = models.DateTimeField("时间")
    recorded_at = models.DateTimeField("记入")
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    second = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="第二人")
    outcome = models.CharField("结果", max_length=16, blank=True, default="")
    reason = models.CharField("事由", max_length=400, blank=True, default="")
    document_no = models.CharField("文号", max_length=80, blank=True, default="")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=["card", "n"], name="inspection_step_once"),
            models.CheckConstraint(
                condition=Q(second=None) | ~Q(second=F("by")), name="inspection_two_different_persons"
            ),
        )

    def __str__(self) -> str:
        return f"{self.card_id} {self.n} {self.act}"


class CardNow(models.Model):
    """Where a card stands, as its steps have it: a cache for lists and the sweep."""

    card = models.OneToOneField(Card, models.PROTECT, primary_key=True, related_name="now")
    state = models.CharField("状态", max_length=20, choices=tuple(STATES.items()))
    due_at = models.DateTimeField("期限", null=True)
    next_at = models.DateTimeField("下次处理", null=True)
    disputed = models.BooleanField("异议中", default=False)
    failure = models.CharField("不能处理", max_length=80, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=["next_at"], name="inspection_card_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["state", "card"], name="inspection_card_state", condition=~Q(state="closed")),
        )

    def __str__(self) -> str:
        return f"{self.card_id} {self.state}"


class ApiCall(SealedModel):
    """A request of a program that was done, and what it was answered: sent again, it is answered and not done."""

    account = models.CharField("账号", max_length=150)
    key = models.CharField("请求编号", max_length=100)
    digest = models.CharField("请求摘要", max_length=SHA256)
    answer = models.JSONField("答复")
    at = models.DateTimeField("时间")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["account", "key"], name="inspection_call_once"),)

    def __str__(self) -> str:
        return f"{self.account} {self.key}"


class Alarm(SealedModel):
    """A count of one unit in one month that chance hardly gives. It accuses nobody."""

    indicator = models.CharField("指标", max_length=16, choices=(*INDICATORS.items(), ("quiet", _("安静得不正常"))))
    unit = models.CharField("单位代码", max_length=12)
    month = models.DateField("月份")
    found = models.PositiveIntegerField("次数")
    expected = models.FloatField("应有次数")
    limit = models.PositiveIntegerField("报警线")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    at = models.DateTimeField("报警")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["indicator", "unit", "month"], name="inspection_alarm_once"),)

    def __str__(self) -> str:
        return f"{self.indicator} {self.unit} {self.month}"


class CheckStep(SealedModel):
    """The round trip of a 核查单: sent with a question, answered with facts, and what was found to be so."""

    ACTS = (("opened", _("发出核查单")), ("answered", _("已答复")), ("judged", _("已核实")))

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps")
    act = models.CharField("步骤", max_length=8, choices=ACTS)
    text = models.CharField("内容", max_length=1000)
    valid = models.BooleanField("属实", null=True)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    recorded_at = models.DateTimeField("记入")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["alarm", "act"], name="inspection_check_step_once"),)

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.act}"
