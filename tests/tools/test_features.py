"""The list of features says only what is there."""

from pathlib import Path
from typing import Final

import pytest

from tools import features

ROOT: Final = Path(__file__).parents[2]
GOOD: Final = """[[feature]]
module = "A"
name   = "Clock"
state  = "built"
where  = "src/clock"
tests  = ["tests/test_clock.py::test_it_ends"]
"""
PARTLY: Final = GOOD.replace('"built"', '"partly"') + 'lacks  = "a bell"\n'
NOTHING: Final = '[[feature]]\nmodule = "E"\nname = "Shelf"\nstate = "not built"\n'


def listed(root: Path, text: str) -> list[str]:
    """What is found in a tree of one folder, one page and one test."""
    files = {
        "docs/features.toml": text,
        "src/clock/keep": "",
        "src/zhunsheng/apps/desk/urls.py": 'urlpatterns = [path("clocks/<str:key>/", views.clock, name="clock")]\n',
        "tests/test_clock.py": "def test_it_ends() -> None: ...\n\n\ndef helper() -> None: ...\n",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return features.issues(root)


def test_what_is_there_has_no_issue_and_is_counted(tmp_path: Path) -> None:
    page = GOOD.replace("Clock", "Page").replace("src/clock", "/clocks/<key>/")
    assert listed(tmp_path, GOOD + page + PARTLY.replace("Clock", "Bell") + NOTHING) == []
    # why: three of them name one and the same test
    assert features.counts(tmp_path) == "4 features: 2 built, 1 partly, 1 not built; 1 tests named"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace('"A"', '"Z"'), "module: 'Z' is none"),
        (GOOD.replace('"built"', '"nearly"'), "state: 'nearly' is none"),
        (GOOD.replace("src/clock", "src/watch"), "where: src/watch is not there"),
        (GOOD.replace("src/clock", "/clocks/"), "where: /clocks/ is not there"),
        (GOOD.replace("test_it_ends", "test_it_begins"), "tests: tests/test_clock.py::test_it_begins is not there"),
        (GOOD.replace("test_it_ends", "helper"), "helper is not there"),
        (GOOD.replace("test_clock.py", "test_bell.py"), "tests/test_bell.py::test_it_ends is not there"),
        (GOOD.replace('["tests/test_clock.py::test_it_ends"]', "[]"), "built needs tests"),
        (PARTLY.replace('lacks  = "a bell"\n', ""), "partly needs lacks"),
        (GOOD + 'lacks = "a bell"\n', "built has no lacks"),
        (NOTHING + 'where = "src/clock"\n', "not built has no where"),
        (GOOD + NOTHING.replace("Shelf", "Clock"), "'Clock' stands 2 times"),
        ("", "no [[feature]]"),
        ("[[feature]", "docs/features.toml: "),
    ],
)
def test_what_is_not_so_is_named(tmp_path: Path, text: str, says: str) -> None:
    (issue,) = listed(tmp_path, text)
    assert says in issue


def test_the_list_that_ships_holds() -> None:
    assert features.issues(ROOT) == []
