"""What was judged is gone when nobody holds it: the next part of a large log needs the room."""

import gc

from tests.story import history, law
from zhunsheng.core.judge import judge

STORY = """
    2026-03-01 14:35  P1  person.detained        in_custody=true  minor=true
    2026-03-01 16:00  P1  interrogation.started  recording=full
    2026-03-02 09:00  P1  arrest.requested
"""


def test_judging_leaves_no_circles_of_ours() -> None:
    """A circle is only freed when Python comes to look for it: of a log in parts several parts stayed until then."""
    events = history(STORY, law())
    as_of = events["at"].max()
    judge(events, law(), as_of=as_of)  # type: ignore[arg-type]
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        judge(events, law(), as_of=as_of)  # type: ignore[arg-type]
        gc.collect()
        ours = {type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith("zhunsheng")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert ours == set()
