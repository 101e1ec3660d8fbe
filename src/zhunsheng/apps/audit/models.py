"""The audit log as lists read it. Its table is written in SQL, and only the database's own functions write to it."""

from django.db import models


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
