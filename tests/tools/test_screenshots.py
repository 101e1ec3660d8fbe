"""The README shows the pictures that `./zs screenshots` takes and no other, and they stay small."""

import re
from pathlib import Path

import pytest

from tools.screenshots import LARGEST_BYTES, REPORT, ROOT, TOUR

PICTURES = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"docs/pictures/([\w.-]+)")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_picture_of_the_tour_is_taken_by_the_command_and_no_other_is_missing(name: str) -> None:
    shown = SHOWN.findall(Path(ROOT, name).read_text("utf-8"))
    taken = [f"{each.name}.png" for each in TOUR]
    assert [picture for picture in shown if picture != f"{REPORT}.png"] == taken
    assert all((PICTURES / picture).is_file() for picture in shown)


def test_the_pictures_stay_small() -> None:
    names = {f"{each.name}.png" for each in TOUR} | {f"{REPORT}.png"}
    assert {path.name for path in PICTURES.iterdir()} == names
    assert sum((PICTURES / name).stat().st_size for name in names) <= LARGEST_BYTES
