"""Events of which some systems record only the date."""

from typing import Final

BARE_SHARE: Final = {
    "arrest.approved": 0.1,
    "appraisal.opinion_received": 0.2,
    "bail.ended": 0.2,
    "case.filed": 0.1,
    "case.not_filed": 0.1,
    "case_limit.extended": 0.3,
    "custody.extension_approved": 0.3,
    "decision.made": 0.2,
    "decision.served": 0.2,
    "defence.filed": 0.2,
    "dossier.archived": 0.4,
    "explanation.sent": 0.2,
    "freeze.lifted": 0.2,
    "hearing.held": 0.1,
    "hearing.period_ended": 0.3,
    "hearing.period_started": 0.3,
    "property.confiscated": 0.2,
    "property.returned": 0.2,
    "property.term_extended": 0.3,
    "prosecution.filed": 0.3,
    "prosecution.retransferred": 0.2,
    "prosecution.returned": 0.3,
    "prosecution.transferred": 0.2,
    "psychiatric.decided": 0.3,
    "psychiatric.resumed": 0.3,
    "surveillance.ended": 0.2,
}
"""How often an event is recorded by its date alone. Events that start or end a limit in hours are not among them."""
