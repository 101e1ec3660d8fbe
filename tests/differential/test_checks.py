"""Engine and oracle say the same of random histories; more of them: python -m tests.differential.checks N SEED"""

import pytest

from tests.differential.checks import CheckComparison

COMPARISON = CheckComparison()
SAMPLE = (
    "interrogation.two-officers",
    "interrogation.rights-first",
    "interrogation.in-detention-house",
    "interrogation.night",
    "person.food-and-rest",
    "place.safety-check",
    "custody.change-told",
    "place.stay-over-24h",
    "place.waiting-room",
    "officer.two-acts-at-once",
    "sample.once-and-consent",
    "tech.within-approval",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_both_say_the_same_of_random_histories(name: str) -> None:
    assert COMPARISON.differences(COMPARISON.checks[name], count=12, seed=3) == []
