"""The rule reference: a page for each folder of the rulebook, and indexes by article and by element.

In Chinese with English titles, made from the rule files alone, so that it cannot say anything else than they do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from zhunsheng.core import rule as r
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import limit_words
from zhunsheng.rulecheck.articles import Instrument, article_numbers, article_text
from zhunsheng.rulecheck.on_city import city_page
from zhunsheng.rulecheck.reference_checks import check_contents, check_link, check_pages
from zhunsheng.rulecheck.track import lead_words, track

MADE: Final = "<!-- 由 ./zs rules reference 生成，请改规则文件，不改本页 -->\n"
ELEMENTS: Final = {"person": "人", "matter": "事", "item": "物", "dossier": "卷宗", "unit": "单位", "place": "场所"}
NATURES: Final = {"statutory": "法定", "internal": "内部", "agreed": "约定"}
STATUSES: Final = {"draft": "草稿", "trial": "试用（只显示，不发送）", "stable": "启用", "retired": "停用"}
SOURCES: Final = {
    "full": "已读条文全文",
    "full_2018": "已读 2018 年文本，2020 年修改未见",
    "secondary": "转引",
    "memory": "未见条文",
    "local": "地方规定",
}
FOLDERS: Final = {
    "admin-cases": "行政案件",
    "admin-coercion": "行政强制",
    "admin-money": "罚款与保证金",
    "appraisal": "鉴定",
    "bail-surveillance": "取保候审与监视居住",
    "criminal-conclusion": "侦查终结与审查起诉",
    "criminal-intake": "刑事受案立案",
    "criminal-investigation": "侦查措施",
    "criminal-rights": "诉讼权利",
    "custody": "羁押",
    "places-dossiers": "场所与案卷",
    "property": "涉案财物",
    "redress": "救济",
    "traffic": "交通",
}

INDEXES: Final = (
    "按条文：[by-article.md](by-article.md) · 按要素：[by-element.md](by-element.md) · "
    "合成城市：[on-the-city.md](on-the-city.md)\n"
)


def reference_pages(rulebook: Rulebook, watched: Sequence[Instrument] = ()) -> dict[str, str]:
    """File name → text of every page. `watched` are the instruments whose articles without a rule are listed."""
    by_folder: dict[str, list[r.Rule]] = defaultdict(list)
    for rule in rulebook.rules:
        by_folder[folder_of(rule)].append(rule)
    pages = {f"{folder}.md": _page(folder, rules, rulebook.vocabulary) for folder, rules in sorted(by_folder.items())}
    pages |= check_pages(rulebook.checks, rulebook.vocabulary, MADE)
    pages["README.md"] = _contents(by_folder, rulebook.checks)
    pages["by-article.md"] = _by_article(rulebook.rules, watched, rulebook.checks)
    pages["by-element.md"] = _by_element(rulebook.rules, rulebook.checks)
    pages["on-the-city.md"] = city_page(rulebook, MADE)
    return pages


def folder_of(rule: r.Rule) -> str:
    """The folder in which a rule file stands."""
    return PurePosixPath(rule.path).parent.name


def _page(folder: str, rules: Iterable[r.Rule], vocabulary: Vocabulary) -> str:
    return "\n".join(
        [MADE, f"# {FOLDERS.get(folder, folder)}\n", *("\n".join(_rule(rule, vocabulary)) for rule in rules)]
    )


def _rule(rule: r.Rule, vocabulary: Vocabulary) -> list[str]:
    state = [
        f"`{rule.id}`",
        ELEMENTS[rule.element],
        NATURES[rule.nature],
        STATUSES[rule.status],
        SOURCES[rule.source],
        *(["涉及人身自由"] if rule.custody else []),
        *([] if rule.enabled else ["默认不启用"]),
    ]
    return [
        f"## {rule.title} · {rule.title_en}\n",
        " · ".join(state) + "\n",
        *([f"{rule.note}\n"] if rule.note else []),
        "```text",
        *track(rule, vocabulary),
        "```\n",
        "**依据**\n",
        *_law(rule),
        "\n**通知**\n",
        *(_told(rule, level, word, vocabulary) for level, word in (("blue", "蓝"), ("yellow", "黄"), ("red", "红"))),
        f"\n<details><summary>{len(rule.tests)} 个用例</summary>\n",
        *(f"- {test.name}: {test.why}" for test in rule.tests),
        "\n</details>\n",
    ]


def _law(rule: r.Rule) -> list[str]:
    lines = []
    for version in rule.versions:
        since = f"（{version.in_force} 起）" if version.in_force else ""
        for basis in version.basis:
            year = f"（{basis.year}）" if basis.year else ""
            lines.append(f"- 《{basis.instrument}》{year}{basis.article}{since}：{basis.gist}")
    return lines


def _told(rule: r.Rule, level: str, word: str, vocabulary: Vocabulary) -> str:
    people = "、".join(vocabulary.roles[role] for role in rule.recipients[level])
    return f"- {word}（{lead_words(rule.leads, level)}）：{people}"


def _link(rule: r.Rule) -> str:
    return f"[{rule.title}]({folder_of(rule)}.md) `{rule.id}`"


def _contents(by_folder: Mapping[str, list[r.Rule]], checks: Sequence[Check]) -> str:
    lines = [
        MADE,
        "# 规则一览 · Rule reference\n",
        INDEXES,
    ]
    for folder, rules in sorted(by_folder.items()):
        lines += [
            f"\n## [{FOLDERS.get(folder, folder)}]({folder}.md)\n",
            "| 规则 | 期限 | 性质 | 状态 |",
            "|---|---|---|---|",
        ]
        for rule in rules:
            limit = rule.versions[-1].limits[-1]
            words = limit_words(limit.amount, limit.unit)
            lines.append(f"| {rule.title} `{rule.id}` | {words} | {NATURES[rule.nature]} | {STATUSES[rule.status]} |")
    lines += check_contents(checks, STATUSES) if checks else []
    return "\n".join(lines) + "\n"


def _by_article(rules: Iterable[r.Rule], watched: Sequence[Instrument], checks: Iterable[Check]) -> str:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    linked = [(rule.versions, _link(rule)) for rule in rules] + [(one.versions, check_link(one)) for one in checks]
    for versions, link in linked:
        for basis in {(basis.instrument, basis.article) for version in versions for basis in version.basis}:
            found[basis[0]][basis[1]].append(link)
    lines = [
        MADE,
        "# 按条文 · By article\n",
        "所关注的条文中没有规则的，列在每部法规之后；其余没有列出的条文，没有规则。\n",
    ]
    without = {instrument.name: _without_rule(instrument, found.get(instrument.name, {})) for instrument in watched}
    for instrument in sorted(found.keys() | {name for name, lines in without.items() if lines}):
        articles = found.get(instrument, {})
        lines.append(f"\n## {instrument}\n")
        lines += [f"- {article}：{'；'.join(links)}" for article, links in sorted(articles.items())]
        if without.get(instrument):
            lines += [f"\n**没有规则的条文（{len(without[instrument])}）**\n", *without[instrument]]
    return "\n".join(lines) + "\n"


def _without_rule(instrument: Instrument, ruled: Iterable[str]) -> list[str]:
    """A line for each watched article on which no rule rests. `ruled` are the articles as rules cite them."""
    taken = frozenset[int]().union(*map(article_numbers, ruled))
    return [f"- {article_text(n)}：{subject}" for n, subject in sorted(instrument.articles.items()) if n not in taken]


def _by_element(rules: Iterable[r.Rule], checks: Iterable[Check]) -> str:
    """For each of the elements of case handling, which deadlines and which checks watch it."""
    deadlines: dict[str, list[str]] = defaultdict(list)
    watching: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        deadlines[rule.element].append(f"- {_link(rule)}")
    for check in sorted(checks, key=lambda check: check.code):
        watching[check.element].append(f"- {check_link(check)}")
    lines = [MADE, "# 按要素 · By element\n", "每个要素由哪些期限和检查看着。\n"]
    for element, word in ELEMENTS.items():
        lines += [
            f"\n## {word} · {element}（期限 {len(deadlines[element])}，检查 {len(watching[element])}）\n",
            *(["**期限**\n", *deadlines[element]] if deadlines[element] else []),
            *(["\n**检查**\n", *watching[element]] if watching[element] else []),
        ]
    return "\n".join(lines) + "\n"
