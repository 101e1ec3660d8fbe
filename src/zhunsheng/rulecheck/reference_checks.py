"""The pages of the rule reference about checks: a page for each folder, in Chinese with English titles."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from zhunsheng.core import check as c
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.check_words import KEYS, says

FOLDERS: Final = {
    "interrogation": "讯问询问",
    "measures": "强制措施",
    "intake": "受案立案",
    "evidence": "取证",
    "decisions": "行政决定",
    "property": "涉案财物与款项",
    "dossiers": "文书与案卷",
    "places": "办案场所",
    "units": "单位",
}
LEVELS: Final = {"red": "红", "yellow": "黄", "blue": "蓝", "ask": "只提问"}
KINDS: Final = {
    "fact": "事实",
    "order": "先后",
    "absent": "缺漏",
    "overlap": "重叠",
    "span": "时长",
    "count": "次数",
    "match": "比对",
}


def page_of(check: c.Check) -> str:
    """The name of the page on which a check stands, without .md."""
    return f"checks-{PurePosixPath(check.path).parent.name}"


def check_link(check: c.Check) -> str:
    """A check as indexes name it."""
    return f"[{check.title}]({page_of(check)}.md) `{check.code}` `{check.id}`"


def check_pages(checks: Iterable[c.Check], vocabulary: Vocabulary, made: str) -> dict[str, str]:
    """File name → text of every page about checks."""
    by_page: dict[str, list[c.Check]] = defaultdict(list)
    for check in checks:
        by_page[page_of(check)].append(check)
    return {
        f"{page}.md": "\n".join(
            [
                made,
                f"# 检查：{folder_title(page)}\n",
                *("\n".join(_check(check, vocabulary)) for check in sorted(found, key=lambda check: check.code)),
            ]
        )
        for page, found in sorted(by_page.items())
    }


def folder_title(page: str) -> str:
    """The Chinese name of a page."""
    folder = page.removeprefix("checks-")
    return FOLDERS.get(folder, folder)


def check_contents(checks: Iterable[c.Check], statuses: Mapping[str, str]) -> list[str]:
    """The part of the contents about checks, in the order of their codes."""
    lines = ["\n## 检查 · Checks\n", "| 代号 | 检查 | 对象 | 种类 | 级别 | 状态 |", "|---|---|---|---|---|---|"]
    return lines + [
        f"| {check.code} | {check_link(check)} | {KEYS['zh'][check.key]} | {KINDS[check.kind]} | "
        f"{LEVELS[check.level]} | {statuses[check.status]} |"
        for check in sorted(checks, key=lambda check: check.code)
    ]


def _check(check: c.Check, vocabulary: Vocabulary) -> list[str]:
    state = [f"`{check.code}`", f"`{check.id}`", f"按{KEYS['zh'][check.key]}", KINDS[check.kind], LEVELS[check.level]]
    return [
        f"## {check.title} · {check.title_en}\n",
        " · ".join([*state, *(["涉及人身自由"] if check.custody else [])]) + "\n",
        *([f"{check.note}\n"] if check.note else []),
        *(f"- {line}" for line in says(check, vocabulary)),
        f"- 补救：{check.mends}",
        "\n**依据**\n",
        *_law(check),
        "\n**通知**\n",
        *(
            f"- {'待核实' if level == 'ask' else LEVELS[level]}：{'、'.join(vocabulary.roles[role] for role in roles)}"
            for level, roles in check.recipients.items()
        ),
        f"\n<details><summary>{len(check.tests)} 个用例</summary>\n",
        *(f"- {test.name}: {test.why}" for test in check.tests),
        "\n</details>\n",
    ]


def _law(check: c.Check) -> list[str]:
    lines = []
    for version in check.versions:
        since = f"（{version.in_force} 起）" if version.in_force else ""
        for basis in version.basis:
            year = f"（{basis.year}）" if basis.year else ""
            lines.append(f"- 《{basis.instrument}》{year}{basis.article}{since}：{basis.gist}")
    return lines
