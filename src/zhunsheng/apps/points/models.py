"""What points rest on and what follows from it. Rows are added and never changed; docs/points-format.md, The platform.

The columns of facts, acts, closings, weights, exposure, bounds and the ledger are those of core.points.tables.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.audit.fields import SHA256, SealedModel
from zhunsheng.apps.org.models import Officer


class Revision(models.Model):
    """One row that everybody who writes here takes first: writers come one after the other, and `stamp` tells readers
    that what they computed is old."""

    one = models.BooleanField(primary_key=True, default=True)
    stamp = models.UUIDField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(one=True), name="points_has_one_revision"),)

    def __str__(self) -> str:
        return str(self.stamp)


class Fact(SealedModel):
    """One officer's part in something that a policy may look at."""

    fact = models.TextField("事实")
    key = models.TextField("编号")
    group = models.TextField("所属", null=True)
    officer = models.TextField("民警", null=True)
    role = models.TextField("角色", null=True)
    unit = models.TextField("单位代码", null=True)
    at = models.DateTimeField("发生")
    recorded_at = models.DateTimeField("记入")
    amount = models.BigIntegerField("数量", null=True)
    kept = models.BooleanField("做好", null=True)
    unit_kind = models.TextField(db_column="unit.kind", null=True)
    case_kind = models.TextField(db_column="case.kind", null=True)
    case_type = models.TextField(db_column="case.type", null=True)
    officer_post = models.TextField(db_column="officer.post", null=True)
    finding_severity = models.TextField(db_column="finding.severity", null=True)
    finding_statutory = models.TextField(db_column="finding.statutory", null=True)
    sample_stream = models.TextField(db_column="sample.stream", null=True)
    case_origin = models.TextField(db_column="case.origin", null=True)
    document_kind = models.TextField(db_column="document.kind", null=True)
    case_outcome = models.TextField(db_column="case.outcome", null=True)
    cites = ArrayField(models.TextField(), verbose_name="依据")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint("fact", "key", "officer", name="points_fact_once", nulls_distinct=False),
        )
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["at"], name="points_fact_at"),
            models.Index(fields=["group"], name="points_fact_group"),
        )

    def __str__(self) -> str:
        return f"{self.fact} {self.key}"


class Act(SealedModel):
    """What somebody, or time alone, did to an entry or a fact. `body` is who was silent."""

    id = models.TextField(primary_key=True)
    act = models.TextField("做了什么")
    target = models.TextField("对象", null=True)
    policy = models.TextField("办法", null=True)
    officer = models.TextField("民警", null=True)
    unit = models.TextField("单位代码", null=True)
    author = models.TextField("谁", null=True)
    at = models.DateTimeField("时间")
    recorded_at = models.DateTimeField("记入")
    amount = models.BigIntegerField("分值（百分之一分）", null=True)
    reason = models.TextField("事由", null=True)
    document_no = models.TextField("文号", blank=True, default="")
    body = models.TextField("答复单位", blank=True, default="")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["target"], name="points_act_target"))

    def __str__(self) -> str:
        return f"{self.act} {self.target}"


class Closing(SealedModel):
    """When a period was closed."""

    every = models.CharField("周期", max_length=8)  # month, quarter, year
    period = models.DateField("期次")
    closed_at = models.DateTimeField("关账")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="points_closings")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["every", "period"], name="points_period_closed_once"),)

    def __str__(self) -> str:
        return f"{self.every} {self.period}"


class Weight(SealedModel):
    """Standard minutes of a type of case in a unit, as two persons recorded the measurement."""

    year = models.IntegerField("年度")
    unit = models.TextField("单位代码")
    case_type = models.TextField("案件类型", db_column="case.type")
    minutes = models.BigIntegerField("标准分钟")
    recorded_at = models.DateTimeField("记入")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["year", "unit", "case_type"], name="points_weight_once"),)

    def __str__(self) -> str:
        return f"{self.year} {self.unit} {self.case_type}"


class Exposure(SealedModel):
    """What a holder could work in a period; of several rows the last recorded counts."""

    class Cause(models.TextChoices):
        """Where it comes from."""

        ROSTER = "roster", _("排班")
        CHANGE = "change", _("两人更改")

    holder = models.TextField("积分人")
    unit = models.TextField("单位代码")
    peers = models.TextField("可比组")
    period = models.DateField("期次")
    half_days = models.BigIntegerField("半天数")
    recorded_at = models.DateTimeField("记入")
    cause = models.CharField("来源", max_length=8, choices=Cause)

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["period", "holder", "recorded_at"], name="points_exposure_last"),
        )

    def __str__(self) -> str:
        return f"{self.holder} {self.period}"


class Bound(SealedModel):
    """What the files drawn by lot say of a unit up to a period; the last recorded counts."""

    unit = models.TextField("单位代码")
    period = models.DateField("期次")
    bound = models.FloatField("问题率上限")
    files = models.BigIntegerField("已查件数")
    recorded_at = models.DateTimeField("记入")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["period", "unit"], name="points_bound_of"))

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"


class Entry(SealedModel):
    """One row of the ledger: who, how much, for which fact, under which version of which policy."""

    key = models.TextField(primary_key=True)
    kind = models.TextField("种类")
    policy = models.TextField("办法")
    version = models.DateField("版本")
    weights = models.IntegerField("权重年度", null=True)
    entry = models.TextField("条目")
    block = models.TextField("部分")
    fact = models.TextField("事实")
    fact_key = models.TextField("事实编号")
    group = models.TextField("所属", null=True)
    holder = models.TextField("积分人")
    unit = models.TextField("单位代码", null=True)
    period = models.DateField("期次")
    amount = models.BigIntegerField("百分之一分")
    kept = models.BigIntegerField("做好")
    judged = models.BigIntegerField("计入")
    numerator = models.BigIntegerField("分子")
    denominator = models.BigIntegerField("分母")
    at = models.DateTimeField("发生")
    recorded_at = models.DateTimeField("记入")
    target = models.TextField("冲销", null=True)
    author = models.TextField("提出人", null=True)
    cites = ArrayField(models.TextField(), verbose_name="依据", null=True)

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["policy", "period", "holder"], name="points_entry_of"),
            models.Index(fields=["fact", "fact_key"], name="points_entry_fact"),
            models.Index(fields=["target"], name="points_entry_target", condition=Q(target__isnull=False)),
        )

    def __str__(self) -> str:
        return self.key


class Run(SealedModel):
    """One recording: all events of transactions before `horizon` have been looked at."""

    at = models.DateTimeField("时间")
    horizon = models.BigIntegerField("事务界限")
    facts = models.IntegerField("事实")
    rows = models.IntegerField("分录")

    class Meta(SealedModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return str(self.at)


class Proposal(SealedModel):
    """What one person proposes and another decides. `body` is what will be recorded."""

    class Kind(models.TextChoices):
        """What it is about."""

        POLICY = "policy", _("批准办法")
        WEIGHTS = "weights", _("案件权重")
        EXPOSURE = "exposure", _("更改在岗天数")
        BOUND = "bound", _("随机抽检结果")
        MANUAL = "manual", _("手工加分")
        DEFECT = "defect", _("认定问题")
        PUBLICATION = "publication", _("公布")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField("事项", max_length=12, choices=Kind)
    body = models.JSONField("内容")
    unit = models.CharField("涉及单位", max_length=12, blank=True, default="")
    reason = models.CharField("事由", max_length=400)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="points_proposals")
    by_unit = models.CharField("提出单位", max_length=12)
    at = models.DateTimeField("提出")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="points_proposal_has_a_reason"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class Decision(SealedModel):
    """What the second person said. The database refuses the first."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, primary_key=True, related_name="decision")
    confirmed = models.BooleanField("同意")
    reason = models.CharField("事由", max_length=400, blank=True, default="")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="points_decisions")
    by_unit = models.CharField("确认单位", max_length=12)
    at = models.DateTimeField("确认")

    class Meta(SealedModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.confirmed}"


class Publication(SealedModel):
    """A board as it was printed."""

    policy = models.TextField("办法")
    version = models.DateField("版本")
    period = models.DateField("期次")
    watermark = models.DateTimeField("截至")
    text = models.TextField("原文")
    sha256 = models.CharField("摘要", max_length=SHA256)
    head = models.TextField("日志首", blank=True, default="")
    at = models.DateTimeField("公布")
    first = models.ForeignKey(Officer, models.PROTECT, related_name="points_published")
    second = models.ForeignKey(Officer, models.PROTECT, related_name="points_publications_confirmed")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(fields=["policy", "period"], name="points_published_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="points_published_by_two"),
        )

    def __str__(self) -> str:
        return f"{self.policy} {self.period}"


class Correction(SealedModel):
    """What stands beside a published board: by how much totals differ since."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="corrections")
    at = models.DateTimeField("时间")
    differences = models.JSONField("差额")  # holder → [printed, now], hundredths

    class Meta(SealedModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.publication_id} {self.at}"


class Check(SealedModel):
    """The nudge test and the simulator, run on one text of a policy."""

    sha256 = models.CharField("摘要", max_length=SHA256)
    at = models.DateTimeField("时间")
    by = models.CharField("账号", max_length=40)
    years = models.IntegerField("模拟年数")
    nudges = models.JSONField("推一推")  # rows: type, title, rise
    failing = models.JSONField("未成立的自带测试")
    gains = models.JSONField("策略")  # rows: code, title, mean, upper, most
    passes = models.BooleanField("通过")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["sha256", "at"], name="points_check_of"))

    def __str__(self) -> str:
        return f"{self.sha256} {self.passes}"


class Look(SealedModel):
    """Somebody looked at the page of another."""

    holder = models.TextField("积分人")
    unit = models.TextField("单位代码", blank=True, default="")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="points_looks")
    at = models.DateTimeField("时间")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (*SealedModel.Meta.indexes, models.Index(fields=["holder", "at"], name="points_look_of"))

    def __str__(self) -> str:
        return f"{self.holder} {self.at}"
