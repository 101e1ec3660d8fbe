"""The tour of the README and the pictures that `./zs screenshots` takes are the same, and stay small."""

import re
from pathlib import Path

import pytest

from tools.screenshots import LARGEST_BYTES, ROOT, TOUR

PICTURES = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"docs/pictures/([\w.-]+)")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_picture_of_the_tour_is_taken_by_the_command_and_no_other_is_missing(name: str) -> None:
    shown = SHOWN.findall(Path(ROOT, name).read_text("utf-8"))
    taken = [f"{each.name}.png" for each in TOUR]
    assert [picture for picture in shown if picture != "report.png"] == taken
    assert all((PICTURES / picture).is_file() for picture in shown)


def test_the_pictures_stay_small() -> None:
    assert sum((PICTURES / f"{each.name}.png").stat().st_size for each in TOUR) <= LARGEST_BYTES
