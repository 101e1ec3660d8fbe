"""Content → PDF, by typst. A layout takes every text as a value: nothing that stands in a text is markup."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from zhunsheng.apps.refusals import DomainError

SANS: Final[tuple[str, ...]] = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei")
SONG: Final[tuple[str, ...]] = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "FangSong", "AR PL UMing CN")
ONE_AT_A_TIME: Final = Lock()
"""Setting a page keeps a processor busy: pages of the site must not wait for many of them."""


class NoChineseFont(DomainError):
    """Without one every sign would be an empty box."""

    text = "这台服务器没有中文字体，出不了文书。请系统管理员安装 fonts-noto-cjk，再重新启动网站。"


@cache
def installed() -> typst.Fonts:
    """The fonts of this machine, looked for once."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[])


def chosen(families: Iterable[str]) -> dict[str, list[str]]:
    """Of the fonts that are there, those for the text and those for the words of the law; one may serve for both.

    Raises  NoChineseFont.
    """
    there = set(families)
    sans, song = ([name for name in names if name in there] for names in (SANS, SONG))
    if not sans and not song:
        raise NoChineseFont
    return {"sans": sans or song, "song": song or sans}


def assert_ready() -> None:
    """Refuse before anything is read.

    Raises  NoChineseFont.
    """
    chosen(installed().families())


def typeset(layout: Path, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """
    The document as PDF.

    Takes   layout: a .typ file; it reads no file outside its folder. content: texts, lists and mappings of texts, which
            the layout names. at: the time of making that the file states.
    The same content, time and fonts give the same bytes.

    :raises NoChineseFont: see there.
    """
    made = _compiled(layout, content, at, {"format": "pdf"})
    if not isinstance(made, bytes):
        raise TypeError(f"{layout.name} gave {type(made).__name__}: a document is one file.")
    return made


def drawn(layout: Path, content: Mapping[str, Any], *, at: datetime, pixels_per_inch: float) -> list[bytes]:
    """
    The same as pictures, one PNG a page.

    :raises NoChineseFont: see there.
    """
    made = _compiled(layout, content, at, {"format": "png", "ppi": pixels_per_inch})
    return [made] if isinstance(made, bytes) else list(made)


def _compiled(layout: Path, content: Mapping[str, Any], at: datetime, how: Mapping[str, Any]) -> bytes | list[bytes]:
    inputs = {
        "content": json.dumps(content, ensure_ascii=False),
        "fonts": json.dumps(chosen(installed().families())),
    }
    with ONE_AT_A_TIME:
        made: bytes | list[bytes] = typst.compile(
            layout,
            root=layout.parent,
            font_paths=installed(),
            sys_inputs=inputs,
            timestamp=int(at.timestamp()),
            **how,
        )
    return made
