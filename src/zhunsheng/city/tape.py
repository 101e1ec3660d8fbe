"""The chance of one case: numbers drawn in order, the same for the same seed."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from zhunsheng.city.steps import Act

TAPE: Final = 512  # draws that most cases need


class Tape:
    """Draws for one case, in order; more are made when they run out."""

    def __init__(self, draws: Sequence[float], seed: tuple[int, int]) -> None:
        self._draws, self._next, self._seed = draws, 0, seed

    def one(self) -> float:
        """A number from 0 to 1."""
        if self._next == len(self._draws):
            more = np.random.default_rng([*self._seed, self._next]).random(TAPE)
            self._draws = [*self._draws, *more.tolist()]
        self._next += 1
        return self._draws[self._next - 1]

    def chance(self, of: float) -> bool:
        """Whether something of this probability is so."""
        return of >= 1.0 or (of > 0.0 and self.one() < of)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low if low == high else low + int(self.one() * (high - low + 1))

    def act(self, acts: Sequence[Act]) -> Act:
        """One of the acts by weight."""
        if len(acts) == 1:
            return acts[0]
        left = self.one() * math.fsum(act.weight for act in acts)
        for act in acts:
            left -= act.weight
            if left < 0:
                return act
        return acts[-1]
