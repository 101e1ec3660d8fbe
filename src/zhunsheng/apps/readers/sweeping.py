"""The sweep of the supervisor with what concerns reading: whoever read a bait is told of within seconds."""

import logging
from typing import Final

from zhunsheng.apps.access.processes import AWAY
from zhunsheng.apps.inspection.sweeping import sweep_due as sweep_before
from zhunsheng.apps.readers.telling import tell_baits

LOG: Final = logging.getLogger(__name__)


def sweep_due() -> float:
    """One sweep of everything. Returns the seconds a loop may wait; 0 where there is more."""
    wait = sweep_before()
    try:
        return 0.0 if tell_baits() else wait
    except AWAY:
        raise
    except Exception:  # the edge of the loop: alarms that cannot be told must not hold up the limits
        LOG.exception("alarms of baits could not be told; they are on the page and tried again")
        return wait
