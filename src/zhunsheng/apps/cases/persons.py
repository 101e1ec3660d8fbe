"""Persons of a case: kept encrypted, found by blind index, shown masked, read in full only on the record."""

import re
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.keys import FieldCipher, field_cipher
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Case, Person, PersonInCase
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.refusals import DomainError

PROTECTED: Final = ("name", "id_number", "phone", "address")
SEARCHABLE: Final = ("name", "id_number", "phone")
SPACES: Final = re.compile(r"[\s-]+")


class PersonNotVisible(DomainError):
    """Not there, or not to be seen: the answer is the same."""

    text = "没有找到这个人，或您没有查看的权限。需要的话联系法制支队。"


class PurposeMissing(DomainError):
    """A look at protected data says what it is for."""

    text = "请写明查阅事由。查阅会记入审计。"


@dataclass(frozen=True)
class Identity:
    """A person's protected data in full."""

    name: str
    id_number: str
    phone: str
    address: str


@transaction.atomic
def register_person(*, person_id: str, identity: Identity, minor: bool | None = None) -> Person:
    """Keep a person's data, replacing what was kept before. Empty fields are kept as absent."""
    cipher = field_cipher(settings.KEYS)
    person = Person(id=person_id, masked_name=masked_name(identity.name), minor=minor)
    _seal(cipher, person, identity)
    person.full_clean(validate_unique=False)
    known = Person.objects.filter(pk=person_id).exists()
    person.save(force_update=known, force_insert=not known)
    return person


@transaction.atomic
def reseal_persons(*, after: str, limit: int) -> tuple[str, int]:
    """Write the next persons' protected fields and index under the newest key, where they are under an older one.

    Returns the last id that was looked at (empty: there are no more), and how many were written.
    """
    cipher = field_cipher(settings.KEYS)
    rows = list(Person.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:limit])
    old = [person for person in rows if not all(cipher.is_current(bytes(stored)) for stored in _stored(person))]
    for person in old:
        identity = Identity(**{column: _decrypted(cipher, person, column) for column in PROTECTED})
        _seal(cipher, person, identity)
        person.save(update_fields=[*PROTECTED, *(f"{column}_index" for column in SEARCHABLE)])
    return (rows[-1].pk if rows else "", len(old))


def put_in_case(*, case: Case, person: Person, role: str) -> PersonInCase:
    """Say what a person is in a case; said twice it is one row."""
    row, _ = PersonInCase.objects.get_or_create(case=case, person=person, role=role)
    return row


def reveal_person(*, viewer: Viewer, person_id: str, purpose: str) -> Identity:
    """
    A person's data in full. The audit entry is written before the answer.

    :raises PurposeMissing: no purpose is given.
    :raises PersonNotVisible: the person is in no case of which the viewer may reveal persons.
    """
    if not purpose.strip():
        raise PurposeMissing
    cases = visible_cases(viewer, Action.PERSON_REVEAL).filter(persons__person=person_id)
    person = Person.objects.filter(pk=person_id).first()
    if person is None or not cases.exists():
        raise PersonNotVisible
    record_read(kind="person", key=person_id, persons=[person_id], detail={"purpose": purpose})
    cipher = field_cipher(settings.KEYS)
    return Identity(**{column: _decrypted(cipher, person, column) for column in PROTECTED})


def find_persons(*, viewer: Viewer, column: str, text: str, purpose: str) -> list[Person]:
    """
    Persons of visible cases whose name, id number or phone is exactly this. Recorded with its purpose and its results.

    :raises PurposeMissing: no purpose is given.
    """
    if not purpose.strip():
        raise PurposeMissing
    plain = normalized(column, text)
    indexes = field_cipher(settings.KEYS).blind_indexes(plain, kind=f"person.{column}") if plain else []
    cases = visible_cases(viewer, Action.CASE_READ)
    found = list(
        Person.objects.filter(**{f"{column}_index__in": indexes}, cases__case__in=cases).distinct().order_by("id")
    )
    record_read(kind="person_search", key=column, persons=[person.id for person in found], detail={"purpose": purpose})
    return found


def masked_name(name: str) -> str:
    """王小强 → 王某强; two characters keep the first; anything else keeps its first character."""
    if len(name) < 2:
        return "某"
    return f"{name[0]}某{name[-1] if len(name) > 2 else ''}"


def normalized(column: str, text: str) -> str:
    """What the blind index is made of: the same number written with spaces or in small letters is the same."""
    return text.strip() if column == "name" else SPACES.sub("", text).upper()


def _seal(cipher: FieldCipher, person: Person, identity: Identity) -> None:
    for column in PROTECTED:
        text = getattr(identity, column)
        setattr(person, column, cipher.encrypt(text, place=_place(person.id, column)) if text else None)
    for column in SEARCHABLE:
        setattr(person, f"{column}_index", _index(cipher, column, getattr(identity, column)))


def _stored(person: Person) -> list[bytes]:
    return [stored for column in PROTECTED if (stored := getattr(person, column)) is not None]


def _index(cipher: FieldCipher, column: str, text: str) -> bytes | None:
    plain = normalized(column, text)
    return cipher.blind_index(plain, kind=f"person.{column}") if plain else None


def _decrypted(cipher: FieldCipher, person: Person, column: str) -> str:
    stored = getattr(person, column)
    return cipher.decrypt(bytes(stored), place=_place(person.id, column)) if stored else ""


def _place(person_id: str, column: str) -> str:
    return f"cases_person.{column}:{person_id}"
