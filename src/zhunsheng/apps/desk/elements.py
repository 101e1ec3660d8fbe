"""Which of the five views of a case shows a fact, and under which thing: told by the fact's own columns. Pure.

A fact stands in the view of the matter always, and in another exactly where a column names something of it, or its
rule is about it. So the five views show the same facts from five sides.
"""

from collections.abc import Mapping
from typing import Final

from zhunsheng.apps.supervision.case_file import Happened
from zhunsheng.apps.supervision.models import Clock, Finding

PERSON, MATTER, ITEM, DOSSIER, UNIT = "person", "matter", "item", "dossier", "unit"
VIEWS: Final = (PERSON, MATTER, ITEM, DOSSIER, UNIT)
UNNAMED: Final = ""
"""The thing of a fact that concerns a view without naming anything of it."""

OF_ELEMENT: Final = {**{view: view for view in VIEWS}, "place": UNIT}
"""Element of a rule → view."""
OF_SUBJECT: Final = {
    "person": PERSON,
    "visit": PERSON,
    "item": ITEM,
    "order": ITEM,
    "document": DOSSIER,
    "dossier": DOSSIER,
    "place": UNIT,
    "unit": UNIT,
    "officer": UNIT,
}
"""What the subject of a rule is → view. A case, incident or shift is the matter itself."""

Places = Mapping[str, str]
"""View → the id of the thing under which it stands there."""


def places_of_judged(row: Clock | Finding, *, subject: str, element: str) -> Places:
    """The views of a clock or a check's finding. `subject` and `element` are what its rule says that it is about."""
    places = {MATTER: UNNAMED, OF_ELEMENT[element]: UNNAMED}
    if row.person:
        places[PERSON] = row.person
    if row.unit:
        places[UNIT] = row.unit
    view = OF_SUBJECT.get(subject)
    if view is not None and row.subject and not places.get(view):
        places[view] = row.subject
    return {**places, MATTER: UNNAMED}


def places_of_event(event: Happened) -> Places:
    """The views of an event."""
    named = {
        PERSON: (event.person, event.visit),
        ITEM: (event.item, event.order),
        DOSSIER: (event.document, event.dossier),
        UNIT: (event.unit, event.place),
    }
    places = {view: next((id_ for id_ in ids if id_), None) for view, ids in named.items()}
    return {MATTER: UNNAMED, **{view: id_ for view, id_ in places.items() if id_}}
