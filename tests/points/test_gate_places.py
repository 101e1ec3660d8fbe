"""Each place in which a policy can reward something, one test a code: what is refused, and the lawful twin of it."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.points.book import Table, entry, given, judged, said

Change = Callable[[Table], object]
CITE = {"instrument": "本局积分办法", "article": "第三条", "gist": "按办法计分"}


def changed(change: Change, file: str = "l01_balanced.toml") -> tuple[str, tuple[str, ...]]:
    policy = given(file)
    change(policy)
    return judged(policy)


def earn(fact: str, measure: str = "share", block: str = "effect", **more: object) -> Change:
    def add(policy: Table) -> None:
        row = {"id": "x", "title": "另一项", "block": block, "sign": "earn", "fact": fact, "measure": measure}
        policy["entry"].append({**row, "points": "2.00", "cite": CITE, **more})

    return add


def deduct(fact: str, points: str = "2.00") -> Change:
    return earn(fact, "count", "effect", sign="deduct", points=points)


def work(**change: object) -> Change:
    def set_(policy: Table) -> None:
        entry(policy, "work").update(change)

    return set_


def more_work(**change: object) -> Change:
    """A second entry that is as the first, but for what is changed."""

    def add(policy: Table) -> None:
        policy["entry"].append({**entry(policy, "work"), "id": "more", "points": "1.00", **change})

    return add


def top(**tables: object) -> Change:
    def set_(policy: Table) -> None:
        policy.update(tables)

    return set_


def inside(name: str, **values: object) -> Change:
    def set_(policy: Table) -> None:
        policy[name].update(values)

    return set_


def derived(*rows: Table, fact: str, measure: str = "share") -> Change:
    def set_(policy: Table) -> None:
        policy["derive"] = list(rows)
        earn(fact, measure)(policy)

    return set_


def share(name: str, numerator: list[str], denominator: list[str]) -> Table:
    return {"name": name, "op": "share", "numerator": numerator, "denominator": denominator}


def total(name: str, *of: str) -> Table:
    return {"name": name, "op": "sum", "of": list(of)}


REFUSED = {
    "a suspect more pays": (earn("case.suspect_count", "count"), "PG01"),
    "a fault pays": (earn("defect.red_overdue", "count"), "PG01"),
    "self-found cases pay": (work(where={"case.origin": "self_found"}), "PG02"),
    "one of several values is banned": (work(where={"document.kind": ["询问笔录", "拘留证"]}), "PG02"),
    "a document on no list stands for what the worst does": (work(where={"document.kind": "拘传证"}), "PG02"),
    "a banned fact filters": (work(where={"person.detained": True}), "PG02"),
    "a fine above a number filters": (work(where={"penalty.amount": 500}), "PG02"),
    "chosen files are filtered for": (earn("sample.passed", where={"sample.stream": "risk"}), "PG02"),
    "the weight is an ending": (inside("weights", by=["case.outcome"]), "PG03"),
    "the weight is where the case comes from": (inside("weights", by=["case.type", "case.origin"]), "PG03"),
    "a tier": (top(tier=[{"from": 5, "times": "1.50"}]), "PG03"),
    "a factor of an entry": (work(factor="1.20"), "PG03"),
    "an entry weighs by hand": (work(weight="priority"), "PG03"),
    "the same work pays more for one kind of case": (
        earn(
            "work.assigned_minutes", "sum", "volume", points="3.00", per=60, where={"case.type": "涉毒"}, share="roles"
        ),
        "PG03",
    ),
    "one kind of case is paid twice at the same rate": (
        earn(
            "work.assigned_minutes", "sum", "volume", points="1.00", per=60, where={"case.type": "涉毒"}, share="roles"
        ),
        "PG03",
    ),
    "criminal cases pay three times what administrative ones pay": (
        lambda policy: (work(where={"case.kind": "criminal"}, points="3.00")(policy), more_work(
            where={"case.kind": "administrative"}
        )(policy)),
        "PG03",
    ),
    "a sort of case is paid again under another name": (
        lambda policy: (
            policy.update(derive=[total("effort", "work.assigned_minutes")]),
            more_work(fact="effort", where={"document.kind": "勘验笔录"})(policy),
        ),
        "PG03",
    ),
    "one kind of case has a cap and the other has none": (
        lambda policy: (work(where={"case.kind": "criminal"})(policy), more_work(
            where={"case.kind": "administrative"}, cap="1.00"
        )(policy)),
        "PG03",
    ),
    "nobody says how cases are weighed": (lambda policy: policy.pop("weights"), "PG03"),
    "a banned fact two derivations away, as denominator": (
        derived(
            share("a", ["learning.course_hours"], ["person.detained"]), total("b", "a"), fact="b"
        ),
        "PG04",
    ),
    "a sum hides a fine": (derived(total("a", "learning.course_hours", "money.fine_amount"), fact="a"), "PG04"),
    "a sum hides a fault": (
        derived(total("a", "ability.guide_adopted", "defect.red_overdue"), fact="a", measure="count"),
        "PG04",
    ),
    "rights notices are counted": (earn("check.kept.rights_notice", "count"), "PG05"),
    "refunds are counted once a month": (earn("clock.kept.deposit", "flag"), "PG05"),
    "a share from five on": (earn("clock.kept.custody", min_n=5), "PG05"),
    "a share that is zero without": (earn("check.kept.rest", when_none="zero"), "PG05"),
    "a sum of what is shadowed": (
        derived(total("a", "clock.kept.custody", "clock.kept.property"), fact="a", measure="sum"),
        "PG05",
    ),
    "cases against incidents": (derived(share("a", ["clock.kept.custody"], ["report.recorded"]), fact="a"), "PG05"),
    "no appeals": (earn("redress.none", "flag"), "PG06"),
    "no alarms": (earn("community.zero_crime", "flag"), "PG06"),
    "a fact on no list": (earn("effect.harmony", "count"), "PG07"),
    "a look-alike name": (earn("work.аssigned_minutes", "sum"), "PG07"),
    "a derivation of itself": (derived(total("a", "b"), total("b", "a"), fact="a"), "PG07"),
    "a derivation under the name of a block": (
        derived(total("volume", "learning.course_hours"), fact="volume", measure="sum"),
        "PG07",
    ),
    "a quota": (top(quota={"person.detained": 3}), "PG07"),
    "a field on no list": (work(where={"weather": "rain"}), "PG07"),
    "a value on no list": (work(where={"case.kind": "petty"}), "PG07"),
    "one body under two spellings": (top(approved={"by": "法制支队", "second": "法制 支队"}), "PG07"),
    "nobody approves": (top(approved={"by": "", "second": ""}), "PG07"),
    "a quarter that begins in February": (top(period="quarter", in_force=date(2027, 2, 1)), "PG07"),
    "an appeal that may wait for a year": (top(appeal={"within_working_days": 5, "answer_working_days": 250}), "PG07"),
    "reports are counted": (earn("report.recorded", "count"), "PG07"),
    "a measure that a fact has not": (work(measure="count"), "PG07"),
    "points that are no amount": (work(points="1"), "PG07"),
    "a leader's favour": (top(manual=[{"kind": "favour", "share_at_most": "0.01", "two_persons": True}]), "PG08"),
    "one person gives": (top(manual=[{"kind": "rescue", "share_at_most": "0.03", "two_persons": False}]), "PG08"),
    "a ceiling in parts": (
        top(
            manual=[
                {"kind": "rescue", "share_at_most": "0.04", "two_persons": True},
                {"kind": "public_service", "share_at_most": "0.04", "two_persons": True},
            ]
        ),
        "PG08",
    ),
    "a loose gate": (inside("volume_gate", at_most="0.40"), "PG09"),
    "a gate on few files": (inside("volume_gate", min_sample=5), "PG09"),
    "a gate that pays all the same": (inside("volume_gate", otherwise="pay"), "PG09"),
    "a gate on another fact": (inside("volume_gate", fact="sample.passed"), "PG09"),
    "a cap of nine": (inside("volume_cap", at_most="9.00"), "PG09"),
    "work that is never taken back": (work(reverses_on=[]), "PG09"),
    "work counted in another block": (work(block="effect"), "PG09"),
    "duty without a cap in another block": (earn("work.duty_hours", "sum"), "PG09"),
    "duty fills another block past what volume may weigh": (earn("work.duty_hours", "sum", cap="12.00"), "PG09"),
    "duty under many small caps": (
        lambda policy: [earn("work.duty_hours", "sum", cap="4.00", id=f"duty{n}")(policy) for n in range(3)],
        "PG09",
    ),
    "an award on work that no gate holds": (top(ranking={"award_on": ["work.assigned_minutes"]}), "PG09"),
    "only cases that were filed pay": (work(where={"document.kind": "立案决定书"}), "PG10"),
    "only cases that were given up pay": (work(where={"document.kind": ["终止案件调查决定书", "询问笔录"]}), "PG10"),
    "one ending pays": (work(ends=["case.transferred"]), "PG10"),
    "all endings but one": (
        work(ends=["case.closed", "case.transferred", "case.terminated", "case.withdrawn", "case.merged"]),
        "PG10",
    ),
    "an ending on no list": (work(ends="penalty"), "PG10"),
    "an award on arrests": (top(ranking={"award_on": ["arrest.approved"]}), "PG11"),
    "full places without a reason": (inside("publish", mode="full"), "PG11"),
    "full places for a reason of strokes": (inside("publish", mode="full", reason="——"), "PG11"),
    "a band of one case": (inside("publish", min_cases=1), "PG11"),
    "quality that nothing fills leaves all to volume": (
        lambda policy: [entry(policy, name).update(block="effect") for name in ("sample", "rights")],
        "PG12",
    ),
    "quality that nothing but nothing fills": (
        lambda policy: [
            *(entry(policy, name).update(block="effect") for name in ("sample", "rights")),
            earn("report.recorded", block="quality", points="0.00")(policy),
        ],
        "PG12",
    ),
    "quality at 20": (inside("blocks", quality=20, timeliness=40), "PG12"),
    "a block below zero": (inside("blocks", quality=60, timeliness=-10, effect=20), "PG12"),
    "roles of 1.10": (top(roles={"lead": "0.70", "assist": "0.40"}), "PG12"),
    "no gist": (work(cite={"instrument": "本局积分办法", "article": "第四条", "gist": " "}), "PG13"),
    "an article of a stroke": (work(cite={"instrument": "本局积分办法", "article": "—", "gist": "工作量"}), "PG13"),
    "no article": (work(cite={"instrument": "本局积分办法", "gist": "工作量"}), "PG13"),
    "false alarms reported": (deduct("alert.false_reported"), "PG14"),
    "problems told by oneself": (deduct("finding.self_reported"), "PG14"),
    "complaints received": (deduct("complaint.received"), "PG14"),
    "points taken back when the prosecutor returns the case": (work(reverses_on=["prosecution.returned"]), "PG14"),
}  # fmt: skip

LAWFUL = {
    "criminal and administrative work at one rate": lambda policy: (
        work(where={"case.kind": "criminal"})(policy),
        more_work(where={"case.kind": "administrative"})(policy),
    ),
    "a quarter that begins in April": top(period="quarter", in_force=date(2027, 4, 1)),
    "duty up to what volume leaves": earn("work.duty_hours", "sum", cap="10.00"),
    "an award on volume, which is gated": top(ranking={"award_on": ["volume"]}),
    "as it is": (lambda _: None),
    "learning and mentoring pooled": derived(
        total("a", "learning.course_hours", "ability.mentored_hours"), fact="a", measure="sum"
    ),
    "two shares of rights pooled": derived(total("a", "check.kept.rest", "check.kept.rights_notice"), fact="a"),
    "all endings by name": work(
        ends=["case.closed", "case.transferred", "case.terminated", "case.withdrawn", "case.not_filed", "case.merged"]
    ),
    "full places with a reason": inside("publish", mode="full", reason="年度评选需要名次，经两部门批准"),
    "equals by learning": top(ranking={"tie_break": ["learning.course_hours", "quality"]}),
    "records of questioning": work(where={"document.kind": "询问笔录"}),
    "criminal cases only": work(where={"case.kind": "criminal"}),
    "a confirmed falsification": deduct("defect.record_falsified", points="20.00"),
    "hands within the ceiling": top(manual=[{"kind": "rescue", "share_at_most": "0.05", "two_persons": True}]),
    "duty under a cap of its own in another block": earn("work.duty_hours", "sum", cap="3.00"),
    "an earlier gate": inside("volume_gate", at_most="0.10", min_sample=30),
    "a share of service without when_none": earn("report.receipted"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_rewards_a_banned_aim_is_refused_with_its_code(name: str) -> None:
    change, code = REFUSED[name]
    assert changed(change) == ("refuse", (code,)), said_of(change)


def said_of(change: Change) -> str:
    policy = given()
    change(policy)
    return "\n".join(said(policy))


@pytest.mark.parametrize("name", LAWFUL)
def test_the_lawful_twin_loads(name: str) -> None:
    assert changed(LAWFUL[name]) == ("load", ()), said_of(LAWFUL[name])


def test_story_8_a_detention_renamed_through_two_derivations_as_denominator_is_pg04() -> None:
    # story 8
    first = share("a", ["learning.course_hours"], ["person.detained"])
    second = share("b", ["a"], ["work.duty_hours"])
    policy = given()
    derived(first, second, fact="b")(policy)
    assert judged(policy) == ("refuse", ("PG04",))
    assert any("b ← a ← person.detained" in issue for issue in said(policy))


WORDS = {
    "抓获嫌疑人": "ask",
    "提高破 案 率": "ask",  # a space hides nothing
    "拘留人数": "ask",
    "规范罚款任务": "ask",  # an amount beside the act, whatever else is said
    "拘留后家属按时告知": "load",
    "扣押清单规范": "load",
    "处罚决定按时送达": "load",
    "讯问人数不足的不计": "load",
    "只看随机抽检，不看破案数": "load",  # what it says not to count is no aim
    "不看破案数，看抓获数": "ask",
    "抓獲嫌疑人": "ask",  # traditional letters hide nothing
    "拘留後家屬按時告知": "load",
}


@pytest.mark.parametrize("title", WORDS)
def test_words_of_a_banned_aim_on_an_admissible_fact_are_asked_about(title: str) -> None:
    policy = given()
    entry(policy, "rights")["title"] = title
    verdict = WORDS[title]
    assert judged(policy) == (verdict, ("PG15",) if verdict == "ask" else ())


def test_the_title_of_a_policy_is_read_too() -> None:
    assert changed(top(title="打击处理成效积分办法")) == ("ask", ("PG15",))


SAID = {
    "an instrument": work(cite={"instrument": "打击破案奖励办法", "article": "第四条", "gist": "工作量"}),
    "an article": work(cite={"instrument": "本局积分办法", "article": "抓获奖励条款", "gist": "工作量"}),
    "a type of case": earn("clock.kept.intake", where={"case.type": "已破案件"}),
    "a reason for places": inside("publish", mode="full", reason="激励多抓快破"),
}


@pytest.mark.parametrize("place", SAID)
def test_words_of_a_banned_aim_are_read_wherever_people_write(place: str) -> None:
    assert changed(SAID[place]) == ("ask", ("PG15",)), said_of(SAID[place])
