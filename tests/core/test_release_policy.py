"""release.toml: read whole or refused whole."""

import pytest

from tests.story import RULEBOOK
from zhunsheng.core.release_policy import ReleasePolicyRefused, parse_release_policy


def test_what_is_shipped_is_read() -> None:
    policy = parse_release_policy((RULEBOOK / "release.toml").read_text("utf-8"))
    assert (policy.trial_days, policy.precision_floor) == (14, 50)


def test_every_issue_is_named_at_once() -> None:
    with pytest.raises(ReleasePolicyRefused) as refused:
        parse_release_policy(
            "trial = { days = 0 }\nprecision = { floor = 100, verdicts = 1 }\nstorm = { most = 1, least = 2 }"
        )
    assert [str(issue).split(": ")[1] for issue in refused.value.issues] == [
        "trial.days",
        "interrupts.per_officer_and_shift",
        "interrupts.per_officer_and_shift",
        "interrupts.history_days",
        "interrupts.history_days",
        "precision.floor",
        "storm.least",
    ]
