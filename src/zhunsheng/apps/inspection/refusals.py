"""Why an act of inspection is refused, in the words of whoever is refused."""

from typing import Final

from zhunsheng.apps.refusals import DomainError

WHY: Final = {
    "state": "这张整改单现在是“{state}”，不能这样处理。请刷新后再看",
    "own": "整改单由开单人、反馈人之外的人复核，异议由当事各方之外的两个人裁定。请交给别人",
    "disputed": "这张整改单已有异议，正在等待裁定",
    "not_disputed": "这张整改单没有异议，不需要裁定",
    "too_late": "提出异议的期限已过（开单或红牌后三个工作日）",
    "not_yours": "您不能处理这张整改单：不是责任人，也不是本单位负责人",
    "not_checker": "只有法制员和法制支队可以复核",
    "not_legal": "只有法制支队可以办理",
    "not_inspector": "只有纪检督察可以签发督察函",
    "no_reason": "请写明事由",
    "no_document": "请填写文书号：整改要有文书为证",
    "no_card": "没有这张整改单，或您没有查看它的权限",
    "no_responsible": "没有警号为 {number} 的在岗民警。请核对责任人",
}


class CardRefused(DomainError):
    """An act on a card that cannot be done now. `reason` says why, in one word."""

    text = "没有处理成功：{why}。"

    def __init__(self, reason: str, **values: str) -> None:
        self.reason = reason
        super().__init__(why=WHY[reason].format(**values))


class PlanRefused(DomainError):
    """A plan, a frame or a draw that cannot be."""

    text = "{why}"


class ReadingRefused(DomainError):
    """A file that cannot be read, answered or confirmed so."""

    text = "{why}"


class PlantRefused(DomainError):
    """A file that cannot be planted so."""

    text = "{why}"


class CheckRefused(DomainError):
    """A 核查单 that cannot be sent or answered so."""

    text = "{why}"
