"""Which open alerts concern whom."""

from django.db import models

from zhunsheng.apps.org.models import Officer


class Concern(models.Model):
    """An open group concerns an officer: he was told of it, owns it, or it was handed to him.

    The database's own triggers keep it (sql/rules.sql), so that every page may ask what waits for its reader.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, db_index=False, related_name="alert_concerns")
    group = models.ForeignKey("alerts.AlertGroup", models.PROTECT, related_name="concerns")
    waits = models.CharField("级别", max_length=8, null=True, editable=False)  # its level, while nobody has taken it

    # What lists ask of the group: whether somebody has still to act, its rule, when it ends.
    to_do = models.BooleanField("待办", default=False, editable=False)
    rule = models.TextField("规则", default="", editable=False)
    due = models.DateTimeField("届满", null=True, editable=False)
    outer = models.DateTimeField("最迟", null=True, editable=False)
    outer_at_end = models.BooleanField("最迟为当日24时", default=False, editable=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["officer"],
                include=["group", "rule", "due", "outer", "outer_at_end", "to_do"],
                name="concern_to_do",
                condition=models.Q(to_do=True),
            ),
            models.Index(fields=["officer", "waits"], name="concern_waits", condition=models.Q(waits__isnull=False)),
        )
        constraints = (models.UniqueConstraint(fields=["officer", "group"], name="concerned_once"),)

    def __str__(self) -> str:
        return f"{self.officer_id} {self.group_id}"
