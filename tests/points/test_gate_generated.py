"""Generated policies: every disguise is refused for what it hides, every lawful one loads. Nothing is wrong."""

from collections.abc import Iterable

from tests.points.book import judged
from tests.points.generated import PLACES, REFUSED, Generated, disguises, endings, lawful, paid_by_sort, shadowed


def wrong(policies: Iterable[Generated]) -> list[str]:
    """What was judged otherwise than it was made."""
    found = []
    for one in policies:
        verdict, codes = judged(one.policy)
        is_right = verdict == "refuse" and one.codes <= set(codes) if one.codes else verdict == "load"
        if not is_right:
            found.append(f"{one.name}: made as {sorted(one.codes)}, judged {verdict} {codes}")
    return found


def test_every_refused_fact_is_found_in_every_kind_of_place() -> None:
    # 45 facts and 12 places have 180 as least common multiple: 360 are each pair that occurs, twice
    policies = list(disguises(seed=9, count=360))
    assert len({one.name.split(" ", 1)[1] for one in policies}) == 180
    assert set(REFUSED) == {one.name.rsplit(" ", 1)[1] for one in policies}
    assert len(PLACES) == 12
    assert wrong(policies) == []


def test_what_presupposes_coercion_is_earned_only_as_a_neutral_share() -> None:
    policies = list(shadowed(seed=9))
    assert len(policies) == 66  # 11 facts, 6 ways
    assert wrong(policies) == []


def test_no_filter_and_no_choice_of_endings_pays_for_an_outcome() -> None:
    assert wrong(endings(seed=9)) == []


def test_no_sort_of_case_is_paid_above_the_others() -> None:
    assert wrong(paid_by_sort(seed=9, count=50)) == []


def test_two_hundred_lawful_policies_load() -> None:
    assert wrong(lawful(seed=9, count=200)) == []
