"""Judge the same histories by the engine's checks and the oracle's: python -m tests.differential.checks N SEED [CHECK…]

N histories for each check, half of them as known at an instant. Names every verdict in which the two differ.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from tests.differential.check_histories import KNOWN_AT, CheckHistories, History
from tests.oracle.book import read_vocabulary
from tests.oracle.check_book import Check, read_checks
from tests.oracle.checks import CheckVerdict, judge_checks
from zhunsheng.book import load_rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.story import events_of

RULEBOOK: Final = Path(__file__).parents[2] / "rulebook"
NAMES: Final = tuple(field.name for field in fields(CheckVerdict))
LOCAL: Final = ZoneInfo("Asia/Shanghai")
Found = dict[tuple[Any, ...], tuple[Any, ...]]


class CheckComparison:
    """The checks of the rulebook as both read them."""

    def __init__(self, folder: Path = RULEBOOK) -> None:
        self.rulebook = load_rulebook(folder)
        self.vocabulary = read_vocabulary(folder / "vocabulary.toml")
        self.checks = {check.id: check for check in read_checks(folder) if check.acts}

    def differences(self, check: Check, *, count: int, seed: int) -> list[str]:
        """What differs over some random histories of one check."""
        histories = list(CheckHistories(check, self.rulebook.vocabulary, seed).histories(count))
        known_at = datetime.combine(KNOWN_AT, time(), ZoneInfo(self.vocabulary.zone)).astimezone(UTC)
        half = count // 2
        texts = []
        for batch, known in ((histories[:half], None), (histories[half:], known_at)):
            texts += self._compare(check, batch, known) if batch else []
        return texts

    def _compare(self, check: Check, histories: list[History], known_at: datetime | None) -> list[str]:
        frames = [events_of(history.rows, self.rulebook.vocabulary) for history in histories]
        as_of: dict[str, datetime] = {}
        for frame, history in zip(frames, histories, strict=True):
            groups = frame["case"].drop_nulls().to_list() + frame["incident"].drop_nulls().to_list()
            as_of |= dict.fromkeys(groups, history.as_of)
        ours = replace(next(c for c in self.rulebook.checks if c.id == check.id), enabled=True, status="stable")
        book = replace(self.rulebook, rules=(), checks=(ours,))
        verdicts = judge(pl.concat(frames), book, as_of=as_of, known_at=known_at, threads=1).verdicts
        mine = _found(verdicts.to_dicts())
        theirs: Found = {}
        for frame, history in zip(frames, histories, strict=True):
            said = judge_checks([check], self.vocabulary, frame.to_dicts(), history.as_of, known_at, with_disabled=True)
            theirs |= _found({name: getattr(v, name) for name in NAMES} for v in said)
        return _differences(mine, theirs, known_at)


def _found(rows: Iterable[Mapping[str, Any]]) -> Found:
    found: Found = {}
    for row in rows:
        plain = {name: tuple(v) if isinstance(v := row[name], list) else v for name in NAMES}
        key = (plain["event"], plain["subject"], plain["events"])
        assert key not in found, f"{key} is judged twice"
        found[key] = tuple(plain[name] for name in NAMES)
    return found


def _differences(mine: Found, theirs: Found, known_at: datetime | None) -> list[str]:
    texts = []
    for key in sorted({*mine, *theirs}, key=str):
        if mine.get(key) != theirs.get(key):
            known = ", with known_at" if known_at else ""
            texts.append(f"{key}{known}: engine {_short(mine.get(key))}, oracle {_short(theirs.get(key))}")
    return texts


def _short(values: tuple[Any, ...] | None) -> str:
    if values is None:
        return "nothing"
    shown = [f"{v.astimezone(LOCAL):%m-%d %H:%M:%S}" if isinstance(v, datetime) else str(v) for v in values]
    wanted = ("rule_version", "kind", "level", "found_at", "closed_at", "start_event", "cases", "reason")
    return " ".join(text for name, text in zip(NAMES, shown, strict=True) if name in wanted)


def main(arguments: list[str]) -> int:
    """Compare, and print what differs. 0: nothing."""
    count, seed, *wanted = arguments
    comparison = CheckComparison()
    total = 0
    for check in comparison.checks.values():
        if not wanted or check.id in wanted:
            texts = comparison.differences(check, count=int(count), seed=int(seed))
            total += len(texts)
            lines = [f"{check.id}: {len(texts)} differences", *(f"    {text}" for text in texts[:8])]
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"{total} differences\n")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
