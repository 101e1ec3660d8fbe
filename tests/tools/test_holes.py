"""Whether known holes were looked up, and what was found, is said as it is."""

from typing import Any, Final

import pytest

from tools.holes import Answer, answer_of, together

SOUND: Final = {"name": "django", "version": "5.2.19", "vulns": []}
HOLED: Final = {"name": "lxml", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
SKIPPED: Final = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ([SOUND], 0, ["1 packages asked about, 0 known holes"]),
        ([SOUND, HOLED], 1, ["2 packages asked about, 1 known holes", "hole: lxml 1.0: PYSEC-1, mended in 1.1"]),
        # pip-audit itself ends well here, and has looked up nothing
        ([SKIPPED], 3, ["0 packages asked about, 0 known holes", "not asked: nothing is said of 1 packages: numpy …"]),
        ([HOLED, SKIPPED], 1, None),
        ([], 3, None),
    ],
)
def test_what_was_not_looked_up_is_no_good_answer(
    rows: list[dict[str, Any]], code: int, says: list[str] | None
) -> None:
    answer = answer_of({"dependencies": rows})
    assert answer.code == code
    assert says is None or answer.lines() == says


def test_several_locks_are_one_answer_and_why_nothing_was_asked_is_said_once() -> None:
    away = Answer(0, why="no way there")
    both = together([answer_of({"dependencies": [SOUND]}), away, away])
    assert (both.asked, both.code, both.lines()) == (1, 3, ["not asked: no way there"])
