"""The pages of the rule reference about checks: a page for each folder, in Chinese with English titles."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from zhunsheng.core import check as c
from zhunsheng.core.rule import FactTest
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.value_words import value_word

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
KEYS: Final = {
    "case": "案件",
    "person": "人员",
    "officer": "民警",
    "item": "物品",
    "place": "场所",
    "unit": "单位",
    "visit": "到场",
    "order": "委托",
    "document": "文书",
    "dossier": "案卷",
    "incident": "警情",
}
COLUMNS: Final = {"officers": "民警人数", "document_no": "文号", "until": "截止时间"} | KEYS
OPS: Final = {"not": "不是", "at_least": "不少于", "at_most": "不多于"}


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
        f"| {check.code} | {check_link(check)} | {KEYS[check.key]} | {KINDS[check.kind]} | {LEVELS[check.level]} | "
        f"{statuses[check.status]} |"
        for check in sorted(checks, key=lambda check: check.code)
    ]


def _check(check: c.Check, vocabulary: Vocabulary) -> list[str]:
    titles = {name: kind.title for name, kind in vocabulary.event_types.items()}
    state = [f"`{check.code}`", f"`{check.id}`", f"按{KEYS[check.key]}", KINDS[check.kind], LEVELS[check.level]]
    return [
        f"## {check.title} · {check.title_en}\n",
        " · ".join([*state, *(["涉及人身自由"] if check.custody else [])]) + "\n",
        *([f"{check.note}\n"] if check.note else []),
        *(f"- {line}" for line in says(check, titles, vocabulary)),
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


def says(check: c.Check, titles: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    """What the file says, as sentences."""
    lines = (
        [f"检查：{_events(check.events, titles)}{'（每个对象的第一次）' if check.first else ''}"]
        if check.events
        else []
    )
    if check.state:
        on = "期间" if check.state.holds else "以外"
        until = f"至{_events(check.state.ends, titles)}" if check.state.ends else "之后"
        lines.append(f"仅在{_events(check.state.begins, titles)}{until}{on if check.state.ends else ''}")
    for version in check.versions:
        since = f"（{version.in_force} 起）" if version.in_force and len(check.versions) > 1 else ""
        if version.applies:
            lines.append(f"适用{since}：{_alternatives(version.applies, vocabulary)}")
        if version.require:
            lines.append(f"要求{since}：{_alternatives(version.require, vocabulary)}")
    if check.unless:
        lines.append(f"除外：{_alternatives(check.unless, vocabulary)}")
    return [*lines, *_body(check.body, titles, vocabulary)]


def _body(body: c.Body, titles: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    if isinstance(body, c.Order):
        return _order(body, titles, vocabulary)
    if isinstance(body, c.Absent):
        start = f"自{_events(body.from_, titles)}起" if body.from_ else ""
        within = f"{length_words(body.within)}内" if body.within else "在写明的截止前"
        joined = "并且" if body.every else "或"
        return [f"{start}{within}应有：{_events(body.must, titles, joined)}"]
    if isinstance(body, c.Overlap):
        names = "、".join(_name(name, vocabulary) for name in body.differ)
        return [f"不得同时进行；只比较{names}不同的" if names else "不得同时进行"]
    if isinstance(body, c.Span):
        return _span(body, titles)
    if isinstance(body, c.Count):
        window = f"{length_words(body.within)}内" if body.within else ""
        return [f"{window}不超过 {body.at_most} 次"]
    if isinstance(body, c.Match):
        agree = "、".join(_name(name, vocabulary) for name in body.agree)
        differ = "、".join(_name(name, vocabulary) for name in body.differ)
        what = [f"{agree}一致"] * bool(agree) + [f"{differ}不同"] * bool(differ) + ["不超过其截止"] * body.is_until
        return [f"与{_events(body.others, titles)}核对：{'，'.join(what)}"]
    return []


def _order(body: c.Order, titles: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    if body.fact:
        return [f"此前应有：{_name(body.fact, vocabulary)}"]
    since = f"自{_events(body.since, titles)}起、" if body.since else ""
    long = f"满{length_words(body.since_at_least)}的，" if body.since_at_least else ""
    return [f"{long}{since}此前应有：{_events(body.after, titles, '并且' if body.every else '或')}"]


def _span(body: c.Span, titles: Mapping[str, str]) -> list[str]:
    lines = []
    end = {"until": "写明的结束", "recorded_at": "录入系统"}.get(body.to) or _events(body.ends, titles)
    if body.at_most:
        lines.append(f"到{end}不超过{length_words(body.at_most)}")
    lines += [f"{titles[one.event]}的，不超过{length_words(one.at_most)}" for one in body.longer]
    if body.at_least:
        lines.append(f"到{end}不少于{length_words(body.at_least)}")
    if body.outside:
        begins, over = (f"{minute // 60:02}:{minute % 60:02}" for minute in body.outside)
        lines.append(f"{begins}—{over} 不得进行")
    return lines


def length_words(length: c.Length | None) -> str:
    """24小时, 3天, 6个月."""
    if length is None:
        return ""
    if length.months:
        return f"{length.months // 12}年" if length.months % 12 == 0 else f"{length.months}个月"
    minutes = length.us // 60_000_000
    if minutes and minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440}天"
    return f"{minutes // 60}小时" if minutes and minutes % 60 == 0 else f"{minutes}分钟"


def _events(names: Iterable[str], titles: Mapping[str, str], joined: str = "、") -> str:
    return joined.join(titles[name] for name in names)


def _alternatives(wanted: c.Alternatives, vocabulary: Vocabulary) -> str:
    return "；或者".join("，".join(_test(test, vocabulary) for test in tests) for tests in wanted)


def _test(test: FactTest, vocabulary: Vocabulary) -> str:
    name = _name(test.fact, vocabulary)
    if test.op == "present":
        return f"写明{name}" if test.values[0] else f"没有写明{name}"
    values = "/".join(_value(test.fact, value, vocabulary) for value in test.values)
    return f"{name}{OPS.get(test.op, '为')}{values}"


def _value(fact: str, value: Any, vocabulary: Vocabulary) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else value_word(fact, value, vocabulary)


def _name(name: str, vocabulary: Vocabulary) -> str:
    return vocabulary.facts[name].title if name in vocabulary.facts else COLUMNS.get(name, name)
