"""What was issued. The file itself goes to whoever asked for it; its hash stays."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.audit.fields import SealedModel

DIGEST = RegexValidator(r"\A[0-9a-f]{64}\Z")


class IssuedDocument(SealedModel):
    """One document that was made for somebody: sealed, so that the log's key signs for the hash of its file."""

    class Sheet(models.TextChoices):
        """Kinds of documents."""

        SUPERVISION_CARD = "supervision_card", _("监督卡")
        COMPUTATION = "computation", _("计算说明")
        DAILY_BRIEF = "daily_brief", _("今日简报")
        RECTIFICATION_LETTER = "rectification_letter", _("督察函")

    sheet = models.CharField("文书", max_length=20, choices=Sheet)
    about = models.CharField("对象", max_length=64)  # number of a case, key of a clock, or empty for a brief
    code = models.CharField("核验码", max_length=64, validators=[DIGEST])  # of what it says; printed on it
    file = models.CharField("文件摘要", max_length=64, validators=[DIGEST], db_index=True)
    account = models.CharField("打印人", max_length=40)
    at = models.DateTimeField("时间")

    def __str__(self) -> str:
        return f"{self.sheet} {self.code[:16]}"
