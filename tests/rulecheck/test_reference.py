"""The rule reference in docs/rules is the one that the rule files make."""

from pathlib import Path

from zhunsheng.book import load_rulebook
from zhunsheng.rulecheck.reference import reference_pages

ROOT = Path(__file__).parents[2]
BOOK = load_rulebook(ROOT / "rulebook")
PAGES = reference_pages(BOOK)


def test_the_committed_pages_are_the_generated_ones() -> None:
    """Mend with ./zs rules reference"""
    committed = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert committed.keys() == PAGES.keys()
    assert [name for name, text in PAGES.items() if committed[name] != text] == []


def test_every_rule_has_its_place_in_every_index() -> None:
    for name in ("README.md", "by-article.md", "by-element.md"):
        assert [rule.id for rule in BOOK.rules if f"`{rule.id}`" not in PAGES[name]] == []


def test_the_track_tells_the_arrest_request_as_the_law_does() -> None:
    page = PAGES["custody.md"].partition("## 提请批准逮捕 ·")[2].partition("\n## ")[0]
    assert "期限  3天，满二十四小时为一日；最晚：末日 24:00" in page
    assert "延长" in page
    assert "第九十一条" in page
