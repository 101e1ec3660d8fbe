"""Why an alert was sent."""

from django.db import models
from django.utils.translation import gettext_noop as _


class AlertReason(models.TextChoices):
    """Why it was sent."""

    FIRST = "first", _("首次")
    WORSE = "worse", _("加重")
    REPEAT = "repeat", _("再次提醒")
    WITHDRAWN = "withdrawn", _("更正")
    ESCALATED = "escalated", _("升级")
    HANDED_OVER = "handed_over", _("移交")
    URGED = "urged", _("督办")
    DIGEST = "digest", _("汇总")
    NO_RECIPIENT = "no_recipient", _("无人接收")
    DISPUTED = "disputed", _("误报待裁")
    SILENCE_ENDED = "silence_ended", _("静默结束")
    UNDELIVERED = "undelivered", _("短信未送达")
    FAULT = "fault", _("无法处理")
    DEMOTED = "demoted", _("规则退回试用")
    URGENT_ACCESS = "urgent_access", _("紧急查阅")
    BAIT_READ = "bait_read", _("查阅诱饵")
