"""The seeded faults keep their places while the code moves on; `python -m tests.bugs` runs them."""

from tests.bugs.__main__ import read_bugs


def test_every_seeded_fault_still_has_the_text_that_it_replaces() -> None:
    assert len(read_bugs()) >= 20 + 12


def test_each_of_the_twelve_safety_lines_is_switched_off_once() -> None:
    names = [bug.name for bug in read_bugs() if bug.name.startswith("safety ")]
    assert sorted({int("".join(filter(str.isdigit, name.split(":")[0]))) for name in names}) == list(range(1, 13))
