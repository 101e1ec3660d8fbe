"""Two factors, lock-out, limits of a session, stepping up."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client

from tests.platform.accounts import PASSWORD, SECRET, account, code_now, signed_in, stranger
from tests.platform.environment import FULL_COST
from tests.platform.people import CITY, CLERK, city, officer
from zhunsheng.apps.access import login, totp
from zhunsheng.apps.access.login import Attempt, LoginLocked, LoginRefused, check_code, check_first_factor
from zhunsheng.apps.access.models import Account, LoginAttempt
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting

pytestmark = pytest.mark.usefixtures("db")
HERE, ELSEWHERE = "10.1.1.1", "10.9.9.9"


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock, held still; a test moves it by changing the one element."""
    hands = [clock.real_now()]
    monkeypatch.setattr(clock, "real_now", lambda: hands[0])
    return hands


def first_step(client: Client, username: str = "alice", password: str = PASSWORD) -> int:
    return client.post("/login/", {"username": username, "password": password, "next": "/"}).status_code


@pytest.mark.usefixtures("wall")
def test_password_then_code_opens_the_index() -> None:
    account("alice")
    client = stranger()
    assert client.get("/").headers["Location"] == "/login/?next=%2F"
    assert first_step(client) == 302
    assert client.get("/").headers["Location"] == "/login/factor/"
    answer = client.post("/login/factor/", {"code": code_now()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "首页" in client.get("/").content.decode()


def test_outside_the_tests_a_password_costs_at_least_what_owasp_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password Storage Cheat Sheet: Argon2id with 19 MiB of memory and two passes, or more."""
    passes, kibibytes, lanes = FULL_COST
    for name, value in {"time_cost": passes, "memory_cost": kibibytes, "parallelism": lanes}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
    stored = make_password(PASSWORD)
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert stored.startswith(f"argon2$argon2id$v=19$m={kibibytes},t={passes},p={lanes}$")
    assert (passes >= 2, kibibytes >= 19 * 1024) == (True, True)


def test_both_wrong_answers_read_the_same() -> None:
    account("alice")
    texts = [
        stranger().post("/login/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("alice", "nobody")
    ]
    assert all("账号、口令或验证码不对。" in text for text in texts)


@pytest.mark.usefixtures("wall")
def test_a_new_account_registers_its_second_factor_before_it_sees_anything() -> None:
    account("alice", factor=False)
    client = stranger()
    first_step(client)
    assert client.get("/login/factor/").headers["Location"] == "/login/enrol/"
    page = client.get("/login/enrol/")
    secret = bytes.fromhex(client.session["new_secret"])
    assert totp.spelled(secret) in page.content.decode()
    assert client.post("/login/enrol/", {"code": "000000"}).status_code == 422
    code = totp.code_of(secret, totp.step_of(clock.real_now()))
    assert client.post("/login/enrol/", {"code": code}).headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_code_is_accepted_once(wall: list[datetime]) -> None:
    alice = account("alice")
    attempt = Attempt("alice", HERE, wall[0])
    with acting(CLERK):
        check_code(alice, code_now(), attempt)
        with pytest.raises(LoginRefused):
            check_code(alice, code_now(), attempt)
        with pytest.raises(LoginRefused):
            check_code(alice, code_now(-1), attempt)  # an earlier one, overheard, is not newer than the last


def test_the_code_vectors_of_rfc_6238() -> None:
    # Appendix B, SHA-1, eight digits: 94287082 at 59 s, 07081804 at 1111111109 s; six digits are the last six.
    secret = b"12345678901234567890"
    assert totp.code_of(secret, 59 // 30) == "287082"
    assert totp.code_of(secret, 1111111109 // 30) == "081804"
    assert totp.code_of(secret, 20000000000 // 30) == "353130"


def test_five_failures_lock_the_account_here_for_fifteen_minutes_and_not_elsewhere(wall: list[datetime]) -> None:
    account("alice")
    start = wall[0]
    for n in range(5):
        with pytest.raises(LoginRefused):
            check_first_factor(Attempt("alice", HERE, start + timedelta(seconds=n)), "wrong")
    with pytest.raises(LoginLocked):
        check_first_factor(Attempt("alice", HERE, start + timedelta(minutes=14)), PASSWORD)
    assert check_first_factor(Attempt("alice", ELSEWHERE, start + timedelta(minutes=14)), PASSWORD).username == "alice"
    later = Attempt("alice", HERE, start + timedelta(minutes=15, seconds=5))
    assert check_first_factor(later, PASSWORD).username == "alice"


def test_wrong_codes_lock_as_wrong_passwords_do(wall: list[datetime]) -> None:
    alice = account("alice")
    for _ in range(5):
        with acting(CLERK), pytest.raises(LoginRefused):
            check_code(alice, "000000", Attempt("alice", HERE, wall[0]))
    with acting(CLERK), pytest.raises(LoginLocked):
        check_code(alice, code_now(), Attempt("alice", HERE, wall[0]))


def test_one_address_cannot_try_many_accounts(wall: list[datetime]) -> None:
    for n in range(30):
        with pytest.raises(LoginRefused):
            check_first_factor(Attempt(f"user{n}", HERE, wall[0]), "wrong")
    with pytest.raises(LoginLocked):
        check_first_factor(Attempt("user99", HERE, wall[0]), "wrong")


def test_many_addresses_cannot_lock_out_the_owner_at_his_own_desk(wall: list[datetime]) -> None:
    alice = account("alice")
    with acting(CLERK):
        check_code(alice, code_now(), Attempt("alice", HERE, wall[0]))
    for n in range(60):
        LoginAttempt.objects.create(username="alice", address=f"10.2.0.{n}", at=wall[0], outcome="password")
    assert check_first_factor(Attempt("alice", HERE, wall[0]), PASSWORD).username == "alice"
    with pytest.raises(LoginLocked):
        check_first_factor(Attempt("alice", "10.3.3.3", wall[0]), PASSWORD)


def test_attempts_are_kept_and_never_changed() -> None:
    first_step(stranger(), password="wrong")
    assert [(row.username, row.outcome) for row in LoginAttempt.objects.all()] == [("alice", "password")]


@pytest.mark.parametrize(("idle", "ends"), [(timedelta(minutes=14), False), (timedelta(minutes=15), True)])
def test_a_session_ends_after_fifteen_idle_minutes(wall: list[datetime], idle: timedelta, ends: bool) -> None:
    alice = signed_in(account("alice"))
    wall[0] += idle
    assert (alice.get("/").status_code == 302) is ends


def test_a_session_ends_after_twelve_hours_however_busy(wall: list[datetime]) -> None:
    alice = signed_in(account("alice"))
    for _ in range(12 * 6 - 1):
        wall[0] += timedelta(minutes=10)
        assert alice.get("/").status_code == 200
    wall[0] += timedelta(minutes=10)
    assert alice.get("/").status_code == 302


def test_a_disabled_account_is_out_on_its_next_request() -> None:
    alice = signed_in(account("alice"))
    assert alice.get("/").status_code == 200
    with acting(CLERK):
        Account.objects.update(is_active=False)
    assert alice.get("/").headers["Location"].startswith("/login/")


@pytest.mark.usefixtures("wall")
def test_a_session_planted_before_the_login_is_worth_nothing_after_it() -> None:
    account("alice")
    client = stranger()
    client.get("/login/")
    client.session.save()
    first_step(client)
    half = client.cookies["zs_session"].value
    client.post("/login/factor/", {"code": code_now()})
    assert client.cookies["zs_session"].value != half
    planted = stranger()
    planted.cookies["zs_session"] = half
    assert planted.get("/").status_code == 302


def test_logging_out_ends_the_session_on_the_server() -> None:
    alice = signed_in(account("alice"))
    key = alice.client.cookies["zs_session"].value
    alice.post("/logout/")
    again = stranger()
    again.cookies["zs_session"] = key
    assert again.get("/").status_code == 302


def test_an_act_that_asks_for_it_wants_the_second_factor_again(wall: list[datetime]) -> None:
    admin = signed_in(account("root1", admin_role="system_admin"))
    assert admin.get("/admin/accounts/").status_code == 200
    wall[0] += timedelta(minutes=6)
    assert admin.get("/admin/accounts/").headers["Location"] == "/confirm/?next=%2Fadmin%2Faccounts%2F"
    before = admin.client.cookies["zs_session"].value
    answer = admin.post("/confirm/?next=/admin/accounts/", code=code_now(), next="/admin/accounts/")
    assert answer.headers["Location"] == "/admin/accounts/"
    assert admin.client.cookies["zs_session"].value != before
    assert admin.get("/admin/accounts/").status_code == 200


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "1 OR 1=1"]
)
@pytest.mark.usefixtures("wall")
def test_a_link_cannot_lead_a_fresh_session_elsewhere(goal: str) -> None:
    account("alice")
    client = stranger()
    client.post("/login/", {"username": "alice", "password": PASSWORD, "next": goal})
    assert client.post("/login/factor/", {"code": code_now()}).headers["Location"] == "/"


def test_an_administrator_holds_no_post() -> None:
    city()
    chief = officer("035001", ("county_head", CITY))
    with pytest.raises(Exception, match="an_administrator_holds_no_post"):
        account("both", officer=chief, admin_role="audit_admin", factor=False)


def test_every_page_carries_the_headers() -> None:
    for answer in (stranger().get("/login/"), stranger().get("/nowhere/")):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert stranger().get("/login/").headers["Cache-Control"] == "no-store"


def test_a_secret_is_not_legible_in_the_database() -> None:
    alice = account("alice")
    stored = bytes(alice.factors.get().secret)
    assert SECRET not in stored
    assert SECRET.hex().encode() not in stored


def test_a_form_of_another_site_is_refused() -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    answer = client.post("/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 403
    assert "表单已失效" in answer.content.decode()


def test_the_lock_is_as_long_as_it_says() -> None:
    assert timedelta(minutes=15) == login.LOCK


def test_a_form_that_needs_the_second_factor_again_leads_back_to_its_page(wall: list[datetime]) -> None:
    city()
    chief = signed_in(account("chief", officer=officer("035001", ("legal_department", CITY))))
    wall[0] += timedelta(minutes=6)
    answer = chief.client.post("/held/1/decide/", headers={"referer": "http://localhost/held/"})
    assert answer.headers["Location"] == "/confirm/?next=%2Fheld%2F"
