"""From a draft to a release: proposed by one after it was tried, put in force or turned down by another."""

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.drafts import digest, draft_text, looked
from zhunsheng.apps.rulemaking.models import Draft, Trial
from zhunsheng.apps.rulemaking.trying import PROCESS, NotSound
from zhunsheng.apps.supervision import releases, rulebooks
from zhunsheng.apps.supervision.batch import allow_long_batches
from zhunsheng.apps.supervision.models import Release


class NotTried(DomainError):
    """What was never tried is not proposed."""

    text = "规则“{rule}”的草稿还没有回测过，或回测后又改过，没有提出。请先回测。"


def propose_draft(rule: str, *, by: str) -> Release:
    """
    Propose the rulebook in force with one draft in it.

    :raises NotSound, NotTried, NoSuchRule: see there; StageSkipped, StormCap, SameRulebook, ReleaseWaits: of releases.
    """
    with as_process(PROCESS):
        allow_long_batches()
        path, text, _ = draft_text(rule)
        draft = looked(path, text)
        if not draft.is_sound:
            raise NotSound(rule=rule, why=next(iter(draft.issues), ""))
        if all(trial.supposes for trial in Trial.objects.filter(rule=rule, text_sha256=digest(text))):
            raise NotTried(rule=rule)
        files = {**Release.objects.get(pk=rulebooks.in_force().pk).files, path: text}
        shown = releases.preview(rulebooks.loaded(files), as_of=clock.now())
        with acting(Acting(f"account:{by}"), session_scope(None)):
            return releases.propose(files, by=by, shown=shown)


def decide(*, by: str, confirmed: bool) -> Release:
    """
    The second person puts the waiting rulebook in force, signs it, or turns it down. Every key is judged anew, also
    those that he may not see: hence the scope of a process, in his name.

    :raises NoReleaseWaits, OwnRelease, OwnSignature, StageSkipped: of releases.
    """
    with acting(Acting(f"account:{by}"), session_scope(None)):
        release = releases.decide(second=by, confirmed=confirmed)
        if release.state == Release.State.RELEASED:
            Draft.objects.filter(text__in=list(release.files.values())).delete()  # it is no draft any more
        return release
