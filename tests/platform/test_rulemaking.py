"""A limit is changed as sentences and tried on the past before anybody proposes it."""

import re
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
from zhunsheng.apps.audit import clock
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.working import work_once
from zhunsheng.apps.jobs.works import WORKS
from zhunsheng.apps.rulemaking.drafts import digest, keep_check, looked
from zhunsheng.apps.rulemaking.forms import as_asked
from zhunsheng.apps.rulemaking.models import Draft, Trial
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.models import DueKey
from zhunsheng.launcher import EmbeddedServer
from zhunsheng.rulecheck.drafting import FOLDER
from zhunsheng.rulecheck.sentences import said

RULE = "criminal.intake.filing-decision"
CHECK = "detention.warrant-shown"
NEW = "reading.warrant-shown"
CASE = "A3502030100002026030001"


@pytest.fixture(scope="module")
def legal(server: EmbeddedServer) -> Iterator[Person]:
    """Somebody of the legal department, and one case that was accepted on 2 March and not decided on by the 20th."""
    with cloned(server):
        with transaction.atomic():
            it_is("2026-03-02 10:00")
            city()
            put_in_force(shipped(RULE, CHECK, "criminal.filing.overdue-explain"))
            recorded(f"2026-03-02 10:00 case.accepted case={CASE} case_kind=criminal economic=false")
            it_is("2026-03-20 10:00")
            person = signed_in(account("fz", officer=officer("035001", ("legal_department", CITY))))
        yield person


def sentences(rule: str = RULE, /, **changes: object) -> dict[str, object]:
    """What the form of a rule sends, with some sentences changed."""
    text = next(text for name, text in shipped(rule).items() if name.endswith(f"/{rule}.toml"))
    return {name: as_asked(value, name) for name, value in said(text).items()} | changes


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


def test_the_page_of_a_draft_says_what_it_changes(legal: Person) -> None:
    """Found: the page of every draft that changes something failed."""
    assert legal.client.post(f"/drafts/{RULE}/", sentences(title="立案审查（改）")).status_code == 302
    answer = legal.client.get(f"/drafts/{RULE}/")
    assert answer.status_code == 200
    assert re.search(r"<dt>[^<]+</dt><dd><del>[^<]+</del> <b>立案审查（改）</b>", answer.content.decode())


def test_the_days_of_a_back_test_are_typed_as_they_are_everywhere(legal: Person) -> None:
    """The field of a browser puts month and day in the order of its own language: a day is typed as 2026-03-01."""
    page = legal.client.get(f"/drafts/{RULE}/").content.decode()
    assert 'type="date"' not in page
    assert 'name="first" value="2025-12-20"' in page
    assert "例如 2026-11-23" in page
    for day in ("03/01/2026", "2026-3-99"):
        answer = legal.client.post("/jobs/rules/try/", {"rule": RULE, "first": day, "last": "2026-03-19"})
        assert answer.status_code == 422
        assert "从：请按 2026-11-23 的样子填写。" in answer.content.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('type = "case.filed"', 'typpe = "case.filed"'),  # a word that is neither a column nor a fact
        ("at = 2026-03-02T09:00:00+08:00", 'at = "in the morning"'),
    ],
)
def test_a_file_whose_own_test_tells_what_cannot_be_is_no_rule_yet(legal: Person, old: str, new: str) -> None:
    """Said like any other issue, and nobody's page fails over it."""
    del legal
    path, text = next((name, text) for name, text in shipped(RULE).items() if name.endswith(f"/{RULE}.toml"))
    assert old in text
    with as_process("test"):
        found = looked(path, text.replace(old, new, 1))
    assert (found.rule, found.is_sound) == (None, False)
    assert "test[" in found.issues[0]


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


def test_a_check_is_written_as_sentences_and_read_by_its_own_tests(legal: Person) -> None:
    """A warrant need not be shown if somebody asks for it to be hidden: the file's tests say otherwise. What it tells
    the officer is one line of the file, and nothing else changes."""
    assert "编写和回测" in legal.client.get(f"/rules/{CHECK}/").content.decode()
    page = legal.client.get(f"/drafts/{CHECK}/").content.decode()
    assert "或者必须：" in page
    assert "符合，不提示。" in page
    hidden = {"require.0.warrant_shown": "false"}
    wrong = legal.client.post(f"/drafts/{CHECK}/preview/", sentences(CHECK, **hidden)).content.decode()
    assert "有问题待改" in wrong
    told = "{case}拘留没有出示拘留证，请立即出示。"
    assert legal.client.post(f"/drafts/{CHECK}/", sentences(CHECK, says_broken=told)).status_code == 302
    before = next(text for name, text in shipped(CHECK).items() if name.endswith(f"/{CHECK}.toml"))
    after = legal.client.get(f"/drafts/{CHECK}/file/").content.decode()
    differing = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [new for _, new in differing] == [f'broken  = "{told}"']
    assert done(legal, "/jobs/rules/try/", {"rule": CHECK, "first": "2026-03-01", "last": "2026-03-19"}) == "done"


def test_a_new_check_is_written_tried_and_proposed_like_any_other(legal: Person) -> None:
    """Nothing of it is in force: the page leads to no rule, and what is proposed is one file more."""
    shipped_text = next(text for name, text in shipped(CHECK).items() if name.endswith(f"/{CHECK}.toml"))
    text = shipped_text.replace(f'"{CHECK}"', f'"{NEW}"').replace('"P24"', '"P97"').replace('"stable"', '"trial"')
    with as_process("test"):
        keep_check(NEW, f"{FOLDER}/{NEW}.toml", text, by="account:fz", at=clock.now())
    page = legal.client.get(f"/drafts/{NEW}/").content.decode()
    assert "新规则，还没有发布过" in page
    assert f'href="/rules/{NEW}/"' not in page
    assert f'href="/drafts/{NEW}/"' in legal.client.get("/releases/").content.decode()
    assert done(legal, "/jobs/rules/try/", {"rule": NEW, "first": "2026-03-01", "last": "2026-03-19"}) == "done"
    assert done(legal, "/jobs/rules/propose/", {"rule": NEW}) == "done"
    assert f"{FOLDER}/{NEW}.toml" in legal.client.get("/releases/").content.decode()


def test_what_if_is_asked_of_a_draft_and_is_no_trial_of_it(legal: Person) -> None:
    """Another lead, other days of rest, the law of another day: the page says what was supposed. The draft itself was
    not tried by that, and is not proposed."""
    period = {"rule": RULE, "first": "2026-03-01", "last": "2026-03-19"}
    legal.client.post(f"/drafts/{RULE}/", sentences(title="立案审查（三稿）"))
    assert done(legal, "/jobs/rules/try/", {**period, "lead_level": "red", "lead": "P2D"}) == "done"
    with as_process("test"):
        trial = Trial.objects.get(text_sha256=digest(Draft.objects.get(rule=RULE).text))
    page = legal.client.get(f"/trials/{trial.pk}/").content.decode()
    assert "假设届满前 2天 红色预警" in page
    assert "提出以后由另一个人确认" not in page
    assert done(legal, "/jobs/rules/propose/", {"rule": RULE}) == "refused"
    assert (
        done(legal, "/jobs/rules/try/", {**period, "rest": "2026-03-03 2026-03-04", "law_of": "2026-01-01"}) == "done"
    )


def test_what_cannot_be_supposed_is_said(legal: Person) -> None:
    period = {"rule": RULE, "first": "2026-03-01", "last": "2026-03-19"}
    for supposed, why in (
        ({"lead": "P2D"}, "级别和时长都要写"),
        ({"lead_level": "red", "lead": "morgen"}, "不是时长"),
        ({"rest": "gestern"}, "不是日期"),
    ):
        answer = legal.client.post("/jobs/rules/try/", {**period, **supposed})
        assert answer.status_code == 422
        assert why in answer.content.decode()
    both = {"rest": "2026-03-03", "work": "2026-03-03"}
    assert done(legal, "/jobs/rules/try/", {**period, **both}) == "refused"


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
