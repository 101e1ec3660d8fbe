"""What oversight counted, so that no request walks through a year."""

from django.db import models

from zhunsheng.apps.audit.fields import SHA256


class CountedSpan(models.Model):
    """What was counted of a month, or of some weeks, from a day on until an instant. `question`: a digest of what was
    asked; `counts`: as its question is answered; `is_final`: nothing can be added any more."""

    question = models.CharField("所问摘要", max_length=SHA256)
    since = models.DateField("起")
    until = models.DateTimeField("数到")
    counts = models.JSONField("次数")
    is_final = models.BooleanField("不再变")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "since"], name="inspection_counted_once"),)

    def __str__(self) -> str:
        return f"{self.question[:12]} {self.since}"
