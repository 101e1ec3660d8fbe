"""Golden cases of checks: whole cases judged by every check, by the engine and by the oracle."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.golden.check_reading import CheckedCase, Finding, read_checked_cases
from tests.golden.test_golden import SHORT_NAMES
from tests.oracle.book import read_rules, read_vocabulary
from tests.oracle.check_book import read_checks
from tests.oracle.check_files import rows_of
from tests.oracle.check_findings import count_findings
from tests.oracle.checks import judge_checks
from tests.oracle.days import read_calendar
from tests.oracle.events import rows_that_count
from tests.oracle.judge import judge as oracle_judge
from tests.story import RULEBOOK, law
from zhunsheng.core.check import Check
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import RuleTest
from zhunsheng.core.story import events_of
from zhunsheng.rulecheck.articles import article_numbers
from zhunsheng.rulecheck.inside_checks import counts_findings, verdicts_of_cases

BOOK = law()
CHECKS = {check.id: check for check in BOOK.checks}
ZONE = ZoneInfo(BOOK.vocabulary.zone)
CASES = read_checked_cases(Path(__file__).parent, BOOK.vocabulary)
ORACLE_CHECKS = read_checks(RULEBOOK)
ORACLE_VOCABULARY = read_vocabulary(RULEBOOK / "vocabulary.toml")
WANTED = 100
LONG_ENOUGH = 5  # events of a whole case
ENOUGH_WORDS = 10  # characters of a reason
Answers = Mapping[str, list[Finding]]


@cache
def engine_answers() -> Mapping[int, Answers]:
    """What the engine's checks of events say of every case, all judged together: by case and check."""
    tests = tuple(RuleTest(c.name, "", c.given, (), c.case, c.as_of, c.known_at) for c in CASES)
    of_events = replace(BOOK, rules=(), checks=tuple(check for check in BOOK.checks if not counts_findings(check)))
    found: dict[int, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for n, rows in verdicts_of_cases(of_events, tests).items():
        for row in rows:
            found[n][row["rule"]].append(Finding.of_row(row, ZONE))
    return found


def engine_counts(case: CheckedCase, check: Check) -> list[Finding]:
    """What the engine says of a check that counts what all the others find."""
    events = events_of(case.given, BOOK.vocabulary, case_facts=case.case)
    verdicts = judge(events, BOOK, as_of=case.as_of, known_at=case.known_at, threads=1).verdicts
    return [Finding.of_row(row, ZONE) for row in verdicts.iter_rows(named=True) if row["rule"] == check.id]


def oracle_answers(case: CheckedCase) -> Answers:
    """What the oracle's checks say of a case; those that count findings only where the case names one."""
    rows = rows_of({"given": case.given, "case": case.case}, ZONE)
    verdicts = judge_checks(ORACLE_CHECKS, ORACLE_VOCABULARY, rows, case.as_of, case.known_at)
    counting = [check for check in ORACLE_CHECKS if not check.acts and any(s.check == check.id for s in case.said)]
    if counting:
        rules = read_rules(sorted((RULEBOOK / "deadlines").rglob("*.toml")))
        calendar = read_calendar(RULEBOOK / "calendar")
        clocks = oracle_judge(rules, ORACLE_VOCABULARY, calendar, rows, case.as_of, case.known_at).verdicts
        known = rows_that_count(rows, case.known_at)
        verdicts += [v for check in counting for v in count_findings(check, clocks, verdicts, known, case.as_of)]
    found: dict[str, list[Finding]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.rule].append(Finding.of_row(asdict(verdict), ZONE))
    return found


def differences(case: CheckedCase, found: Answers) -> list[str]:
    """Where a case and an answer differ: in what a check named says, and in what is broken though nobody named it."""
    named = {said.check for said in case.said}
    wrong = [
        f"{said.check}: expected {[_shown(one) for one in said.findings]}, found {[_shown(one) for one in told]}"
        for said in case.said
        if list(said.findings) != (told := found.get(said.check, []))
    ]
    unnamed = {check: _broken(findings) for check, findings in found.items() if check not in named}
    return wrong + [f"{check} is not named: {broken}" for check, broken in sorted(unnamed.items()) if broken]


def _broken(findings: Iterable[Finding]) -> list[str]:
    return [_shown(finding) for finding in findings if finding.said.startswith("broken")]


def _shown(finding: Finding) -> str:
    closed = f" closed {finding.closed_at:%m-%d %H:%M}" if finding.closed_at else ""
    reason = f" ? {finding.reason}" if finding.reason else ""
    return f"{finding.said} {finding.subject} at {finding.found_at:%m-%d %H:%M}{closed}{reason}"


@pytest.mark.parametrize("n", range(len(CASES)), ids=lambda n: CASES[n].name)
def test_the_engine_says_of_the_case_what_was_worked_out_by_hand(n: int) -> None:
    case, found = CASES[n], dict(engine_answers().get(n, {}))
    for said in case.said:
        if counts_findings(CHECKS[said.check]):
            found[said.check] = engine_counts(case, CHECKS[said.check])
    assert differences(case, found) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_oracle_says_of_the_case_what_was_worked_out_by_hand(case: CheckedCase) -> None:
    assert differences(case, oracle_answers(case)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_whole_and_says_why_and_nothing_silent_is_idle(case: CheckedCase) -> None:
    happened = {event["type"] for event in case.given}
    idle = [s.check for s in case.said if not s.findings and not happened & set(CHECKS[s.check].events)]
    assert [check for check in idle if not counts_findings(CHECKS[check])] == []
    assert [why for said in case.said for why in said.whys if len(why) < ENOUGH_WORDS] == []
    assert len(case.given) >= LONG_ENOUGH


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_article_cited_is_one_on_which_the_check_rests(case: CheckedCase) -> None:
    cited = [(said.check, article) for said in case.said for article in said.articles]
    assert [pair for pair in cited if not _rests(*pair)] == []


def _rests(check: str, article: str) -> bool:
    """Whether a check rests on an article cited by short name and number, `刑规202`, or by the instrument alone."""
    short = article.rstrip("0123456789")
    number = article.removeprefix(short)
    return any(
        basis.instrument == SHORT_NAMES.get(short, short)
        and (not number or int(number) in article_numbers(basis.article))
        for version in CHECKS[check].versions
        for basis in version.basis
    )


@pytest.mark.parametrize("check", BOOK.checks, ids=lambda check: check.id)
def test_every_check_is_broken_in_one_case_and_lawful_in_another(check: Check) -> None:
    said = [said.findings for case in CASES for said in case.said if said.check == check.id]
    inferred = check.level == "ask"
    assert any(_is_breach(finding, inferred=inferred) for findings in said for finding in findings)
    assert any(not findings for findings in said)


def _is_breach(finding: Finding, *, inferred: bool) -> bool:
    return finding.said.startswith("broken") or (inferred and finding.reason == "inferred")


def test_no_two_cases_have_the_same_name_or_the_same_events() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({repr(case.given) for case in CASES}) == len(CASES)


def test_there_are_a_hundred_golden_cases_of_checks(capsys: pytest.CaptureFixture[str]) -> None:
    findings = sum(len(said.findings) for case in CASES for said in case.said)
    silent = sum(not said.findings for case in CASES for said in case.said)
    meeting = sum(sum(bool(said.findings) for said in case.said) > 1 for case in CASES)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(CASES)} golden cases of checks: {findings} findings and {silent} silences; in {meeting} several "
            f"checks meet.\n"
        )
    assert len(CASES) >= WANTED
