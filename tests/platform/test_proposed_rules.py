"""What readers confirm again and again becomes a draft rule: it loads, it is kept among the drafts, it can be taken."""

import tomllib

import pytest

from tests.platform.accounts import account, signed_in
from tests.platform.inspection_world import HOUR, Inspection, at, build
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.inspection import book, proposals, selecting
from zhunsheng.apps.inspection.models import Answer, Assigned, Confirmation, Pick
from zhunsheng.apps.rulemaking.models import Draft

pytestmark = pytest.mark.usefixtures("db")
NOW = at("12-15 10:00")


def confirmed(world: Inspection, question: str, cases: list[str]) -> None:
    """A problem of one question in each of some cases, confirmed by a second person."""
    for case in cases:
        pick = Pick.objects.create(case=case, stream="risk", points="1", at=HOUR)
        row = Assigned.objects.create(pick=pick, round="first", reader=world["reader"], at=HOUR)
        said = Answer.objects.create(
            assigned=row, sheet="CR", sheet_version=1, question=question, version=1, answer="problem",
            by=world["reader"], at=HOUR,
        )  # fmt: skip
        Confirmation.objects.create(answer=said, confirmed=True, by=world["second"], at=HOUR)


def test_repeated_findings_propose_a_draft_rule_that_appears_among_the_drafts() -> None:
    world = build(closed=5)
    asked = next(
        one for _sheet, one in book.questions().values() if not (one.rules or one.checks) and one.confidence == "full"
    )
    with as_process("test"):
        put_in_force(shipped("criminal.intake.filing-decision", "criminal.filing.overdue-explain"))
        confirmed(world, asked.id, world.cases[:4])
        assert proposals.repeated_now(NOW) == ()
        confirmed(world, asked.id, world.cases[4:])
        (one,) = proposals.repeated_now(NOW)
        found_in = selecting.with_endings(one.found)
    # why: the five cases were transferred on the first five days of October
    assert [(found.ending, found.ended_at) for found in found_in] == [
        ("prosecution.transferred", at(f"10-0{n} 10:00")) for n in (2, 4, 1, 3, 5)
    ]  # the east's come first by number, and they are the second and the fourth
    legal = signed_in(account("fz", officer=world["planner"]))
    assert asked.text in legal.get("/inspection/plans/").content.decode()
    done = legal.client.post("/jobs/rules/draft/", {"question": asked.id})
    assert (done.status_code, done["Location"]) == (302, "/releases/")
    legal.client.post("/jobs/rules/draft/", {"question": asked.id})  # twice is once
    name = f"reading.{asked.id.lower()}"
    with as_process("test"):
        assert [row.rule for row in Draft.objects.all()] == [name]
    page = legal.get("/releases/").content.decode()
    assert name in page
    file = tomllib.loads(legal.get(f"/drafts/{name}/file/").content.decode())
    assert (file["status"], file["level"]) == ("draft", "ask")
    assert [row["given"][0]["at"] for row in file["test"] if row["shows"] == "broken"] == [
        found.ended_at for found in found_in
    ]
    assert legal.client.post("/jobs/rules/draft/", {"question": "ZZ99"}).status_code == 404
    officer = signed_in(account("min", officer=world["case_officer"]))
    assert officer.client.post("/jobs/rules/draft/", {"question": asked.id}).status_code == 403
