"""Who stands behind a command: password and one-time code, asked for where it is run, and the right to do it."""

import getpass
import sys

from zhunsheng.apps.access.login import Attempt, LoginRefused, check_code, check_first_factor
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.refusals import DomainError


class NotAdmitted(DomainError):
    """Password, code or right is missing."""

    text = "{problem}"


def admitted(username: str, *, action: Action, process: str, remedy: str) -> str:
    """
    The name of the account, proved by its two factors; neither stands in the command line.

    Takes   remedy: what is said after the account's name where it may not do the action.
    :raises NotAdmitted: they do not fit, or the account may not do the action.
    """
    attempt = Attempt(username=username, address=None, at=clock.real_now())
    password, code = _asked("口令："), _asked("验证码：")
    with acting(Acting(f"process:{process}")):
        try:
            account = check_first_factor(attempt, password)
            check_code(account, code, attempt)
        except LoginRefused as problem:
            refused = str(problem)  # raised only below: the attempt stays recorded
        else:
            refused = "" if _may(account, action) else f"账号 {username} {remedy}"
    if refused:
        raise NotAdmitted(problem=refused)
    return username


def _may(account: Account, action: Action) -> bool:
    on = clock.now().date()
    viewer = viewer_of(account=account.username, officer=account.officer_id, admin_role=account.admin_role, on=on)
    return viewer.may(action)


def _asked(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
