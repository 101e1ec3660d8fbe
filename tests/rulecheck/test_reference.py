"""The rule reference in docs/rules is the one that the rule files make."""

from pathlib import Path

from zhunsheng.book import load_rulebook
from zhunsheng.rulecheck.articles import article_numbers, article_text, read_instruments
from zhunsheng.rulecheck.reference import reference_pages

ROOT = Path(__file__).parents[2]
BOOK = load_rulebook(ROOT / "rulebook")
WATCHED = read_instruments(ROOT / "rulebook")
PAGES = reference_pages(BOOK, WATCHED)


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


def test_a_watched_article_is_listed_exactly_where_no_rule_rests_on_it() -> None:
    page = PAGES["by-article.md"].partition("\n## 刑事诉讼法\n")[2].partition("\n## ")[0]
    assert "- 第一百零五条：期间的计算" in page
    assert "第一百六十条：侦查羁押期限的重新计算" not in page  # 第一百五十六条至第一百六十条 has a rule


def test_every_instrument_that_a_rule_cites_is_watched() -> None:
    cited = {basis.instrument for rule in BOOK.rules for version in rule.versions for basis in version.basis}
    assert cited - {instrument.name for instrument in WATCHED} == set()


def test_article_numbers_are_read_and_written_as_lawyers_do() -> None:
    assert article_numbers("第一百四十八条至第一百五十条") == {148, 149, 150}
    assert article_numbers("第九条、第二十条、第一百一十二条") == {9, 20, 112}
    assert article_numbers("保管") == frozenset()
    assert [article_text(n) for n in (9, 10, 12, 20, 105, 110, 260)] == [
        "第九条", "第十条", "第十二条", "第二十条", "第一百零五条", "第一百一十条", "第二百六十条",
    ]  # fmt: skip
    assert all(article_numbers(article_text(n)) == {n} for n in range(1, 400))
