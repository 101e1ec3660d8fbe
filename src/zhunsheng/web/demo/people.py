"""The people of the demonstration: the units and officers of a synthetic city, and an account for each role."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl
from django.db import transaction

from zhunsheng.apps.access import totp
from zhunsheng.apps.access.login import enrol_totp
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.services import create_account
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.org.models import Officer, Post, Unit
from zhunsheng.apps.org.roles import ADMIN_ROLES
from zhunsheng.apps.org.services import add_officer, add_unit, give_post
from zhunsheng.city.make import City

PASSWORD: Final = "zhun-sheng-demo"  # noqa: S105 - printed at the start: the database is marked as a demonstration
PROCESS: Final = "play-city"
JOINED: Final = date(2018, 1, 1)
LEADING: Final = {
    "station": ("unit_head", "legal_officer", "custodian", "area_keeper"),
    "branch": ("county_head", "legal_officer"),
    "city": ("legal_department", "legal_department", "inspectorate", "deposit_office"),
}
"""Posts that each unit of a kind has, beside the officers of its squads."""

LOGINS: Final = {
    "officer": "民警",
    "legal_officer": "法制员",
    "unit_head": "所长",
    "county_head": "分局领导",
    "legal_department": "法制支队",
    "inspectorate": "纪检",
    "custodian": "财物管理员",
    "area_keeper": "办案区管理员",
    "deposit_office": "保证金管理",
}
SOURCES: Final = {
    "cases": "案件系统",
    "calls": "接警系统",
    "area": "办案区系统",
    "store": "物证库系统",
    "detention-house": "看守所系统",
}
SHORT_NAME: Final = 20
OWN_NUMBERS: Final = 900_000  # the city's officers have numbers from 100,000


@dataclass(frozen=True)
class Login:
    """An account that a newcomer may use."""

    username: str
    title: str


def settle(city: City) -> list[Login]:
    """Register units, officers, posts, sources and accounts, unless they are there. Returns the accounts."""
    if not Unit.objects.exists():
        with transaction.atomic(), as_process(PROCESS):
            _units(city.units)
            _squads(city.officers)
            _leaders(city.units)
            for source, title in SOURCES.items():
                register_source(
                    source=source, title=title, key=f"{source}-{clock.real_now().timestamp()}", second_person=True
                )
            _accounts(busiest_unit(city.events))
    assert Source.objects.count() >= len(SOURCES)
    return [Login(username, title) for username, title in {**LOGINS, **ADMIN_ROLES}.items()]


def busiest_unit(events: pl.DataFrame) -> str:
    """The squad with the most events: whoever logs in should have something to do."""
    counts = events.drop_nulls("unit").group_by("unit").len().sort("len", "unit", descending=[True, False])
    return str(counts["unit"][0])


def _units(units: pl.DataFrame) -> None:
    for row in units.iter_rows(named=True):
        short = row["name"][-SHORT_NAME:]
        add_unit(code=row["code"], name=row["name"], short_name=short, kind=row["kind"], parent=row["parent"])


def _squads(officers: pl.DataFrame) -> None:
    for serial, row in enumerate(officers.iter_rows(named=True)):
        officer = add_officer(
            province=row["province"],
            number=row["number"],
            name=row["name"],
            kind=row["kind"],
            joined_on=JOINED,
            mobile=_phone(serial),
        )
        role = "officer" if row["kind"] == "police" else "auxiliary"
        give_post(officer=officer, unit=row["unit"], role=role, from_on=JOINED)


def _leaders(units: pl.DataFrame) -> None:
    serial = 0
    for code, kind in units.select("code", "kind").iter_rows():
        for role in LEADING.get(kind, ()):
            serial += 1
            officer = add_officer(
                province="35",
                number=str(OWN_NUMBERS + serial),
                name=f"{'林何罗梁宋郑谢韩唐冯'[serial % 10]}某",
                kind="police",
                joined_on=JOINED,
                mobile=_phone(50_000 + serial),
            )
            give_post(officer=officer, unit=code, role=role, from_on=JOINED)


def _phone(serial: int) -> str:
    """A number of a range that is not issued."""
    return f"1000{serial:07}"


def _accounts(squad: str) -> None:
    unit = Unit.objects.get(pk=squad)
    for role in LOGINS:
        _with_factor(_account(role, officer=_holder(role, unit)))
    for role in ADMIN_ROLES:
        _with_factor(_account(role, admin_role=role))


def _account(role: str, *, officer: Officer | None = None, admin_role: str = "") -> Account:
    return create_account(username=role, password=PASSWORD, officer=officer, admin_role=admin_role, is_initial=False)


def _holder(role: str, squad: Unit) -> Officer:
    """The holder of a post in the squad or in the nearest unit above it."""
    for code in reversed(squad.path.split("/")):
        post = Post.objects.filter(unit=code, role=role).select_related("officer").order_by("pk").first()
        if post is not None:
            return post.officer
    raise LookupError(f"{squad}：上级链中没有“{role}”岗位。")


def _with_factor(account: Account) -> None:
    secret, at = totp.new_secret(), enrolled_at()
    enrol_totp(account, secret, totp.code_of(secret, totp.step_of(at)), at=at)


def enrolled_at() -> datetime:
    """An hour ago: a code that was used once cannot be used again."""
    return clock.real_now() - timedelta(hours=1)
