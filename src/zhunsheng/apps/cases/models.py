"""The five elements (person, matter, item, dossier, unit; a place visit beside them) and the log of events.

The elements carry what a page needs to name them. What happened to them is in the events, which the database's own
functions append and nothing changes.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.access.policy import LABEL_TITLES, Label
from zhunsheng.apps.audit.fields import SealedModel
from zhunsheng.apps.org.models import Officer, Unit

LABELS = [(label.value, title) for label, title in LABEL_TITLES.items()]
CASE_NUMBER = RegexValidator(
    r"\A[A-Z]\d{12}(19|20)\d{2}(0[1-9]|1[0-2])\d{4}\Z",
    "案件编号是 1 个大写字母、12 位单位代码、6 位年月和 4 位序号。",
)


class Incident(models.Model):
    """An incident reported to the police, or a shift: what happens before and beside a case."""

    number = models.CharField("警情编号", primary_key=True, max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, db_constraint=False)
    first_at = models.DateTimeField("最早事件")

    def __str__(self) -> str:
        return self.number


class Case(models.Model):
    """A case. Its unit is the registered one, else that of its earliest event."""

    class Kind(models.TextChoices):
        """Which procedure it follows."""

        CRIMINAL = "criminal", _("刑事")
        ADMINISTRATIVE = "administrative", _("行政")
        TRAFFIC_ACCIDENT = "traffic_accident", _("交通事故")
        TRAFFIC_VIOLATION = "traffic_violation", _("交通违法")
        UNKNOWN = "unknown", _("未登记")

    number = models.CharField("案件编号", primary_key=True, max_length=40)
    title = models.CharField("案件名称（掩码）", max_length=120, blank=True, default="")
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.UNKNOWN)
    label = models.CharField("密级标签", max_length=10, choices=LABELS, default=Label.ORDINARY.value)
    # Without an index of its own: the one on unit and number serves, and events write here often.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False)
    registered_unit = models.BooleanField("单位已登记", default=False)
    first_at = models.DateTimeField("最早事件", null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["unit", "number"], name="cases_case_unit"),
            models.Index(fields=["number"], name="cases_case_labelled", condition=~Q(label="ordinary")),
        )
        constraints = (
            models.CheckConstraint(condition=Q(label__in=[code for code, _ in LABELS]), name="case_label_is_known"),
        )

    def __str__(self) -> str:
        return self.number


class Assignment(models.Model):
    """An officer is assigned to a case, or recused from it, from an instant until an instant."""

    class Role(models.TextChoices):
        """What he is there."""

        CASE_OFFICER = "case_officer", _("主办民警")
        CO_OFFICER = "co_officer", _("协办民警")
        RECUSED = "recused", _("回避")

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="assignments")
    role = models.CharField("角色", max_length=20, choices=Role)
    from_at = models.DateTimeField("起")
    until_at = models.DateTimeField("止", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "officer", "role"], condition=Q(until_at=None), name="assigned_once"
            ),
        )
        indexes = (
            models.Index(fields=["officer", "case"], name="cases_assignment_officer"),
            models.Index(fields=["officer", "role", "case"], name="cases_assigned_now", condition=Q(until_at=None)),
            # Who heads a case, for counts over thousands of cases.
            models.Index(
                fields=["case", "id"],
                include=["officer"],
                name="cases_headed_now",
                condition=Q(role="case_officer", until_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.officer}"


class Person(models.Model):
    """Someone a case is about. Protected fields are ciphertext; they are read one person at a time, on the record."""

    id = models.CharField("人员编号", primary_key=True, max_length=80)
    masked_name = models.CharField("姓名（掩码）", max_length=40)
    minor = models.BooleanField("未成年", null=True, blank=True)
    name = models.BinaryField("姓名密文", null=True, blank=True)
    id_number = models.BinaryField("证件号密文", null=True, blank=True)
    phone = models.BinaryField("电话密文", null=True, blank=True)
    address = models.BinaryField("住址密文", null=True, blank=True)
    name_index = models.BinaryField("姓名索引", null=True, blank=True, max_length=16, db_index=True)
    id_number_index = models.BinaryField("证件号索引", null=True, blank=True, max_length=16, db_index=True)
    phone_index = models.BinaryField("电话索引", null=True, blank=True, max_length=16, db_index=True)

    def __str__(self) -> str:
        return self.masked_name


class PersonInCase(models.Model):
    """What a person is in a case."""

    class Role(models.TextChoices):
        """Kinds of parties."""

        SUSPECT = "suspect", _("嫌疑人")
        VICTIM = "victim", _("被害人")
        WITNESS = "witness", _("证人")
        OTHER = "other", _("其他")

    case = models.ForeignKey(Case, models.PROTECT, related_name="persons")
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    role = models.CharField("身份", max_length=10, choices=Role, default=Role.OTHER)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "person", "role"], name="person_in_case_once"),)

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class Item(models.Model):
    """A thing of a case. Where it is and in whose hands is told by events."""

    code = models.CharField("物品编号", primary_key=True, max_length=80)
    case = models.ForeignKey(Case, models.PROTECT, related_name="items")
    title = models.CharField("名称", max_length=120, blank=True, default="")
    kind = models.CharField("类别", max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class PlaceVisit(models.Model):
    """A stay of a person in the case-handling area or on summons; its times are told by events."""

    code = models.CharField("到访编号", primary_key=True, max_length=80)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="visits")
    person = models.CharField("人员编号", max_length=80, blank=True, default="")
    place = models.CharField("场所", max_length=80, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class Dossier(models.Model):
    """A file of a case."""

    code = models.CharField("卷宗编号", primary_key=True, max_length=80)
    case = models.ForeignKey(Case, models.PROTECT, related_name="dossiers")
    title = models.CharField("名称", max_length=120, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class Document(models.Model):
    """One document of a dossier: what its metadata say. A corrected record is a later version."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="documents")
    code = models.CharField("文书标识", max_length=80)
    version = models.PositiveIntegerField("版本", default=1)
    document_no = models.CharField("文号", max_length=80, blank=True, default="")
    kind = models.CharField("文种", max_length=40)
    made_on = models.DateField("制作日期", null=True, blank=True)
    signed = models.BooleanField("已签名", null=True, blank=True)
    recorded_at = models.DateTimeField("登记")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "version"], name="document_version_once"),)

    def __str__(self) -> str:
        return f"{self.code} 第{self.version}版"


class Page(models.Model):
    """One page image of a document, known by the hash of its bytes."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="pages")
    number = models.PositiveIntegerField("页码")
    sha256 = models.CharField("摘要", max_length=64, validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")])
    media_type = models.CharField("格式", max_length=40)
    size_bytes = models.PositiveBigIntegerField("字节数")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "number"], name="page_once"),)

    def __str__(self) -> str:
        return f"{self.document} 第{self.number}页"


class Upload(models.Model):
    """A file that came in: in quarantine until it is judged, then released or destroyed."""

    class Verdict(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("待检查")
        CLEAN = "clean", _("已放行")
        REFUSED = "refused", _("已拒绝")

    sha256 = models.CharField("摘要", max_length=64)
    size_bytes = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("格式", max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, related_name="uploads")
    by = models.CharField("上传人", max_length=60)
    at = models.DateTimeField("上传")
    verdict = models.CharField("结论", max_length=10, choices=Verdict, default=Verdict.WAITING)
    reason = models.CharField("说明", max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.sha256


class Source(models.Model):
    """A system that reports events, and the key that it proves itself with (its hash is kept)."""

    id = models.CharField(
        "来源", primary_key=True, max_length=40, validators=[RegexValidator(r"\A[a-z0-9][a-z0-9._-]*\Z")]
    )
    title = models.CharField("名称", max_length=80)
    key_digest = models.BinaryField("密钥摘要", max_length=32, unique=True)
    zone = models.CharField(
        "时区", max_length=40, blank=True, default="", help_text="来源的时间不带时区时按此解释；空则拒收"
    )
    second_person = models.BooleanField("来源系统内已双人审批", default=False)
    late_after_minutes = models.PositiveIntegerField(
        "多久没有数据算晚（分钟）", null=True, blank=True, help_text="空则不提示"
    )
    is_active = models.BooleanField("启用", default=True)

    def __str__(self) -> str:
        return self.title


class SourceProgress(models.Model):
    """How far a source's view has been read."""

    source = models.OneToOneField(Source, models.PROTECT, primary_key=True, related_name="progress")
    watermark = models.DateTimeField("水位")
    at = models.DateTimeField("读取")

    def __str__(self) -> str:
        return f"{self.source_id} {self.watermark}"


class SourceHeard(models.Model):
    """When a source was last heard of, by the clock of the platform."""

    source = models.OneToOneField(Source, models.PROTECT, primary_key=True, related_name="heard")
    at = models.DateTimeField("最近收到")

    def __str__(self) -> str:
        return f"{self.source_id} {self.at}"


class HeldEvent(SealedModel):
    """An event that would stop a red clock, waiting for its document or a second person."""

    digest = models.CharField("内容摘要", max_length=64, unique=True)
    source = models.CharField("来源", max_length=40)
    event_id = models.CharField("事件编号", max_length=120)
    version = models.PositiveIntegerField("版本")
    case = models.CharField("案件编号", max_length=40, blank=True, default="")
    lacks = models.CharField("缺少", max_length=40)  # document, second_person, both
    clocks = models.JSONField("涉及期限")
    body = models.JSONField("内容")
    by = models.CharField("记录人", max_length=60)
    at = models.DateTimeField("收到")

    def __str__(self) -> str:
        return f"{self.source}/{self.event_id}/{self.version}"


class HeldDecision(SealedModel):
    """What the second person decided about a held event."""

    held = models.OneToOneField(HeldEvent, models.PROTECT, related_name="decision")
    confirmed = models.BooleanField("确认")
    document_no = models.CharField("文号", max_length=80, blank=True, default="")
    reason = models.CharField("说明", max_length=200, blank=True, default="")
    by = models.CharField("决定人", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed=False) | ~Q(document_no=""), name="a_confirmed_event_has_a_document"
            ),
        )

    def __str__(self) -> str:
        return str(self.held)
