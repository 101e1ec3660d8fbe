"""Units and people, and who answers for what at which time."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from zhunsheng.apps.org.roles import AGENCY_ROLES, CASE_ROLES

CODE = RegexValidator(r"\A\d{12}\Z", "单位代码是 12 位数字。")
NUMBER = RegexValidator(r"\A[0-9A-Z]{4,12}\Z", "警号或工号是 4 至 12 位数字或大写字母。")
PROVINCE = RegexValidator(r"\A\d{2}\Z", "省份是 2 位数字，例如 35。")


class Unit(models.Model):
    """A unit of the police, or an agency outside it. Its code is 12 digits; nothing is read from them but identity."""

    class Kind(models.TextChoices):
        """Levels of the organisation."""

        CITY = "city", "市局"
        BRANCH = "branch", "分局"
        STATION = "station", "派出所"
        COMMAND_ROOM = "command_room", "综合指挥室"
        CASE_SQUAD = "case_squad", "案件办理队"
        COMMUNITY_SQUAD = "community_squad", "社区警务队"
        DEPARTMENT = "department", "部门"
        AGENCY = "agency", "鉴定机构"

    code = models.CharField("单位代码", primary_key=True, max_length=12, validators=[CODE])
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField("上级链", max_length=200, help_text="从最上级到本单位的代码，以斜杠相连")
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(code__regex=r"^\d{12}$"), name="unit_code_is_12_digits"),
            models.CheckConstraint(condition=Q(path__endswith=F("code")), name="unit_path_ends_with_code"),
        )
        indexes = (models.Index(fields=["path"], name="org_unit_path", opclasses=["varchar_pattern_ops"]),)

    def __str__(self) -> str:
        return self.short_name


class Officer(models.Model):
    """A person of a unit. Known by province and number: numbers repeat between provinces and are issued again."""

    class Kind(models.TextChoices):
        """Who may sign follows from this and from the post."""

        POLICE = "police", "民警"
        AUXILIARY = "auxiliary", "辅警"
        OUTSIDE = "outside", "外部人员"

    province = models.CharField("省份", max_length=2, validators=[PROVINCE])
    number = models.CharField("警号", max_length=12, validators=[NUMBER])
    name = models.CharField("姓名", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    mobile = models.CharField("手机", max_length=20, blank=True)
    joined_on = models.DateField("启用日期")
    left_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["province", "number"], condition=Q(left_on=None), name="officer_number_used_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="officer_leaves_after_joining"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}（{self.province}{self.number}）"

    @property
    def named(self) -> str:
        """Name and number as pages show them: without the province, which is that of all."""
        return f"{self.name}（{self.number}）"


class Post(models.Model):
    """An officer holds a role in a unit from a day until a day; the last day is excluded."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField("岗位", max_length=20, choices={**CASE_ROLES, **AGENCY_ROLES})
    part_time = models.BooleanField("兼任", default=False)
    from_on = models.DateField("起")
    until_on = models.DateField("止（不含）", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gt=F("from_on")), name="post_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["officer", "unit", "role"], condition=Q(until_on=None), name="post_held_once"
            ),
        )
        indexes = (models.Index(fields=["unit", "role"], name="org_post_unit_role"),)

    def __str__(self) -> str:
        return f"{self.officer} {self.get_role_display()}"


class Duty(models.Model):
    """One line of a duty roster: who is on duty for a unit between two instants."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_it_starts"),
            models.UniqueConstraint(fields=["unit", "officer", "starts_at"], name="duty_entered_once"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.officer}"


class Delegation(models.Model):
    """An officer's role in a unit is exercised by another until an instant. It always ends."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Officer, models.PROTECT, related_name="delegations")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=200)
    revoked_at = models.DateTimeField("撤回", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return f"{self.post} → {self.to}"


class Leave(models.Model):
    """An officer is away between two instants."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="leaves")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    cancelled_at = models.DateTimeField("取消", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leave_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return str(self.officer)
