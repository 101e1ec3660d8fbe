"""Logging in: password, then second factor, with a lock-out that is computed from the attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from zhunsheng.apps.access import totp
from zhunsheng.apps.access.models import Account, Factor, LoginAttempt
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.keys import field_cipher

FAILURES_FROM_ONE_ADDRESS: Final = 5  # of one account; the account stays open to its owner elsewhere
FAILURES_OF_ONE_ADDRESS: Final = 30  # over all accounts
FAILURES_OF_ONE_ACCOUNT: Final = 50  # over all addresses it never logged in from
LOCK: Final = timedelta(minutes=15)
# Checked when there is no such account, so that both answers take as long.
NOBODYS_PASSWORD: Final = make_password(None)
FAILED: Final = (LoginAttempt.Outcome.PASSWORD, LoginAttempt.Outcome.FACTOR)


class LoginRefused(Exception):
    """The login failed; `text` says so without saying which part was wrong."""

    text = "账号、口令或验证码不对。"

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.text)


class LoginLocked(LoginRefused):
    """Too many failures."""

    text = "连续多次不对，15 分钟后再试，或联系系统管理员。"


@dataclass(frozen=True)
class Attempt:
    """Who tries, from where, when."""

    username: str
    address: str | None
    at: datetime


def check_first_factor(attempt: Attempt, password: str) -> Account:
    """The account whose password this is.

    The attempt is recorded before the answer, and stays recorded when it is refused.

    Raises  LoginLocked after too many failures; LoginRefused if account and password do not fit.
    """
    with transaction.atomic():
        _one_attempt_at_a_time(attempt)
        if is_locked(attempt):
            _record(attempt, LoginAttempt.Outcome.LOCKED)
            problem: LoginRefused = LoginLocked()
        else:
            account = Account.objects.filter(username=attempt.username, is_active=True).first()
            stored = account.password if account else NOBODYS_PASSWORD
            if check_password(password, stored) and account:
                return account
            _record(attempt, LoginAttempt.Outcome.PASSWORD)
            problem = LoginRefused()
    raise problem


def check_code(account: Account, code: str, attempt: Attempt) -> None:
    """Accept a one-time code, once.

    Raises  LoginLocked after too many failures; LoginRefused if no code of the account fits, or it was used already.
    """
    with transaction.atomic():
        _one_attempt_at_a_time(attempt)
        if is_locked(attempt):
            _record(attempt, LoginAttempt.Outcome.LOCKED)
            problem: LoginRefused = LoginLocked()
        elif any(_use_code(factor, code, attempt.at) for factor in account.factors.filter(kind=Factor.Kind.TOTP)):
            _record(attempt, LoginAttempt.Outcome.PASSED)
            return
        else:
            _record(attempt, LoginAttempt.Outcome.FACTOR)
            problem = LoginRefused()
    raise problem


def record_passed(attempt: Attempt) -> None:
    """A login that a passkey completed."""
    _record(attempt, LoginAttempt.Outcome.PASSED)


def record_failed_factor(attempt: Attempt) -> None:
    """A passkey that did not fit counts like a wrong code."""
    _record(attempt, LoginAttempt.Outcome.FACTOR)


def recent_attempts(account: Account, *, count: int) -> list[LoginAttempt]:
    """The last attempts to log in as an account, the newest first: its holder sees what was not he."""
    return list(LoginAttempt.objects.filter(username=account.username).order_by("-at", "-pk")[:count])


def is_locked(attempt: Attempt) -> bool:
    """Whether this account may not be tried from this address now.

    Failures count since the last success from the same address, so that a stranger elsewhere cannot lock the owner out.
    """
    recent = LoginAttempt.objects.filter(at__gt=attempt.at - LOCK, at__lte=attempt.at)
    failed = recent.filter(outcome__in=FAILED)
    passed_here = (
        LoginAttempt.objects.filter(
            username=attempt.username, address=attempt.address, outcome=LoginAttempt.Outcome.PASSED
        )
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    here = failed.filter(username=attempt.username, address=attempt.address)
    if passed_here is not None:
        here = here.filter(at__gt=passed_here)
    if here.count() >= FAILURES_FROM_ONE_ADDRESS:
        return True
    if failed.filter(address=attempt.address).count() >= FAILURES_OF_ONE_ADDRESS:
        return True
    return passed_here is None and failed.filter(username=attempt.username).count() >= FAILURES_OF_ONE_ACCOUNT


def enrol_totp(account: Account, secret: bytes, code: str, *, at: datetime) -> Factor:
    """Register a one-time password after its first code has been shown to work.

    Raises  LoginRefused if the code does not fit the secret.
    """
    step = totp.matching_step(secret, code, at=at, after=-1)
    if step is None:
        raise LoginRefused("验证码不对。请核对手机时间，再输一次新的验证码。")
    with transaction.atomic():
        factor = Factor(account=account, kind=Factor.Kind.TOTP, label="动态口令", created_at=at, last_counter=step)
        factor.secret = field_cipher(settings.KEYS).encrypt(secret.hex(), place=_place(account))
        factor.save()
    return factor


@transaction.atomic
def reseal_factors() -> int:
    """Write the secrets of one-time codes under the newest key, where they are under an older one. How many were."""
    cipher = field_cipher(settings.KEYS)
    written = 0
    for factor in Factor.objects.select_for_update().filter(kind=Factor.Kind.TOTP).order_by("pk"):
        if not cipher.is_current(bytes(factor.secret)):
            place = f"access_factor.secret:{factor.account_id}"
            factor.secret = cipher.encrypt(cipher.decrypt(bytes(factor.secret), place=place), place=place)
            factor.save(update_fields=["secret"])
            written += 1
    return written


def code_to_show(account: Account, *, at: datetime) -> str:
    """What the authenticator of a demonstration's account shows now; empty in a production database.

    A demonstration holds nobody's data and never becomes anything else (audit_deployment), and its visitors have no
    authenticator.
    """
    factor = account.factors.filter(kind=Factor.Kind.TOTP).order_by("pk").first()
    if factor is None or not clock.has_city_clock():
        return ""
    return totp.code_of(_secret(factor), totp.step_of(at))


def _secret(factor: Factor) -> bytes:
    return bytes.fromhex(field_cipher(settings.KEYS).decrypt(bytes(factor.secret), place=_place(factor.account)))


def _use_code(factor: Factor, code: str, at: datetime) -> bool:
    step = totp.matching_step(_secret(factor), code, at=at, after=factor.last_counter)
    if step is None:
        return False
    # The condition makes one of two simultaneous uses lose.
    return Factor.objects.filter(pk=factor.pk, last_counter__lt=step).update(last_counter=step) == 1


def _place(account: Account) -> str:
    return f"access_factor.secret:{account.pk}"


def _record(attempt: Attempt, outcome: LoginAttempt.Outcome) -> None:
    LoginAttempt.objects.create(username=attempt.username, address=attempt.address, at=attempt.at, outcome=outcome)


def _one_attempt_at_a_time(attempt: Attempt) -> None:
    # Without it, fifty guesses sent at once would all be judged before the first of them is recorded.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"login:{attempt.username}"])
