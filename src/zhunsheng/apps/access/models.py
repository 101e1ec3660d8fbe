"""Accounts and what they prove themselves with; access in an emergency; baits."""

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.audit.fields import SealedModel
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.roles import ADMIN_ROLES

USERNAME = RegexValidator(r"\A[a-z0-9][a-z0-9._-]{1,39}\Z", "账号是 2 至 40 位小写字母、数字或 . _ -。")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]


class Account(AbstractBaseUser):
    """Someone who can log in: an officer, a person of an agency, or an administrator, never two of these."""

    USERNAME_FIELD = "username"

    username = models.CharField("账号", max_length=40, unique=True, validators=[USERNAME])
    officer = models.OneToOneField(Officer, models.PROTECT, null=True, blank=True, related_name="account")
    admin_role = models.CharField("管理角色", max_length=20, choices=ADMIN_ROLES, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)
    password_is_initial = models.BooleanField("初始口令", default=False)  # somebody else knows it
    sessions_from = models.DateTimeField("会话起点", null=True, blank=True)  # earlier sessions are over
    language = models.CharField("界面语言", max_length=10, choices=LANGUAGES, blank=True, default="")
    shortcuts = models.BooleanField("单键快捷键", default=True)
    last_login = None

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(admin_role="") | Q(officer=None), name="an_administrator_holds_no_post"),
        )

    def __str__(self) -> str:
        return self.username


class Factor(models.Model):
    """A second factor of an account."""

    class Kind(models.TextChoices):
        """How it is proved."""

        TOTP = "totp", "动态口令"
        PASSKEY = "passkey", "安全密钥"

    account = models.ForeignKey(Account, models.CASCADE, related_name="factors")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    label = models.CharField("名称", max_length=40)
    secret = models.BinaryField("密文")  # TOTP: the encrypted secret; passkey: the public credential
    credential_id = models.BinaryField("凭据", null=True, unique=True)
    last_counter = models.BigIntegerField("已用", default=-1)  # a code or signature is accepted once
    created_at = models.DateTimeField("登记")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="totp", credential_id=None) | Q(kind="passkey", credential_id__isnull=False),
                name="a_passkey_has_a_credential",
            ),
        )

    def __str__(self) -> str:
        return self.label


class LoginAttempt(models.Model):
    """One try to log in. The lock-out is computed from these; they are never changed."""

    class Outcome(models.TextChoices):
        """What came of it."""

        PASSED = "passed", _("通过")
        PASSWORD = "password", _("口令不符")
        FACTOR = "factor", _("第二因素不符")
        LOCKED = "locked", _("锁定中")

    username = models.CharField("账号", max_length=40)
    address = models.GenericIPAddressField("地址", null=True)
    at = models.DateTimeField("时间")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)

    class Meta:
        indexes = (
            models.Index(fields=["username", "at"], name="access_attempt_username"),
            models.Index(fields=["address", "at"], name="access_attempt_address"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.outcome}"


class SavedFilter(models.Model):
    """A filter of a list that somebody keeps for himself."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="saved_filters")
    page = models.CharField("页面", max_length=60)
    title = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=1000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "page", "title"], name="saved_filter_named_once"),)

    def __str__(self) -> str:
        return self.title


class ReadToken(models.Model):
    """A key by which a program reads over the API, in the name of an account or as the head of a unit would. Only its
    hash is kept."""

    name = models.CharField("名称", max_length=40, unique=True, validators=[USERNAME])
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="read_tokens")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="read_tokens")
    scopes = ArrayField(models.CharField(max_length=20), verbose_name="范围")
    key_digest = models.BinaryField("密钥摘要", max_length=32, unique=True)
    created_at = models.DateTimeField("发放")
    revoked_at = models.DateTimeField("吊销", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False, unit=None) | Q(account=None, unit__isnull=False),
                name="a_token_acts_for_an_account_or_a_unit",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="a_token_has_a_scope"),
        )

    def __str__(self) -> str:
        return self.name


class UrgentAccess(SealedModel):
    """An officer opened a case that is not his, in an emergency, for an hour of real time. Never changed."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="urgent_accesses")
    account = models.CharField("账号", max_length=40)
    case = models.CharField("案件编号", max_length=40)
    unit = models.CharField("单位代码", max_length=12, blank=True, default="")
    reason = models.CharField("事由", max_length=200)
    at = models.DateTimeField("起")
    real_at = models.DateTimeField("实际起")
    until = models.DateTimeField("实际止")

    class Meta(SealedModel.Meta):
        abstract = False
        indexes = (
            *SealedModel.Meta.indexes,
            models.Index(fields=["officer", "until"], name="access_urgent_officer"),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="urgent_access_has_a_reason"),
            models.CheckConstraint(
                condition=Q(until__lte=models.F("real_at") + timedelta(minutes=60)), name="urgent_access_is_an_hour"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.case}"


class UrgentReview(SealedModel):
    """What the inspectorate found of an access in an emergency. Never changed."""

    access = models.OneToOneField(UrgentAccess, models.PROTECT, related_name="review")
    by = models.CharField("审查人", max_length=40)
    at = models.DateTimeField("时间")
    justified = models.BooleanField("确有必要")
    note = models.CharField("说明", max_length=200)

    class Meta(SealedModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.access_id} {self.justified}"


class Bait(models.Model):
    """A case or person of nobody: whoever reads it had no reason to."""

    class Kind(models.TextChoices):
        """What it looks like."""

        CASE = "case", "案件"
        PERSON = "person", "人员"

    kind = models.CharField("种类", max_length=10, choices=Kind)
    key = models.CharField("编号", max_length=80)
    by = models.CharField("设置人", max_length=40)
    at = models.DateTimeField("设置")
    ended_at = models.DateTimeField("撤除", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "key"], condition=Q(ended_at=None), name="a_bait_is_set_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class BaitAlarm(models.Model):
    """Somebody read a bait. Written by the database itself when the reading is written into the log."""

    bait = models.ForeignKey(Bait, models.PROTECT, related_name="alarms")
    entry = models.BigIntegerField("审计序号", unique=True)
    actor = models.TextField("谁")
    at = models.DateTimeField("时间")
    told_at = models.DateTimeField("已告知", null=True)

    class Meta:
        indexes = (models.Index(fields=["at"], name="access_bait_untold", condition=Q(told_at=None)),)

    def __str__(self) -> str:
        return f"{self.actor} {self.at}"
