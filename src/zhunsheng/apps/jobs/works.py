"""What each kind of task does."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.processes import as_viewer
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record_taken
from zhunsheng.apps.desk import case_lists, case_sheets
from zhunsheng.apps.desk.case_lists import Line
from zhunsheng.apps.display.listing import Asked
from zhunsheng.apps.display.sheets import MOST_ROWS_OF_EXCEL, Mark, TooManyRows, write_workbook
from zhunsheng.apps.display.typesetting import assert_ready
from zhunsheng.apps.jobs import services
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.services import Ending, State, folder_of
from zhunsheng.apps.jobs.working import Teller, Work
from zhunsheng.apps.org.importing import import_table
from zhunsheng.apps.points.models import Check
from zhunsheng.apps.points.policies import files, known
from zhunsheng.apps.printing.paper import made, record_asked
from zhunsheng.apps.printing.supervision_card import supervision_card
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.proposing import propose_draft
from zhunsheng.apps.rulemaking.trying import try_draft
from zhunsheng.city.gaming.nudge import failing_tests, nudged
from zhunsheng.city.gaming.play import Gain, play
from zhunsheng.city.gaming.strategies import STRATEGIES

BATCH: Final = 500
MOST_CARDS: Final = 300
MOST_TOLD: Final = 200
MARK_DIGITS: Final = 12
RUNNING: Final = "running"
YEARS: Final = 200
"""So many years the simulator plays: the release gate is stated for these."""
SHEET_FILE: Final = "cases.xlsx"
CARDS_FILE: Final = "cards.zip"


class NoCase(DomainError):
    """A file without content helps nobody."""

    text = "没有符合条件的案件，没有生成文件。请放宽筛选条件再提交。"


class NoPolicy(DomainError):
    """A policy that cannot be read cannot be played."""

    text = "没有这个办法文件，或它读不出来，没有做。请先看“积分办法”里这个文件的问题。"


class NotAllowedNow(DomainError):
    """Rights may be taken between giving a task and doing it."""

    text = "现在没有办理这项任务的权限，没有办理。需要的话联系安全管理员。"


def cases_sheet(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """A list of cases as a workbook, as long as it is."""
    if not viewer.may(Action.LIST_EXPORT):
        raise NotAllowedNow
    now, refused = _now(viewer), _set_aside(job, viewer)
    path = _folder(job) / SHEET_FILE
    rows = (list(case_sheets.cells(line)) for line in _lines(job, viewer, tell, now=now))
    with path.open("wb") as target:
        try:
            mark = Mark(viewer.account, now, job.pk.hex[:MARK_DIGITS])
            count = write_workbook(target, _("案件"), case_sheets.heads(), rows, mark=mark, most=MOST_ROWS_OF_EXCEL)
        except TooManyRows as problem:
            return Ending(State.REFUSED, refusals=(*refused, str(problem)))
    if not count:
        raise NoCase
    with as_viewer(viewer, purpose=str(job.asked["purpose"])):
        record_taken(kind="case_sheet", key=str(job.asked["query"]), count=count, mark=mark.code)
    return Ending(State.DONE, SHEET_FILE, tuple(refused))


def cards(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """A supervision card of each case of a list that the viewer may open, in one file; the others are named."""
    assert_ready()
    now, refused = _now(viewer), _set_aside(job, viewer)
    count, path = 0, _folder(job) / CARDS_FILE
    with zipfile.ZipFile(path, "w") as packed:  # PDF is compressed already
        for line in _lines(job, viewer, tell, now=now):
            if count == MOST_CARDS:
                refused.append(_("只做前 %(n)d 件，其余没有做。请加筛选条件，分几次提交。") % {"n": MOST_CARDS})
                break
            with as_viewer(viewer):
                paper = supervision_card(viewer, line.number, now=now)
                if paper is not None:
                    record_asked(paper)
            if paper is None:
                refused.append(_("%(case)s：没有查看权限，没有做。") % {"case": line.number})
                continue
            packed.writestr(f"{line.number}.pdf", made(paper))
            count += 1
    if not count:
        return Ending(State.REFUSED, refusals=_first(refused) or (str(NoCase()),))
    return Ending(State.DONE, CARDS_FILE, _first(refused))


def org_table(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """One table of units, officers, posts or duty: all rows or none, each fault with its row."""
    if not viewer.may(Action.ORG_MANAGE):
        raise NotAllowedNow
    path = folder_of(job) / job.asked["file"]
    ending = Ending(State.DONE)
    with as_viewer(viewer, purpose=_("导入组织数据")):
        tell.done = import_table(path, kind=job.asked["table"], tell=tell)
        # In the same transaction: a table is never imported twice because its task was not known to be done.
        services.end(job.pk, ending, real_at=clock.real_now())
    return ending


def points_check(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """The nudge test and the simulator on a policy file as it lies there now; the outcome is kept for its page."""
    if "legal_department" not in viewer.roles():
        raise NotAllowedNow
    file = next((one for one in files() if one.name == job.asked["file"]), None)
    if file is None or file.policy is None:
        raise NoPolicy
    nudges = list(nudged(file.policy, known()))
    failing = failing_tests(file.policy, nudges)
    gains: list[Gain] = []
    for gain in play(file.policy, known(), seeds=YEARS, strategies=STRATEGIES):
        gains.append(gain)
        tell(len(gains), len(STRATEGIES))
    passes = not failing and all(one.rise <= 0 for one in nudges) and all(gain.passes for gain in gains)
    with as_viewer(viewer):
        Check.objects.create(
            sha256=file.sha256,
            at=clock.now(),
            by=viewer.account,
            years=YEARS,
            nudges=[[one.nudge.type, one.nudge.title, f"{one.rise / 100:+.2f}"] for one in nudges],
            failing=failing,
            gains=[
                [one.strategy.code, one.strategy.title, *(f"{100 * v:+.1f}%" for v in (one.mean, one.upper, one.most))]
                for one in gains
            ],
            passes=passes,
        )
    return Ending(State.DONE)


def rule_trial(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """The back-test of a rule's draft as it stands now; the answer is kept for its page."""
    if not viewer.may(Action.RULEBOOK_DRAFT):
        raise NotAllowedNow
    tell(0, 1)
    try_draft(job.asked, by=viewer.account)
    tell(1)
    return Ending(State.DONE)


def rule_proposal(job: Job, viewer: Viewer, tell: Teller) -> Ending:
    """A draft proposed for release, with what it would change now; another person decides."""
    if not viewer.may(Action.RULEBOOK_RELEASE):
        raise NotAllowedNow
    tell(0, 1)
    propose_draft(str(job.asked["rule"]), by=viewer.account)
    tell(1)
    return Ending(State.DONE)


WORKS: Final[dict[str, Work]] = {
    Job.Kind.CASES_SHEET: cases_sheet,
    Job.Kind.CARDS: cards,
    Job.Kind.ORG_TABLE: org_table,
    Job.Kind.POINTS_CHECK: points_check,
    Job.Kind.RULE_TRIAL: rule_trial,
    Job.Kind.RULE_PROPOSAL: rule_proposal,
}


def _now(viewer: Viewer) -> datetime:
    with as_viewer(viewer):
        return clock.now()


def _folder(job: Job) -> Path:
    folder = folder_of(job)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _asked(job: Job, viewer: Viewer, query: str, *, now: datetime) -> Asked:
    is_running = job.asked["view"] == RUNNING
    listing = case_lists.running_listing(viewer, now=now) if is_running else case_lists.every_listing(viewer)
    return replace(listing, rows=BATCH).asked(QueryDict(query.removeprefix("?")))


def _set_aside(job: Job, viewer: Viewer) -> list[str]:
    """Filters that the address names and the list does not take."""
    with as_viewer(viewer):
        asked = _asked(job, viewer, str(job.asked["query"]), now=clock.now())
    return [_("筛选条件“%(name)s”不在可选范围内，没有使用。") % {"name": name} for name in asked.refused]


def _lines(job: Job, viewer: Viewer, tell: Teller, *, now: datetime) -> Iterator[Line]:
    """The whole list from its beginning, a part at a time, each read in a transaction of its own."""
    query, done = str(job.asked["query"]), 0
    is_running = job.asked["view"] == RUNNING
    shows = case_lists.running_page if is_running else case_lists.every_page
    with as_viewer(viewer):
        asked = _asked(job, viewer, query, now=now)
        whole = case_lists.next_clocks(viewer, asked) if is_running else case_lists.every_case(viewer, asked)
        tell(0, whole.count())
    while True:
        with as_viewer(viewer):
            shown = shows(viewer, _asked(job, viewer, query, now=now), now=now)
        for line in shown.lines:
            yield line
            done += 1
            tell(done)
        query = shown.page.following
        if not query:
            tell(done, done)
            return


def _first(refused: list[str]) -> tuple[str, ...]:
    """So many as a page shows; how many more there are is said."""
    more = len(refused) - MOST_TOLD
    return tuple(refused) if more <= 0 else (*refused[:MOST_TOLD], _("另有 %(n)d 条没有列出。") % {"n": more})
