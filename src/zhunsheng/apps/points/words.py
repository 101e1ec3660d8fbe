"""Words and figures of points on pages."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BLOCKS: Final[dict[str, str | Promise]] = {
    "volume": gettext_lazy("工作量"),
    "quality": gettext_lazy("质量"),
    "timeliness": gettext_lazy("时效"),
    "effect": gettext_lazy("效果"),
    "ability": gettext_lazy("能力"),
    "manual": gettext_lazy("手工加分"),
}
STATES: Final[dict[str, str | Promise]] = {
    "provisional": gettext_lazy("30天内，暂计"),
    "mature": gettext_lazy("已确定"),
    "frozen": gettext_lazy("已冻结，不计入"),
    "reversed": gettext_lazy("已冲销"),
}
KINDS: Final[dict[str, str | Promise]] = {
    "earn": gettext_lazy("加分"),
    "deduct": gettext_lazy("扣分"),
    "judge": gettext_lazy("计入比例"),
    "reverse": gettext_lazy("冲销"),
    "restore": gettext_lazy("恢复"),
    "manual": gettext_lazy("手工加分"),
    "close": gettext_lazy("结账"),
}
VOLUME_STATES: Final[dict[str, str | Promise]] = {
    "held": gettext_lazy("随机抽检没有达标或件数不足，暂不计入"),
    "released": gettext_lazy("抽检达标后补计"),
    "lapsed": gettext_lazy("抽检没有达标，不再计入"),
}
MANUAL_KINDS: Final[dict[str, str | Promise]] = {
    "rescue": gettext_lazy("抢险救援"),
    "public_service": gettext_lazy("便民服务"),
    "emergency_support": gettext_lazy("应急支援"),
}
VERDICTS: Final[dict[str, str | Promise]] = {
    "load": gettext_lazy("过闸"),
    "ask": gettext_lazy("用词须说明"),
    "refuse": gettext_lazy("不通过"),
}
CODES: Final[dict[str, str | Promise]] = {
    "PG01": gettext_lazy("计分的事本身被禁止，或者靠问题得分"),
    "PG02": gettext_lazy("筛选条件或其中一个值被禁止"),
    "PG03": gettext_lazy("权重、系数或档次被禁止或由人定，或者某一类案件分值更高"),
    "PG04": gettext_lazy("换了名字的指标里藏着被禁止的事"),
    "PG05": gettext_lazy("以强制措施为前提的事被计数、求和、要求最低数量，或没有就得零分"),
    "PG06": gettext_lazy("奖励沉默"),
    "PG07": gettext_lazy("不在封闭清单上，或者格式不对"),
    "PG08": gettext_lazy("手工加分不在清单上、超过5%或由一个人给"),
    "PG09": gettext_lazy("工作量没有质量闸、封顶或冲销，或者闸太松、绕过了闸"),
    "PG10": gettext_lazy("只有某些合法结局得分"),
    "PG11": gettext_lazy("同分排序、评奖或公布依据被禁止的事或单个案件，或者公布名次没有理由"),
    "PG12": gettext_lazy("构成或分工合计不对，工作量超过30，质量不足30或没有内容"),
    "PG13": gettext_lazy("没有写明依据的文件、条款和要点"),
    "PG14": gettext_lazy("为被禁止的数量或者为说真话扣分"),
    "PG15": gettext_lazy("用词像被禁止的目标：两个人写明理由"),
}
STATUSES: Final[dict[str, str | Promise]] = {
    "draft": gettext_lazy("草稿"),
    "trial": gettext_lazy("试行"),
    "stable": gettext_lazy("正式"),
    "retired": gettext_lazy("停用"),
}


def score(hundredths: Any) -> str:
    """Hundredths as points, without a sign: 96.10; a dash where there is none."""
    return "—" if hundredths is None else f"{int(hundredths) / 100:.2f}"


def of_line(line: Mapping[str, Any], name: str) -> str:
    """A figure of somebody's line of a board as points; a dash where nothing was counted: no case of his, and no point
    given by hand. What hundred cases would give is a dash without a case."""
    has_points = bool(line.get("total")) and name != "per_hundred"
    return score(line.get(name) if line.get("cases") or has_points else None)


def change(hundredths: int) -> str:
    """Hundredths as points that were given or taken: +5.44, −3.00."""
    return f"{hundredths / 100:+.2f}".replace("-", "−")


def period_title(period: date, every: str) -> str:
    """What a period is called."""
    values = {"year": period.year, "month": period.month, "quarter": (period.month + 2) // 3}
    if every == "month":
        return _("%(year)d年%(month)d月") % values
    if every == "quarter":
        return _("%(year)d年第%(quarter)d季度") % values
    return _("%(year)d年") % values


def half_days(count: Any) -> str:
    """Half days as days: 21, 20.5."""
    return f"{int(count or 0) / 2:g}"
