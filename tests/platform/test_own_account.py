"""One's own password and sessions, and what an administrator may do to them."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from tests.platform.accounts import PASSWORD, account, signed_in, stranger
from tests.platform.people import CLERK
from zhunsheng.apps.access.models import Account, LoginAttempt
from zhunsheng.apps.access.passwords import PasswordGuessable, PasswordTooShort, check_password_rules
from zhunsheng.apps.access.services import create_account
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting

pytestmark = pytest.mark.usefixtures("db")
NEW = "  Ünrelated 词 with blanks at both ends "


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock, held still; a test moves it by changing the one element."""
    hands = [clock.real_now()]
    monkeypatch.setattr(clock, "real_now", lambda: hands[0])
    return hands


def logs_in(username: str, password: str) -> bool:
    answer = stranger().post("/login/", {"username": username, "password": password})
    return bool(answer.status_code == 302)


def test_a_password_is_changed_against_the_old_one_and_all_other_sessions_end(wall: list[datetime]) -> None:
    # Given somebody at two browsers
    alice = account("alice")
    here, elsewhere = signed_in(alice), signed_in(alice)
    wall[0] += timedelta(minutes=1)
    # When he changes his password at one of them
    old_key = here.client.cookies["zs_session"].value
    answer = here.post("/settings/password/", current=PASSWORD, new=NEW, again=NEW)
    # Then he is still in there, under a new key, and out at the other; the new one opens exactly as typed
    assert answer.headers["Location"] == "/settings/?saved=1"
    assert here.client.cookies["zs_session"].value != old_key
    assert [person.get("/settings/").status_code for person in (here, elsewhere)] == [200, 302]
    assert [typed for typed in (PASSWORD, NEW.strip(), NEW.lower(), NEW) if logs_in("alice", typed)] == [NEW]


def test_a_wrong_current_password_changes_nothing_and_counts_as_a_failed_login() -> None:
    alice = signed_in(account("alice"))
    answer = alice.post("/settings/password/", current="wrong", new=NEW, again=NEW)
    assert answer.status_code == 422
    assert logs_in("alice", PASSWORD)
    assert list(LoginAttempt.objects.values_list("outcome", flat=True)) == ["password"]


def test_the_second_factor_is_asked_for_again_before_a_password_changes_or_sessions_end(wall: list[datetime]) -> None:
    alice = signed_in(account("alice"))
    wall[0] += timedelta(minutes=6)
    for path, back in (
        ("/settings/password/", "%2Fsettings%2Fpassword%2F"),
        ("/settings/sessions/end/", "%2Fsettings%2F"),
    ):
        assert alice.post(path, current=PASSWORD, new=NEW, again=NEW).headers["Location"] == f"/confirm/?next={back}"
    assert logs_in("alice", PASSWORD)


def test_whoever_sees_a_login_that_was_not_his_ends_all_other_sessions(wall: list[datetime]) -> None:
    mine = account("alice")
    here, thief = signed_in(mine), signed_in(mine)
    LoginAttempt.objects.create(username="alice", address="10.66.6.6", at=wall[0], outcome="passed")
    assert "10.66.6.6" in here.get("/settings/").content.decode()
    wall[0] += timedelta(minutes=1)
    here.post("/settings/sessions/end/")
    assert [person.get("/settings/").status_code for person in (here, thief)] == [200, 302]


def test_a_password_that_somebody_else_set_opens_nothing_but_its_own_change() -> None:
    with acting(CLERK):
        create_account(username="bob", password="several unrelated words", officer=None, admin_role="system_admin")
    bob = signed_in(Account.objects.get(username="bob"))
    for path in ("/settings/", "/admin/accounts/", "/help/"):
        assert bob.get(path).headers["Location"] == "/settings/password/", path
    assert "别人设的" in bob.get("/settings/password/").content.decode()
    for again, status in ((NEW + "x", 422), (NEW, 302)):
        answer = bob.post("/settings/password/", current="several unrelated words", new=NEW, again=again)
        assert answer.status_code == status
    assert bob.get("/admin/accounts/").status_code == 200


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "至少要 12 个"),
        ("JustinBieber", "常用口令"),  # on the list of twenty thousand, in any case of letters
        ("abcabcabcabc", "重复"),
        ("aaaabbbbaaab", "重复"),
        ("cdefghijklmnop", "依次"),
        ("alice-police-2026", "常用词"),  # six characters, --2026, are not words of this place or the account
        ("zhunsheng123", "常用词"),
    ],
)
def test_a_password_that_would_be_guessed_early_is_refused(password: str, why: str) -> None:
    with pytest.raises((PasswordTooShort, PasswordGuessable), match=why):
        check_password_rules(password, username="alice")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "一二三四 五六七八 山水人", "x" * 3 + "?" + "yz1 " * 20, "123!abcdef!9"]
)
def test_no_kind_of_character_and_no_length_up_to_two_hundred_is_demanded_or_refused(password: str) -> None:
    check_password_rules(password, username="alice")


def test_an_administrator_ends_sessions_gives_a_new_start_and_chooses_no_password() -> None:
    def done(act: str) -> str:
        out = io.StringIO()
        call_command("change_account", act, "alice", stdout=out)
        return out.getvalue().strip()

    alice = account("alice")
    here = signed_in(alice)
    assert done("end-sessions") == "会话已全部退出"
    assert here.get("/settings/").status_code == 302
    given = done("new-password")
    alice.refresh_from_db()
    assert (len(given) >= 12, alice.password_is_initial, logs_in("alice", given)) == (True, True, True)
    done("forget-factors")
    assert alice.factors.count() == 0
    done("disable")
    assert not logs_in("alice", given)
    with pytest.raises(CommandError, match="没有账号 nobody"):
        call_command("change_account", "disable", "nobody")


def test_logging_out_empties_what_the_browser_kept() -> None:
    answer = signed_in(account("alice")).post("/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_request_that_would_be_echoed_is_refused() -> None:
    assert stranger().trace("/login/").status_code == 405


def test_the_password_field_hides_what_is_typed_and_takes_what_a_manager_pastes() -> None:
    text = stranger().get("/login/").content.decode()
    assert 'type="password"' in text
    assert 'autocomplete="current-password"' in text
    assert "onpaste" not in text


@pytest.mark.parametrize("path", ["/logout/", "/stay/", "/language/", "/settings/sessions/end/", "/settings/filters/"])
def test_what_changes_something_is_no_link(path: str) -> None:
    alice = signed_in(account("alice"))
    assert alice.get(path).status_code == 405
    assert alice.get("/settings/").status_code == 200
