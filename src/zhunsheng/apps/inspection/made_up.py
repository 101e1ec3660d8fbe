"""Made-up files with known problems, who knows of them, and those that gave way to a true case."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhunsheng.apps.audit.fields import SealedModel
from zhunsheng.apps.org.models import Officer


class Planted(SealedModel):
    """A made-up file with known problems. This row is its mark, and no session of a page sees it."""

    case = models.CharField("案件编号", primary_key=True, max_length=40)
    result = models.CharField("办结事件", max_length=80)
    ended_on = models.DateField("办结日期")
    known = ArrayField(models.CharField(max_length=4), verbose_name="已知问题", default=list)
    uses = ArrayField(models.CharField(max_length=16), verbose_name="评查表", default=list)
    said = models.JSONField("数据判断", default=dict)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="放入")
    at = models.DateTimeField("放入时间")

    def __str__(self) -> str:
        return self.case


class PlantedTold(SealedModel):
    """Somebody of the legal department who is to know of a planted file: it is shown to him as one."""

    case = models.CharField("案件编号", max_length=40)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="知情人")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="告知")
    at = models.DateTimeField("告知时间")

    class Meta(SealedModel.Meta):
        abstract = False
        constraints = (models.UniqueConstraint(fields=["case", "officer"], name="inspection_told_once"),)

    def __str__(self) -> str:
        return f"{self.case} {self.officer_id}"


class Overtaken(SealedModel):
    """A true case came under the number of a planted file, which gave way: what came, what the made-up file had been,
    and the plans in whose frame it lay. The database itself writes it (sql/rules.sql); nobody need remember to."""

    case = models.CharField("案件编号", primary_key=True, max_length=40)
    what = models.CharField("因何让位", max_length=40)  # the table in which the true case arrived
    which = models.CharField("哪一条", max_length=200, blank=True, default="")
    actor = models.CharField("由谁带来", max_length=160, blank=True, default="")
    title = models.CharField("虚构的案件名称", max_length=120, blank=True, default="")
    kind = models.CharField("虚构的类别", max_length=20)
    unit = models.CharField("虚构的单位", max_length=12, blank=True, default="")
    papers = models.JSONField("虚构的文书", default=list)
    plans = ArrayField(models.CharField(max_length=24), verbose_name="所在计划", default=list)
    at = models.DateTimeField("让位时间")

    def __str__(self) -> str:
        return self.case
