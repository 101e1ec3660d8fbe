"""A draw from the log as it is really sealed: head, seed, record, and the log that holds every step of it."""

from datetime import timedelta

from tests.platform.databases import OwnDatabase
from tests.platform.inspection_world import NONCE, OCTOBER, at, build
from tests.platform.logs import SealedLog
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import plans
from zhunsheng.apps.inspection.models import Draw, Plan
from zhunsheng.core.inspection.draw import commitment
from zhunsheng.core.inspection.published import differences


def test_the_seed_is_that_of_the_first_head_sealed_after_the_hour(own: OwnDatabase) -> None:
    world, log = build(closed=12), SealedLog(own)
    log.seal()  # a head before the hour, which must not count
    hour = clock.real_now()
    wanted = plans.Wanted(**{**OCTOBER, "hour": hour, "drawn": 6, "below": "60"})  # type: ignore[arg-type]
    before = hour - timedelta(hours=1)
    with as_process("test"):
        plan = plans.make(wanted, by=world["planner"], at=at("11-15 10:00"), real_at=before)
        plans.commit(plan, commitment(NONCE), by=world["witness"], at=at("11-15 21:00"), real_at=before)
    first = log.seal()
    log.write(2)
    log.seal()
    with as_process("test"):
        made = plans.publish_and_draw(
            Plan.objects.get(pk=plan.pk),
            NONCE.hex(),
            by=world["witness"],
            at=at("11-16 09:15"),
            real_at=clock.real_now(),
        )
    assert isinstance(made, Draw)
    assert first is not None
    assert made.head == first.root.hex()
    with as_process("test"):
        assert differences(plans.published(Plan.objects.get(pk=plan.pk))) == []
    log.seal()
    assert log.verified().problems == []
