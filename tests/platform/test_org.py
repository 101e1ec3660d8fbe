"""Who holds what, and who is told, after delegation, leave and duty."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.platform.people import CITY, CLERK, EAST, EAST_SQUAD, EAST_STATION, WEST_STATION, city, noon, officer
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.org.models import Duty, Officer, Unit
from zhunsheng.apps.org.selectors import held_posts, officer_by_number, recipients, units_below, units_without
from zhunsheng.apps.org.services import (
    DelegationRefused,
    PostRefused,
    UnitLoop,
    UnitNotFound,
    add_officer,
    add_unit,
    delegate,
    end_post,
    give_post,
    leave_service,
    move_unit,
    take_leave,
)

pytestmark = pytest.mark.usefixtures("db")
TODAY = noon("2026-03-10")
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def org(db: None) -> None:
    del db
    city()


def told(unit: str = EAST_STATION, role: str = "legal_officer") -> list[tuple[int, str]]:
    return [(row.officer, row.reason) for row in recipients(unit=unit, role=role, at=TODAY)]


def test_units_stand_under_each_other() -> None:
    below = units_below([CITY, EAST, EAST_STATION])
    assert below[CITY] == {EAST, "350205000000", EAST_STATION, EAST_SQUAD, WEST_STATION}
    assert below[EAST] == {EAST_STATION, EAST_SQUAD}
    assert below[EAST_STATION] == {EAST_SQUAD}


def test_a_moved_unit_takes_all_below_it_along_and_cannot_go_under_itself() -> None:
    with acting(CLERK):
        move_unit(code=EAST_STATION, parent="350205000000")
        assert units_below(["350205000000"])["350205000000"] == {EAST_STATION, EAST_SQUAD, WEST_STATION}
        with pytest.raises(UnitLoop, match=EAST_SQUAD):
            move_unit(code=EAST_STATION, parent=EAST_SQUAD)


def test_a_unit_needs_a_code_of_twelve_digits_and_a_known_superior() -> None:
    with acting(CLERK):
        with pytest.raises(ValidationError, match="12 位数字"):
            add_unit(code="3502", name="短", short_name="短", kind=Unit.Kind.STATION, parent=CITY)
        with pytest.raises(UnitNotFound, match="999999999999"):
            add_unit(code="350203020000", name="某", short_name="某", kind="station", parent="999999999999")


def test_a_number_given_back_is_issued_again_and_both_holders_stay() -> None:
    first = officer("035001", ("officer", EAST_STATION))
    with acting(CLERK):
        leave_service(officer=first, on=date(2026, 1, 1))
        second = add_officer(province="35", number="035001", name="后任", kind="police", joined_on=date(2026, 2, 1))
    assert officer_by_number(province="35", number="035001") == second
    assert Officer.objects.filter(number="035001").count() == 2
    assert held_posts(officer=first.pk, on=date(2026, 3, 1)) == []


def test_one_number_is_held_by_one_officer_of_a_province_at_a_time() -> None:
    officer("035001")
    with acting(CLERK):
        add_officer(province="36", number="035001", name="邻省", kind="police", joined_on=date(2026, 1, 1))
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        officer("035001")


def test_an_auxiliary_may_help_and_never_sign() -> None:
    helper = officer("FJ0001", ("auxiliary", EAST_STATION), kind="auxiliary")
    with acting(CLERK), pytest.raises(PostRefused, match="可以核对，不能签名"):
        give_post(officer=helper, unit=EAST_STATION, role="legal_officer", from_on=date(2026, 1, 1))


def test_posts_count_from_their_first_day_to_the_day_before_their_end() -> None:
    someone = officer("035001")
    with acting(CLERK):
        post = give_post(officer=someone, unit=EAST_STATION, role="legal_officer", from_on=date(2026, 3, 1))
        end_post(post=post, on=date(2026, 3, 10))
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 10))
    assert [bool(held_posts(officer=someone.pk, on=day)) for day in days] == [False, True, True, False]


def test_the_holder_is_told_and_his_delegate_instead_of_him() -> None:
    holder = officer("035001", ("legal_officer", EAST_STATION))
    other = officer("035002", ("officer", EAST_STATION))
    assert told() == [(holder.pk, "post")]
    with acting(CLERK):
        delegate(post=holder.posts.get(), to=other, starts_at=TODAY, ends_at=TODAY + WEEK, reason="出差")
    assert told() == [(other.pk, "delegation")]
    assert [row.officer for row in recipients(unit=EAST_STATION, role="legal_officer", at=TODAY + WEEK)] == [holder.pk]


def test_delegation_in_a_ring_ends_after_one_step() -> None:
    one, other = (officer(number, ("legal_officer", EAST_STATION)) for number in ("035001", "035002"))
    with acting(CLERK):
        for giver, taker in ((one, other), (other, one)):
            delegate(post=giver.posts.get(), to=taker, starts_at=TODAY, ends_at=TODAY + WEEK, reason="互换")
    assert sorted(told()) == [(one.pk, "delegation"), (other.pk, "delegation")]


def test_a_role_cannot_be_given_to_oneself_the_absent_the_gone_or_an_auxiliary() -> None:
    holder = officer("035001", ("legal_officer", EAST_STATION))
    away, gone = officer("035002"), officer("035003")
    helper = officer("FJ0001", kind="auxiliary")
    with acting(CLERK):
        take_leave(officer=away, starts_at=TODAY, ends_at=TODAY + WEEK)
        leave_service(officer=gone, on=date(2026, 3, 1))
        for to, why in ((holder, "本人"), (away, "请假"), (gone, "已离职"), (helper, "辅警不能签名")):
            with pytest.raises(DelegationRefused, match=why):
                delegate(post=holder.posts.get(), to=to, starts_at=TODAY, ends_at=TODAY + WEEK, reason="")


def test_a_delegation_always_ends() -> None:
    holder = officer("035001", ("legal_officer", EAST_STATION))
    with acting(CLERK), pytest.raises(ValidationError, match="delegation_ends_after_it_starts"):
        delegate(post=holder.posts.get(), to=officer("035002"), starts_at=TODAY, ends_at=TODAY, reason="")


def test_when_the_holder_is_away_whoever_is_on_duty_is_told() -> None:
    holder = officer("035001", ("legal_officer", EAST_STATION))
    guard = officer("035002", ("officer", EAST_STATION))
    with acting(CLERK):
        take_leave(officer=holder, starts_at=TODAY - WEEK, ends_at=TODAY + WEEK)
        unit = Unit.objects.get(pk=EAST_STATION)
        Duty.objects.create(unit=unit, officer=guard, starts_at=TODAY - timedelta(hours=4), ends_at=TODAY + WEEK)
    assert told() == [(guard.pk, "duty")]


def test_nobody_to_tell_is_an_empty_list_and_the_unit_is_named() -> None:
    officer("035001", ("legal_officer", EAST_STATION))
    assert told(unit=WEST_STATION) == []
    assert units_without("legal_officer", at=TODAY) == [CITY, EAST, EAST_SQUAD, "350205000000", WEST_STATION]
