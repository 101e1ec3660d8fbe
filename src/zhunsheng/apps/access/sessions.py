"""How far a session has come, and how long it lasts. Times here are real ones, also in a demonstration."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=12)
HALF_WAY: Final = timedelta(minutes=5)
STEP_UP: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(seconds=30)  # the last sight is stored only so often: not one write for each request


@dataclass(frozen=True)
class Progress:
    """Stage `password`: the second factor is still to come. Stage `full`: complete."""

    account: int
    stage: str
    started_at: datetime
    factor_at: datetime | None

    def stepped_up(self, at: datetime) -> bool:
        """Whether the second factor was given recently enough for an act that asks for it again."""
        return self.factor_at is not None and at - self.factor_at < STEP_UP


def begin(session: SessionBase, *, account: int, at: datetime) -> None:
    """The password was right. The session gets a new key: one that was planted before the login is worth nothing."""
    session.flush()
    session.update({"account": account, "stage": "password", "started_at": at.isoformat(), "seen_at": at.isoformat()})


def complete(session: SessionBase, *, at: datetime) -> None:
    """The second factor was right."""
    session.cycle_key()
    session.update({"stage": "full", "factor_at": at.isoformat(), "seen_at": at.isoformat()})


def confirm(session: SessionBase, *, at: datetime) -> None:
    """The second factor was given again. The key changes, as at every proof of who one is."""
    session.cycle_key()
    session["factor_at"] = at.isoformat()


def renew(session: SessionBase, *, at: datetime) -> None:
    """Both factors were given again: the session begins anew, under a new key."""
    session.cycle_key()
    session.update({"started_at": at.isoformat(), "factor_at": at.isoformat(), "seen_at": at.isoformat()})


def progress(session: SessionBase, *, at: datetime, by_itself: bool = False) -> Progress | None:
    """Where the session stands; None, and the session is emptied, if it has none or has run out. What a page asks
    `by_itself` is no sight of anybody: it does not keep the session."""
    if "account" not in session:
        return None
    started, seen = (datetime.fromisoformat(session[key]) for key in ("started_at", "seen_at"))
    idle = IDLE if session["stage"] == "full" else HALF_WAY
    if at - seen >= idle or at - started >= ABSOLUTE:
        session.flush()
        return None
    if at - seen >= SEEN_EVERY and not by_itself:
        session["seen_at"] = at.isoformat()
    factor_at = datetime.fromisoformat(session["factor_at"]) if "factor_at" in session else None
    return Progress(session["account"], session["stage"], started, factor_at)
