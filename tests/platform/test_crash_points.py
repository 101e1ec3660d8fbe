"""The storm kills at every place that the code names, and at no other."""

import re

from tests.gateways import ROOT
from tests.platform.nightly.storm import POINTS

NAMED = re.compile(r'crash_at\("([a-z_.]+)"\)')


def test_every_point_of_the_code_is_in_the_storm() -> None:
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    named = sorted(point for text in code for point in NAMED.findall(text))
    assert named == sorted(point for points in POINTS.values() for point in points)
    assert len(named) == 14
