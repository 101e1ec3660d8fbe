"""What two persons decided about texts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.org.models import Officer


class Switch(models.Model):
    """A decision of two persons that changes what texts may say. The latest confirmed row of a name counts."""

    class Name(models.TextChoices):
        """What can be decided."""

        MASKED_CASE_TITLE = "masked_case_title", _("短信中使用隐名案件名称")

    name = models.CharField("事项", max_length=24, choices=Name)
    is_on = models.BooleanField("启用")
    reason = models.CharField("事由", max_length=200)
    first_by = models.ForeignKey(Officer, models.PROTECT, related_name="switches_proposed", verbose_name="提出人")
    first_at = models.DateTimeField("提出")
    second_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="switches_confirmed", verbose_name="确认人"
    )
    second_at = models.DateTimeField("确认", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None)
                | (Q(second_by__isnull=False, second_at__isnull=False) & ~Q(second_by=F("first_by"))),
                name="two_different_persons_decide",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_name_display()} {'启用' if self.is_on else '停用'}"
