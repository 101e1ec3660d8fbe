"""A small world for the question of access: one case for every relation and label, a canary in every personal field."""

import hashlib
from dataclasses import dataclass, field

from django.conf import settings

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CITY, EAST, EAST_SQUAD, EAST_STATION, WEST_STATION, city, noon, officer
from zhunsheng.apps.access.policy import Label
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case, Document, Dossier, Upload
from zhunsheng.apps.cases.persons import Identity, put_in_case, register_person
from zhunsheng.apps.cases.services import assign, register_case, set_label
from zhunsheng.apps.cases.uploads import add_document, add_page, page_path
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.services import add_unit

AGENCY = "350299000000"
PLACES = {"own": WEST_STATION, "unit": EAST_STATION, "sub": EAST_SQUAD, "other": WEST_STATION}
LABELS = [label.value for label in Label]
NAMES = [f"{place}_{label}" for place in PLACES for label in LABELS] + ["unit_recused"]
"""Relation as seen from the eastern station, and label; the last is a case that everybody there is recused from."""

POSTS = {
    "officer": EAST_STATION,
    "auxiliary": EAST_STATION,
    "unit_head": EAST_STATION,
    "county_head": EAST,
    "legal_officer": EAST_STATION,
    "legal_department": CITY,
    "inspectorate": CITY,
    "custodian": EAST_STATION,
    "area_keeper": EAST_STATION,
    "deposit_office": EAST_STATION,
    "agency": AGENCY,
}
ADMINS = ("system_admin", "security_admin", "audit_admin")
ROLES = (*POSTS, *ADMINS, "contractor")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Place:
    """One case of the world."""

    number: str
    person: str
    document: int
    canaries: tuple[str, ...]


@dataclass
class World:
    """Cases by name, and somebody for each role."""

    cases: dict[str, Place] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)

    def leaked(self, text: str, *, allowed: set[str]) -> list[str]:
        """Canaries of cases that are not among the allowed ones."""
        return [
            canary
            for name, place in self.cases.items()
            if name not in allowed
            for canary in place.canaries
            if canary in text
        ]


def build() -> World:
    """The world, in the current transaction."""
    city()
    world = World()
    with as_process("test"):
        add_unit(code=AGENCY, name="甲司法鉴定所", short_name="鉴定所", kind=Unit.Kind.AGENCY, parent=None)
        for serial, name in enumerate(NAMES, 1):
            world.cases[name] = _case(name, serial)
    for serial, role in enumerate(ROLES, 1):
        _person(world, role, serial)
    return world


def _case(name: str, serial: int) -> Place:
    place, label = name.split("_")
    unit = Unit.objects.get(pk=PLACES[place])
    number = f"A{unit.code}202603{serial:04d}"
    marks = {part: f"Q{part}{serial:03d}Q" for part in ("title", "name", "id", "phone", "address", "place")}
    case = register_case(number=number, title=marks["title"], kind=Case.Kind.CRIMINAL, unit=unit)
    if label in LABELS:
        set_label(case=case, label=label)
    identity = Identity(marks["name"], marks["id"], marks["phone"], marks["address"])
    person = register_person(person_id=f"P{serial:03d}", identity=identity)
    person.masked_name = marks["place"]
    person.save()
    put_in_case(case=case, person=person, role="suspect")
    dossier = Dossier.objects.create(code=f"D{serial}", case=case, title=marks["title"])
    document = add_document(dossier=dossier, code=f"W{serial}", kind="拘", document_no="", at=noon("2026-03-01"))
    _page(case, document, serial)
    record_event(
        recorder="process:test", source="jz", id=f"E{serial}", type="person.detained", at=noon("2026-03-01"),
        case=number, person=person.id, unit=unit.code, document_no=marks["title"],
    )  # fmt: skip
    return Place(number, person.id, document.pk, tuple(marks.values()))


def _page(case: Case, document: Document, serial: int) -> None:
    content = PIXEL + str(serial).encode()
    upload = Upload(case=case, by="test", at=noon("2026-03-01"), media_type="image/png", size_bytes=len(content))
    upload.sha256 = hashlib.sha256(content).hexdigest()
    upload.verdict = Upload.Verdict.CLEAN
    upload.save()
    path = page_path(upload.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert settings.MEDIA in path.parents
    add_page(document=document, number=1, upload=upload)


def _person(world: World, role: str, serial: int) -> None:
    if role in ADMINS:
        world.people[role] = signed_in(account(role.replace("_", "-"), admin_role=role, factor=False))
        return
    posts = [(role, POSTS[role])] if role in POSTS else []
    someone = officer(f"0350{serial:02d}", *posts, kind="auxiliary" if role == "auxiliary" else "police")
    world.officers[role] = someone
    with as_process("test"):
        for name, place in world.cases.items():
            case = Case.objects.get(pk=place.number)
            if name.startswith("own_"):
                assign(case=case, officer=someone, role=Assignment.Role.CO_OFFICER, from_at=noon("2026-03-01"))
            if name == "unit_recused":
                assign(case=case, officer=someone, role=Assignment.Role.RECUSED, from_at=noon("2026-03-01"))
    world.people[role] = signed_in(account(role.replace("_", "-"), officer=someone, factor=False))
