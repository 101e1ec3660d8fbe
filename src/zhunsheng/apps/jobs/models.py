"""Long work, one row a task."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.access.models import LANGUAGES


class Job(models.Model):
    """One task of one account. Its result is a file that is kept for a week."""

    class Kind(models.TextChoices):
        """What is done."""

        CASES_SHEET = "cases_sheet", _("导出案件")
        CARDS = "cards", _("批量监督卡")
        ORG_TABLE = "org_table", _("导入组织数据")
        POINTS_CHECK = "points_check", _("积分办法的推一推和模拟")
        RULE_TRIAL = "rule_trial", _("规则回测")
        RULE_PROPOSAL = "rule_proposal", _("提出规则发布")

    class State(models.TextChoices):
        """How it stands. Refused: nothing was done, for the reasons that it names; failed: by our own fault."""

        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        REFUSED = "refused", _("没有办成")
        FAILED = "failed", _("出错")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.CharField("账号", max_length=40)
    kind = models.CharField("任务", max_length=20, choices=Kind)
    asked = models.JSONField("内容")  # the address of a list, or the kind and name of a table
    language = models.CharField("语言", max_length=10, choices=LANGUAGES)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("共", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    refusals = models.JSONField("没有处理的", default=list)
    result = models.CharField("结果文件", max_length=80, blank=True, default="")
    result_sha256 = models.CharField("摘要", max_length=64, blank=True, default="")
    seen = models.BooleanField("已看过", default=False)
    at = models.DateTimeField("提交")  # by the platform's clock, as everything that people see
    beat_at = models.DateTimeField("最近", null=True, blank=True)  # real time, as are leases
    ended_at = models.DateTimeField("结束", null=True, blank=True)  # real time: results are kept for a week

    class Meta:
        indexes = (
            models.Index(fields=["account", "-at"], name="jobs_of_account"),
            models.Index(fields=["at"], condition=Q(state__in=["waiting", "running"]), name="jobs_unfinished"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is not over yet."""
        return self.state in (self.State.WAITING, self.State.RUNNING)
