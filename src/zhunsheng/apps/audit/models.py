"""The audit log as lists read it. Its table is written in SQL, and only the database's own functions write to it.

And whether this database may send: one that was restored may not, until people have seen what left before."""

from django.db import models
from django.db.models import F, Q


class AuditEntry(models.Model):
    """One row: who did what to which object, when, with what result."""

    id = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor = models.TextField("谁")
    action = models.TextField("做了什么")
    result = models.TextField("结果")
    object_kind = models.TextField("对象种类")
    object_id = models.TextField("对象")
    purpose = models.TextField("事由")

    class Meta:
        managed = False
        db_table = "audit_entry"

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_kind}"


class Fence(models.Model):
    """Leave to send, for one cluster of PostgreSQL. A database on a cluster without leave sends nothing; that is how
    every restored one begins, whoever restored it. `zs_may_send()` is the question."""

    class Why(models.TextChoices):
        """How the row came about."""

        MADE = "made", "新建"
        RESTORED = "restored", "恢复"

    cluster = models.CharField("数据库标识", max_length=40)
    why = models.CharField("来由", max_length=10, choices=Why)
    backup = models.JSONField("备份", default=dict)  # when it was made, and where its log ended
    raised_at = models.DateTimeField("起")  # real time, as all of this
    compared = models.JSONField("核对", default=dict)  # channel → what the gateway's record said, who compared it
    first_by = models.CharField("解除人", max_length=40, blank=True, default="")
    first_at = models.DateTimeField("解除", null=True)
    second_by = models.CharField("复核人", max_length=40, blank=True, default="")
    second_at = models.DateTimeField("复核", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(second_by="", second_at=None)
                | (Q(second_at__isnull=False) & ~Q(first_by="") & ~Q(second_by="") & ~Q(second_by=F("first_by"))),
                name="two_persons_lift_a_fence",
            ),
        )

    def __str__(self) -> str:
        return f"{self.cluster} {self.get_why_display()}"


class SentBefore(models.Model):
    """A message that a gateway took before the restore and that the restored queue does not know. Should it be queued
    again, it counts as sent. `reference` is the message's key, or the digits of it that the gateway keeps."""

    channel = models.CharField("途径", max_length=48)
    reference = models.CharField("编号", max_length=64)
    gateway_id = models.CharField("网关编号", max_length=120, blank=True, default="")
    fence = models.ForeignKey(Fence, models.PROTECT, related_name="sent_before")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "reference"], name="sent_before_once"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.reference}"
