"""A limit is changed as sentences and tried on the past before anybody proposes it."""

import tomllib
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.platform.accounts import Person, account, signed_in
from tests.platform.databases import cloned
from tests.platform.people import CITY, EAST_STATION, city, officer
from tests.platform.supervised import it_is, put_in_force, recorded
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.working import work_once
from zhunsheng.apps.jobs.works import WORKS
from zhunsheng.apps.rulemaking.drafts import digest
from zhunsheng.apps.rulemaking.models import Draft, Trial
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.models import DueKey
from zhunsheng.launcher import EmbeddedServer
from zhunsheng.rulecheck.sentences import said

RULE = "criminal.intake.filing-decision"
CASE = "A3502030100002026030001"


@pytest.fixture(scope="module")
def legal(server: EmbeddedServer) -> Iterator[Person]:
    """Somebody of the legal department, and one case that was accepted on 2 March and not decided on by the 20th."""
    with cloned(server):
        with transaction.atomic():
            it_is("2026-03-02 10:00")
            city()
            put_in_force(shipped(RULE, "criminal.filing.overdue-explain"))
            recorded(f"2026-03-02 10:00 case.accepted case={CASE} case_kind=criminal economic=false")
            it_is("2026-03-20 10:00")
            person = signed_in(account("fz", officer=officer("035001", ("legal_department", CITY))))
        yield person


def sentences(**changes: object) -> dict[str, object]:
    """What the form of the limit sends, with some sentences changed."""
    text = next(text for name, text in shipped(RULE).items() if name.endswith(f"/{RULE}.toml"))
    spoken = {name: list(value) if isinstance(value, tuple) else value for name, value in said(text).items()}
    return {**spoken, **changes}


def test_a_draft_is_linted_as_one_types_saved_as_toml_and_tried(legal: Person) -> None:
    """Accepted on 2 March: three days, until the 5th 24:00. Blue was a share or days before; a red lead later than
    yellow is no order, and is said at once. A warning of one day before for red, of two for yellow: its file says so,
    and the back-test of March finds the same case."""
    page = legal.client.get(f"/drafts/{RULE}/")
    assert page.status_code == 200
    assert "与现行规则相同" in page.content.decode()
    wrong = legal.client.post(f"/drafts/{RULE}/preview/", sentences(amount=0)).content.decode()
    assert "有问题待改" in wrong
    seen = legal.client.post(f"/drafts/{RULE}/preview/", sentences()).content.decode()
    assert "没有问题" in seen
    assert "起算" in seen
    assert legal.client.post(f"/drafts/{RULE}/", sentences(title="立案审查（草稿）")).status_code == 302
    file = legal.client.get(f"/drafts/{RULE}/file/").content.decode()
    assert tomllib.loads(file)["title"] == "立案审查（草稿）"

    given = {"rule": RULE, "first": "2026-03-01", "last": "2026-03-19"}
    assert legal.client.post("/jobs/rules/try/", given)["Location"] == "/jobs/"
    assert work_once(WORKS)
    with as_process("test"):
        assert Job.objects.get().state == "done", Job.objects.get().refusals
        trial = Trial.objects.get()
    assert trial.answer["counts"] == {"new": 0, "gone": 0, "moved": 0}
    assert trial.answer["said"]["overdue"] == 1
    shown = legal.client.get(f"/trials/{trial.pk}/").content.decode()
    assert "每名民警每天" in shown
    assert "与现行规则没有差别" in shown


def test_a_tried_draft_is_proposed_by_one_and_put_in_force_by_another(legal: Person) -> None:
    """Not tried, it is refused. Tried, it waits; he who proposed it is refused; another confirms, every key is judged
    anew, and it is no draft any more."""
    legal.client.post(f"/drafts/{RULE}/", sentences(title="立案审查（二稿）"))
    asked = {"rule": RULE, "first": "2026-03-01", "last": "2026-03-19"}
    assert done(legal, "/jobs/rules/propose/", {"rule": RULE}) == "refused"
    assert done(legal, "/jobs/rules/try/", asked) == "done"
    with as_process("test"):
        trial = Trial.objects.get(text_sha256=digest(Draft.objects.get().text))
    assert "提出发布" in legal.client.get(f"/trials/{trial.pk}/").content.decode()
    assert done(legal, "/jobs/rules/propose/", {"rule": RULE}) == "done"
    assert legal.client.post("/releases/decide/", {"confirmed": "yes"}).status_code == 422
    with transaction.atomic():
        second = signed_in(account("fz2", officer=officer("035009", ("legal_department", CITY))))
    assert "二稿" not in second.client.get("/releases/").content.decode()
    assert second.client.post("/releases/decide/", {"confirmed": "yes"}).status_code == 302
    page = second.client.get("/releases/").content.decode()
    assert f"{RULE}.toml" in page
    assert "没有等待确认的规则库" in page
    with as_process("test"):
        assert rulebooks.in_force().second == "fz2"
        assert not Draft.objects.exists()
        assert not DueKey.objects.filter(next_at=None).exists()


def done(person: Person, address: str, asked: dict[str, str]) -> str:
    """What came of a task that was given there."""
    assert person.client.post(address, asked)["Location"] == "/jobs/"
    assert work_once(WORKS)
    with as_process("test"):
        return Job.objects.latest("at", "beat_at").state


def test_what_cannot_be_tried_is_said(legal: Person) -> None:
    backwards = {"rule": RULE, "first": "2026-03-19", "last": "2026-03-01"}
    refused = legal.client.post("/jobs/rules/try/", backwards)
    assert refused.status_code == 422
    assert "请改起止日期" in refused.content.decode()
    assert legal.client.get("/drafts/no.such.rule/").status_code == 404


def test_nobody_else_writes_rules(legal: Person) -> None:
    del legal
    with transaction.atomic():
        other = signed_in(account("min", officer=officer("035002", ("officer", EAST_STATION))))
    assert other.client.get(f"/drafts/{RULE}/").status_code == 403
    assert other.client.post("/jobs/rules/try/", {"rule": RULE}).status_code == 403
