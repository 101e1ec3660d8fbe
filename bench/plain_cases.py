"""The cases in which nothing happens that the form in pandas leaves out: there it must say what the fold says."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import program as p
from zhunsheng.core.clocks import FoldPart
from zhunsheng.core.fold.state import EXCUSED, LATE_PAUSE, WAITING

LEFT_OUT = (p.RESTART, p.WAIT, p.WAIT_END, p.EXCUSE)


def plain_cases(part: FoldPart) -> NDArray[np.bool_]:
    """Of each case, whether it is plain.

    It is not where it has a restart, a wait or an excuse; a pause after which another limit runs, or one that came
    late; a bare date; a question; an end stated by document instead of a limit; or a stop in the instant of a start of
    the same rule.
    """
    arrays, results = part.encoded.arrays, part.results
    exotic = np.zeros(part.encoded.groups, dtype=np.bool_)
    types = np.array([has_role_left_out(part, code) for code in range(len(part.compiled.types))])
    exotic[arrays.group[types[arrays.type] | (arrays.day == 1)]] = True
    by_document = part.compiled.program.tiers.mode[results.tier] == p.TIER_BY_DOCUMENT
    odd = (results.question != 0) | np.isin(results.outcome, (EXCUSED, WAITING)) | (by_document & (results.tier >= 0))
    odd[part.anomalies.row[part.anomalies.kind == LATE_PAUSE]] = True
    exotic[arrays.group[results.start_event[odd]]] = True
    exotic[with_fact_that_waits(part)] = True
    for version in range(len(part.compiled.program.rvs)):
        exotic[handed_over(part, version)] = True
    return ~exotic


def has_role_left_out(part: FoldPart, type_code: int) -> bool:
    """Whether events of a type do what pandas leaves out."""
    program = part.compiled.program
    roles = program.roles[program.role_ptr[type_code] : program.role_ptr[type_code + 1]]
    then = [program.pauses.then[role.arg] >= 0 for role in roles if role.kind in (p.PAUSE, p.RESUME)]
    return any(then) or bool(np.isin(roles.kind, LEFT_OUT).any())


def with_fact_that_waits(part: FoldPart) -> NDArray[np.int32]:
    """Cases with an event that states a fact with which a limit waits."""
    program, arrays = part.compiled.program, part.encoded.arrays
    tests = {n for row in program.restarts for n in range(row.tests0, row.tests1)}
    owner = np.repeat(arrays.group, np.diff(arrays.fact_ptr))
    says = np.isin(arrays.fact_code, [program.tests[n].fact for n in tests]) & (arrays.fact_value == 1)
    found: NDArray[np.int32] = owner[says]
    return found


def handed_over(part: FoldPart, version: int) -> NDArray[np.int32]:
    """Cases with a start and a stop of one rule version in one instant."""
    program, arrays = part.compiled.program, part.encoded.arrays
    owners = np.repeat(np.arange(len(part.compiled.types)), np.diff(program.role_ptr))
    ours = program.roles.rv == version
    starts = np.isin(arrays.type, owners[ours & (program.roles.kind == p.START)])
    stops = np.isin(arrays.type, owners[ours & np.isin(program.roles.kind, (p.SATISFY, p.TERMINATE))])
    moments = pl.DataFrame({"case": arrays.group, "at": arrays.at})
    met = moments.filter(pl.Series(starts)).join(moments.filter(pl.Series(stops)), on=["case", "at"], how="semi")
    cases: NDArray[np.int32] = met["case"].to_numpy()
    return cases
