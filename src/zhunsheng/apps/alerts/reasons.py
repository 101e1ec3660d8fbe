"""Why an alert was sent."""

from django.db import models


class AlertReason(models.TextChoices):
    """Why it was sent."""

    FIRST = "first", "首次"
    WORSE = "worse", "加重"
    REPEAT = "repeat", "再次提醒"
    WITHDRAWN = "withdrawn", "更正"
    ESCALATED = "escalated", "升级"
    HANDED_OVER = "handed_over", "移交"
    URGED = "urged", "督办"
    DIGEST = "digest", "汇总"
    NO_RECIPIENT = "no_recipient", "无人接收"
    DISPUTED = "disputed", "误报待裁"
    SILENCE_ENDED = "silence_ended", "静默结束"
    UNDELIVERED = "undelivered", "短信未送达"
    FAULT = "fault", "无法处理"
    DEMOTED = "demoted", "规则退回试用"
    URGENT_ACCESS = "urgent_access", "紧急查阅"
    BAIT_READ = "bait_read", "查阅诱饵"
