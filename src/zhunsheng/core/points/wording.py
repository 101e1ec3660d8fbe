"""Words of a banned aim on an admissible fact: they do not refuse, they ask."""

import re
import unicodedata
from typing import Final

from zhunsheng.core.points.facts import Words

NOISE: Final = re.compile(r"[\W_]+")
TRADITIONAL: Final = str.maketrans(
    "獲偵罰沒戰擊處創訴辦結發壓嚴數額標務傳喚強製凍動無問題議維積極復還錄認規範違達簽場時檔飲證銷當權單記對項獎懲",
    "获侦罚没战击处创诉办结发压严数额标务传唤强制冻动无问题议维积极复还录认规范违达签场时档饮证销当权单记对项奖惩",
)
"""Traditional letters of the words that are looked for, as the simplified ones."""


def banned_aim(text: str, words: Words, *, but: str = "") -> str:
    """The word of a banned aim that a text holds; empty where it holds none.

    `but` is the title of the fact that the text is about: what the closed list itself says is no aim.
    Letters put between the words (spaces, stops) hide nothing.
    """
    plain = _without_denied(_plain(text).replace(_plain(but), "") if but else _plain(text), words)
    for word in words.aims:
        if word in plain:
            return word
    for act in words.acts:
        if act in plain and (_is_counted(act, plain, words) or not any(duty in plain for duty in words.duties)):
            return act
    return ""


def says_something(text: str) -> bool:
    """Whether a text has a letter or a figure: stops and strokes alone say nothing."""
    return bool(_plain(text))


def _without_denied(text: str, words: Words) -> str:
    """A text without the words of which it says that they do not count: 不看破案数."""
    denied = "|".join(map(re.escape, (*words.aims, *words.acts)))
    before = "|".join(map(re.escape, words.negations))
    return re.sub(f"(?:{before})(?:{denied})", "", text) if denied and before else text


def _plain(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text)).translate(TRADITIONAL)


def _is_counted(act: str, text: str, words: Words) -> bool:
    """Whether an act is followed by an amount, or preceded by more of it."""
    after = any(re.search(f"{act}(?:人员|案件|对象|的)?{amount}(?!不足)", text) for amount in words.amounts)
    before = any(re.search(f"{more}.{{0,2}}{act}", text) for more in words.more)
    return after or before
