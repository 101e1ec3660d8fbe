"""The seeded faults keep their places while the code moves on; `python -m tests.bugs` runs them."""

from tests.bugs.__main__ import ROOT, read_bugs
from tools import cited, trust


def test_every_seeded_fault_still_has_the_text_that_it_replaces() -> None:
    assert len(read_bugs()) >= 20 + 12


def test_each_of_the_twelve_safety_lines_is_switched_off_once() -> None:
    names = [bug.name for bug in read_bugs() if bug.name.startswith("safety ")]
    assert sorted({int("".join(filter(str.isdigit, name.split(":")[0]))) for name in names}) == list(range(1, 13))


def test_every_threat_and_requirement_cites_a_test_that_is_seen_failing_with_its_protection_off() -> None:
    seen = {test for bug in read_bugs() for test in bug.tests}
    cites = {
        number: {f"{file}::{name}" for file, name in cited.cites(cells[-1]) if file.startswith("tests/")}
        for _line, number, cells in cited.rows(ROOT / trust.DOCUMENT)
        if number not in trust.TRIALS
    }
    assert [number for number, tests in cites.items() if tests and not tests & seen] == []
