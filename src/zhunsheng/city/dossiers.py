"""What is on paper in the dossiers of the synthetic city: a document for each act that is put on paper. Every fifth
lacks its signature, every seventh its date: whoever turns the pages should find them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

UNSIGNED_EACH: Final = 5
UNDATED_EACH: Final = 7
WRONGLY_RECORDED_EACH: Final = 2
"""Of the unsigned ones every second is recorded as signed: only its image tells."""


@dataclass(frozen=True)
class Form:
    """A kind of document: its title, the sentence that it begins with, how many pages it has."""

    title: str
    text: str
    pages: int = 1


FORMS: Final = {
    "case.accepted": Form("受案登记表", "兹接到报案，经初步询问，情况如下。"),
    "case.filed": Form("立案决定书", "经审查，认为有犯罪事实需要追究刑事责任，决定立案侦查。"),
    "person.detained": Form("拘留证", "因涉嫌犯罪，决定对其执行拘留，送看守所羁押。"),
    "interrogation.started": Form("讯问笔录", "问：你的权利义务已经告知，是否听明白？答：听明白了。", pages=3),
    "family.notified": Form("拘留通知书", "现将拘留的原因和羁押的处所通知被拘留人家属。"),
    "property.extracted": Form("提取笔录", "对与案件有关的物品依法提取，过程如下。", pages=2),
    "property.seized": Form("扣押清单", "下列物品经持有人当场查点无误，依法扣押。"),
    "arrest.requested": Form("提请批准逮捕书", "犯罪嫌疑人的行为已触犯刑法，现提请批准逮捕。", pages=2),
    "measure.bail": Form("取保候审决定书", "决定对其取保候审，期间应当遵守有关规定。"),
    "decision.made": Form("行政处罚决定书", "经调查查明违法事实，依法作出如下决定。", pages=2),
}


@dataclass(frozen=True)
class Paper:
    """One document of a dossier. `signed` and `dated`: what its image shows; `said_signed`: what its record says."""

    code: str
    kind: str
    text: str
    pages: int
    at: datetime
    officers: tuple[str, ...]
    signed: bool
    dated: bool
    said_signed: bool


def papers(events: pl.DataFrame, *, case: str, before: int = 0) -> list[Paper]:
    """
    The documents of a case, in the order of their acts.

    Takes   events: schemas.EVENTS, those that have become known. before: how many papers other dossiers hold: what
            lacks is counted over all of them.
    """
    acts = events.filter((pl.col("case") == case) & ~pl.col("void") & pl.col("type").is_in(list(FORMS)))
    newest = acts.sort("version").group_by("source", "id", maintain_order=True).last().sort("at", "id")
    return list(_numbered(newest, case, before))


def put_on_paper(events: pl.DataFrame) -> dict[str, int]:
    """Of each case, how many of its acts are on paper."""
    acts = events.filter(~pl.col("void") & pl.col("type").is_in(list(FORMS))).drop_nulls("case")
    return dict(acts.group_by("case").agg(pl.struct("source", "id").n_unique()).iter_rows())


def _numbered(acts: pl.DataFrame, case: str, before: int) -> Iterator[Paper]:
    for serial, act in enumerate(acts.iter_rows(named=True), 1):
        form, place = FORMS[act["type"]], before + serial
        signed = place % UNSIGNED_EACH != 0
        yield Paper(
            code=f"{case}-{serial:02}",
            kind=form.title,
            text=form.text,
            pages=form.pages,
            at=act["at"],
            officers=tuple(act["officers"] or ()),
            signed=signed,
            dated=place % UNDATED_EACH != 0,
            said_signed=signed or place // UNSIGNED_EACH % WRONGLY_RECORDED_EACH == 0,
        )
