"""Why an act is refused, in the words of whoever is refused."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zhunsheng.apps.refusals import DomainError
from zhunsheng.core.alert_acts import ActRefused
from zhunsheng.core.wording import moment_words

WORDS: Final = {
    "closed": _("这条预警已办结或已撤回，不需要再处理"),
    "disputed": _("这条预警正在等待误报裁定，裁定前不能这样处理"),
    "claimed_done": _("已报办结，正在等待数据核对；如未办结，请先签收"),
    "liberty": _("涉及限制人身自由的期限不能稍后提醒，请签收，或交给能办理的人"),
    "red": _("红色预警不能稍后提醒，请签收，或交给能办理的人"),
    "overdue": _("期限已过，不能稍后提醒，请签收办理"),
    "not_later": _("时间应晚于现在，请重新选择"),
    "past_floor": _("推迟的时间离届满太近，最晚可推迟到{latest}"),
    "no_snooze_left": _("离届满太近，已不能稍后提醒，请签收办理"),
    "self": _("不能交给自己，请直接签收"),
    "not_handed": _("这条预警没有交给您，或已由别人处理，请刷新后再看"),
    "not_disputed": _("这条预警没有报误报，不需要裁定"),
    "own_dispute": _("不能裁定自己报的误报，请由法制支队的其他人裁定"),
    "no_reason": _("请写明事由"),
    "unknown_reason": _("请从起点时间错、不适用、已办结数据未到、其他中选择一项；选其他时写明情况"),
    "no_evidence": _("请填写文书号，或附上照片编号"),
    "not_yours": _("您不能处理这条预警：没有通知您，您也没有查看这个案件的权限"),
    "recused": _("您在这个案件中回避，不能处理它的预警"),
    "not_legal": _("只有法制支队可以裁定误报"),
    "not_superior": _("只有法制员、所队领导、分局领导、法制支队和督察可以督办"),
    "cannot_see": _("对方没有查看这个案件的权限或已离职，请选择别人"),
    "no_alert": _("没有这条预警，或您没有查看它的权限"),
}


class AlertActRefused(DomainError):
    """An act that cannot be done now. `reason` says why, in one word."""

    text = "没有处理成功：{why}。"

    def __init__(self, reason: str, latest: str = "") -> None:
        self.reason = reason
        super().__init__(why=gettext(WORDS[reason]).format(latest=latest))


def refusal(problem: ActRefused, zone: str) -> AlertActRefused:
    """The core's refusal in words."""
    if problem.code == "past_floor" and problem.latest is None:
        return AlertActRefused("no_snooze_left")
    return AlertActRefused(problem.code, moment_words(problem.latest, zone, at_end=False) if problem.latest else "")
