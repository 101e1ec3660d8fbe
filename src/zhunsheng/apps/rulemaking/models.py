"""Drafts of rule files, and what came of trying them."""

import uuid
from typing import Final

from django.db import models

SUPPOSITIONS: Final = ("law_of", "lead", "rest", "work")


class Draft(models.Model):
    """One rule file as somebody is changing it. One for each rule: who changes it next sees what was changed."""

    rule = models.CharField("规则", primary_key=True, max_length=120)
    text = models.TextField("文件")
    base = models.CharField("所依规则库摘要", max_length=64)  # the rulebook in force when it was begun
    by = models.CharField("账号", max_length=40)
    at = models.DateTimeField("保存")

    def __str__(self) -> str:
        return self.rule


class Trial(models.Model):
    """One back-test of a draft: what was asked, and the whole answer as data. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    rule = models.CharField("规则", max_length=120)
    text_sha256 = models.CharField("文件摘要", max_length=64)
    against = models.CharField("对照规则库摘要", max_length=64)
    asked = models.JSONField("期间和假设")
    answer = models.JSONField("结果")
    by = models.CharField("账号", max_length=40)
    at = models.DateTimeField("时间")

    class Meta:
        indexes = (models.Index(fields=["rule", "-at"], name="rulemaking_trials"),)

    def __str__(self) -> str:
        return f"{self.rule} {self.at}"

    @property
    def supposes(self) -> bool:
        """Whether anything was supposed that the draft does not say. Such a trial is none of the draft itself."""
        return any(self.asked.get(name) for name in SUPPOSITIONS)
