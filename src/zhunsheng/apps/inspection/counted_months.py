"""What was counted of months that are over, so that no request walks through the years."""

from django.db import models

from zhunsheng.apps.audit.fields import SHA256


class CountedMonth(models.Model):
    """How often something was counted in a month that is over, unit by unit. Only of what can never be added to such a
    month: events by the server's own time. `question`: a digest of what was asked."""

    question = models.CharField("所问摘要", max_length=SHA256)
    month = models.DateField("月份")
    counts = models.JSONField("各单位次数")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "month"], name="inspection_counted_once"),)

    def __str__(self) -> str:
        return f"{self.question[:12]} {self.month}"
