"""The case area and the dossier: entering and leaving, filing away."""

from typing import Final

from zhunsheng.city.spans import Span, rolled
from zhunsheng.city.steps import Act, Bound, Step, after_each, duty, then

VISIT: Final = ("person", "visit")
STAY: Final = Bound("person.entered_area", Span(24, "hours"))
ENDS_OF_VISIT: Final = (
    "summons.ended",
    "questioning.ended",
    "person.detained",
    "person.released",
    "measure.bail",
    "measure.surveillance",
    "admin_detention.executed",
)

ENTERING: Final = after_each(
    then("enter", "person.arrived", "person.entered_area", (1, 15), keeps=VISIT),
    "person.arrived",
    "person.brought_in",
)
LEAVING: Final = after_each(
    Step(
        name="leave",
        after="summons.ended",
        acts=(Act("person.left_area"),),
        gap=(3, 30),
        keeps=VISIT,
        needs="visit",
        bound=STAY,
        rule="place.stay-ceiling",
    ),
    *ENDS_OF_VISIT,
)

DOSSIER: Final = (duty("dossier.archive", "case.closed", "dossier.archived", rolled(30), keeps=("dossier",)),)
