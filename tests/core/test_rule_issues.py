"""What the rule parser refuses: every kind of issue names file, key and remedy, all at once."""

import tomllib

import pytest

from tests.core.small import TEN_DAYS, VERSION, limit, rule_text, vocabulary
from zhunsheng.core.rules import parse_rule

EXTENSION = '[[extension]]\ntier = "20d"\nevent = "work.extended"\ntotal = { amount = 20, unit = "days" }\n'
PAUSE = '[[pause]]\nid = "illness"\nfrom = "work.paused"\nto = ["work.resumed"]\n'
RESTART = '[[restart]]\nevent = "work.restarted"\n'


def issues(text: str) -> list[str]:
    """The issues of a text, without the line number."""
    rule, found = parse_rule(text, vocabulary(), path="small.toml")
    assert (rule is None) == bool(found)
    return [f"{issue.path}: {issue.key}: {issue.text}" for issue in found]


ISSUES = [
    ("no TOML", "id = ", "small.toml: : is not TOML: Invalid value"),
    (
        "a key that is none",
        rule_text("colour = 3"),
        "small.toml: recipients.colour: unknown key. See docs/rule-format.md",
    ),
    ("a word of the wrong type", rule_text().replace('"小规则"', "3"), "small.toml: title: 3 is no str."),
    (
        "a word left out",
        rule_text().replace('title    = "小规则"\n', ""),
        "small.toml: title: missing. State it as str.",
    ),
    (
        "a kind that is none",
        rule_text(kind="delay"),
        "small.toml: kind: 'delay' is not one of period, duration, max-term, lead-before.",
    ),
    (
        "a subject that is none",
        rule_text(subject="town"),
        "small.toml: subject: 'town' is not one of case, person, item",
    ),
    (
        "a nature that is none",
        rule_text().replace('"statutory"', '"usual"'),
        "nature: 'usual' is not one of statutory, internal, agreed.",
    ),
    (
        "a source that is none",
        rule_text().replace('"full"', '"hearsay"'),
        "source: 'hearsay' is not one of full, full_2018, secondary, memory, local.",
    ),
    (
        "a status that is none",
        rule_text().replace('"stable"', '"done"'),
        "status: 'done' is not one of draft, trial, stable, retired.",
    ),
    (
        "an element that is none",
        rule_text().replace('"matter"', '"water"'),
        "element: 'water' is not one of person, matter, item, dossier, unit, place.",
    ),
    (
        "a start that is no event",
        rule_text(start="work.begun"),
        "start.events: 'work.begun' is no event type. Name one of the vocabulary.",
    ),
    (
        "no start",
        rule_text().replace('events = ["work.started"]', "events = []"),
        "start.events: missing. Name the events that start the clock.",
    ),
    ("no limit", rule_text().replace(TEN_DAYS, ""), "limit: missing. State amount, unit and counting."),
    (
        "no amount",
        rule_text("[limit]\nunit = 'days'\ncounting = 'day_after'"),
        "limit[0].amount: missing. State it as int.",
    ),
    (
        "an amount that is no number",
        rule_text("[limit]\namount = 'ten'\nunit = 'days'\ncounting = 'day_after'"),
        "limit[0].amount: 'ten' is no int.",
    ),
    (
        "an amount that is true",
        rule_text("[limit]\namount = true\nunit = 'days'\ncounting = 'day_after'"),
        "limit[0].amount: True is no int.",
    ),
    (
        "a unit that is none",
        rule_text(limit(3, "weeks", "day_after")),
        "limit[0].unit: 'weeks' is not one of hours, days, working_days, months",
    ),
    (
        "a counting that is none",
        rule_text(limit(3, "days", "roughly")),
        "limit[0].counting: 'roughly' is not one of exact_minute, rolling_24h",
    ),
    (
        "an outer reading that is none",
        rule_text(limit(3, "days", "day_after", "later")),
        "limit[0].outer: 'later' is not one of same, full_hour",
    ),
    (
        "a roll that is none",
        rule_text(limit(3, "days", "day_after", "rolled", "back")),
        "limit[0].roll: 'back' is not one of never, forward",
    ),
    (
        "a full hour of a stay",
        rule_text(limit(24, "hours", "exact_minute", "full_hour"), kind="duration"),
        "limit[0].outer: full_hour is never for a duration: every minute of a stay counts. Use same.",
    ),
    (
        "by custody without a rolled reading",
        rule_text(limit(3, "days", "day_after", "same", "by_custody")),
        'limit[0].outer: by_custody moves the outer reading. Use outer = "rolled".',
    ),
    (
        "a limit that has no test and is not the last",
        rule_text("[[limit]]\namount = 3\nunit = 'days'\ncounting = 'day_after'\n" * 2),
        "limit[0].if: missing. Every [[limit]] but the last needs a test.",
    ),
    (
        "a last limit with a test",
        rule_text("[limit]\namount = 3\nunit = 'days'\ncounting = 'day_after'\nif = { urgent = true }"),
        "limit[0].if: the last [[limit]] holds in all other cases. Remove its test.",
    ),
    (
        "nothing that meets it",
        rule_text("[stop]\nmoot_by = ['work.dropped']"),
        "stop.met_by: missing. Name the events that meet the clock.",
    ),
    (
        "a stop that is no event",
        rule_text("[stop]\nmet_by = ['work.over']"),
        "stop.met_by: 'work.over' is no event type. Name one of the vocabulary.",
    ),
    (
        "an end before the start that is none",
        rule_text("[stop]\nmet_by = ['work.done']\nbefore_start = 'well'"),
        "stop.before_start: 'well' is not one of",
    ),
    (
        "a due time that does what",
        rule_text("[stop]\nmet_by = ['work.done']\non_due = 'explode'"),
        "stop.on_due: 'explode' is not one of breach, lapse.",
    ),
    (
        "a recipient that is none",
        rule_text("[stop]\nrecipients = 'parties'\nall_of = { neighbour = 'suspect.told' }"),
        "stop.all_of.neighbour: 'neighbour' is no value of the fact that `recipients` names.",
    ),
    (
        "a recipient told by no event",
        rule_text("[stop]\nrecipients = 'parties'\nall_of = { suspect = 'suspect.heard' }"),
        "stop.all_of.suspect: 'suspect.heard' is no event type. Name one of the vocabulary.",
    ),
    (
        "an extension without tier",
        rule_text(EXTENSION.replace('tier = "20d"\n', "")),
        "extension[0].tier: missing. State it as str.",
    ),
    (
        "an extension that nothing grants",
        rule_text(EXTENSION.replace('event = "work.extended"\n', "")),
        "extension[0].event: missing. Name the event or the start_fact that grants the tier.",
    ),
    (
        "an extension by no event",
        rule_text(EXTENSION.replace("work.extended", "work.longer")),
        "extension[0].event: 'work.longer' is no event type.",
    ),
    (
        "an extension without amount",
        rule_text(EXTENSION.replace("amount = 20, ", "")),
        "extension[0].total.amount: missing. State it as int.",
    ),
    (
        "an extension that states what",
        rule_text(EXTENSION + "states = 'weeks'"),
        "extension[0].states: 'weeks' is not one of days, until.",
    ),
    (
        "a test on no fact",
        rule_text("[applies]\ncolour = 'red'"),
        "applies.colour: is no fact. Declare it in the vocabulary.",
    ),
    (
        "a test that is none",
        rule_text("[applies]\namount = { more_than = 3 }"),
        "applies.amount: 'more_than' is no test. Use one_of, not, at_least, at_most, present.",
    ),
    (
        "a word that a fact cannot have",
        rule_text("[applies]\nkind = 'civil'"),
        "applies.kind: 'civil' is no enum of kind. Use criminal, administrative.",
    ),
    ("a word for a number", rule_text("[applies]\namount = 'many'"), "applies.amount: 'many' is no integer of amount."),
    ("a number for a truth", rule_text("[applies]\nurgent = 1"), "applies.urgent: 1 is no bool of urgent."),
    (
        "an assumption on no fact",
        rule_text("[assume]\ncolour = 'red'"),
        "assume.colour: is no fact. Declare it in the vocabulary.",
    ),
    (
        "an assumption that it cannot have",
        rule_text("[assume]\nkind = 'civil'"),
        "assume.kind: 'civil' is no enum of kind.",
    ),
    (
        "a pause without end",
        rule_text(PAUSE.replace('to = ["work.resumed"]', "")),
        "pause[0].to: missing. State it as list.",
    ),
    (
        "a pause from no event",
        rule_text(PAUSE.replace("work.paused", "work.rested")),
        "pause[0].from: 'work.rested' is no event type.",
    ),
    (
        "a pause paired by nothing",
        rule_text(PAUSE + "pair_by = 'town'"),
        "pause[0].pair_by: 'town' is not one of case, person",
    ),
    (
        "what runs after a pause",
        rule_text(PAUSE + "then = 'something'"),
        "pause[0].then: 'something' is no limit. Write \"base\" or an amount and a unit.",
    ),
    ("a cap that is no number", rule_text(PAUSE + "cap_days = 'five'"), "pause[0].cap_days: 'five' is no int."),
    (
        "a restart by no event",
        rule_text(RESTART.replace("work.restarted", "work.again")),
        "restart[0].event: 'work.again' is no event type.",
    ),
    (
        "a wait from no event",
        rule_text(RESTART + "waits_from = 'work.again'"),
        "restart[0].waits_from: 'work.again' is no event type.",
    ),
    (
        "a parent without amount",
        rule_text("[[parent]]\nfact = 'hearing_at'\nbefore = { unit = 'days' }"),
        "parent[0].before.amount: missing. State it as int.",
    ),
    (
        "a parent in months",
        rule_text("[[parent]]\nfact = 'hearing_at'\nbefore = { amount = 1, unit = 'months' }"),
        "parent[0].before.unit: 'months' is not one of hours, days.",
    ),
    (
        "a parent on no fact",
        rule_text("[[parent]]\nfact = 'trial_at'\nbefore = { amount = 1, unit = 'days' }"),
        "parent[0].fact: 'trial_at' is no fact. Declare it in the vocabulary.",
    ),
    (
        "a lead that is none",
        rule_text("[leads]\nblue = '3 days'\nyellow = 'P2D'\nred = 'P1D'"),
        "leads.blue: '3 days' is neither a duration such as P2D, PT12H nor a share such as 50%.",
    ),
    ("a lead left out", rule_text("[leads]\nblue = 'P3D'\nred = 'P1D'"), "leads.yellow: missing. State it as str."),
    (
        "leads from elsewhere",
        rule_text("[leads]\nblue = 'P3D'\nyellow = 'P2D'\nred = 'P1D'\nfrom = 'noon'"),
        "leads.from: 'noon' is not one of due, start.",
    ),
    (
        "a role that is none",
        rule_text().replace('blue   = ["officer"]', 'blue   = ["mayor"]'),
        "recipients.blue: 'mayor' is no role. Name one of the vocabulary.",
    ),
    (
        "no version",
        rule_text().replace(VERSION, ""),
        "version: missing. State at least one version with in_force and basis.",
    ),
    (
        "versions out of order",
        rule_text(VERSION.replace('"always"', "2026-01-01") + VERSION.replace('"always"', "2018-01-01")),
        "version: not in order, or two on one day.",
    ),
    (
        "two versions on one day",
        rule_text(VERSION + VERSION),
        "version: not in order, or two on one day. Order them by in_force, each day once.",
    ),
    (
        "a day that is none",
        rule_text(VERSION.replace('"always"', '"2018"')),
        "version[0].in_force: '2018' is no date. Write a date, or \"always\" where one text only is known.",
    ),
    (
        "a basis without article",
        rule_text(VERSION.replace('article = "第一条", ', "")),
        "version[0].basis[0].article: missing. State it as str.",
    ),
    (
        "a version with a tier that is none",
        rule_text(VERSION + "extensions = ['99d']"),
        "version[0].extensions: '99d' is no tier.",
    ),
    (
        "a version with a pause that is none",
        rule_text(VERSION + "pauses = ['rain']"),
        "version[0].pauses: 'rain' is no pause.",
    ),
    (
        "a test of no event",
        rule_text("[[test]]\nname = 'a'\ngiven = [ { at = 2026-03-02, type = 'work.begun' } ]"),
        "test[0].given[0].type: 'work.begun' is no event type.",
    ),
    ("a test without a name", rule_text("[[test]]\ngiven = []"), "test[0].name: missing. State it as str."),
    (
        "a test that says more",
        rule_text("[[test]]\nname = 'a'\ngiven = []\ncolour = 1"),
        "test[0].colour: unknown key.",
    ),
]


@pytest.mark.parametrize(("defect", "text", "issue"), ISSUES, ids=[row[0] for row in ISSUES])
def test_an_issue_names_file_key_and_remedy(defect: str, text: str, issue: str) -> None:
    found = issues(text)
    assert any(issue in line for line in found), (defect, found)
    assert all(line.startswith("small.toml: ") for line in found)


def test_every_issue_is_told_at_once() -> None:
    text = rule_text(
        limit(3, "weeks", "roughly"), "[leads]\nblue = 'soon'\nyellow = 'P2D'\nred = 'P1D'", start="work.begun"
    )
    keys = {line.split(": ")[1] for line in issues(text)}
    assert {"limit[0].unit", "limit[0].counting", "leads.blue", "start.events"} <= keys


def test_an_issue_names_its_line() -> None:
    text = rule_text(EXTENSION, EXTENSION.replace("work.extended", "work.longer").replace("20d", "30d"))
    _, (issue,) = parse_rule(text, vocabulary(), path="small.toml")
    line = text.splitlines()[issue.line - 1]
    assert line == 'event = "work.longer"'
    assert str(issue).startswith(f"small.toml:{issue.line}: extension[1].event: ")


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads("amount = 3\namount = 5")
    (line,) = issues(rule_text("[limit]\namount = 3\namount = 5\nunit = 'days'\ncounting = 'day_after'"))
    assert "is not TOML" in line
