"""A rulebook folder as values: the same texts are read once, and a text that changed is read anew."""

from pathlib import Path

import pytest

from tests.core.small import VOCABULARY, rule_text
from tests.story import RULEBOOK
from zhunsheng.book import RulebookRefused, load_rulebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rulebook with one rule and one year."""
    (tmp_path / "deadlines").mkdir()
    (tmp_path / "calendar").mkdir()
    for name in ("calendar.toml", "2026.toml"):
        (tmp_path / "calendar" / name).write_text((RULEBOOK / "calendar" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "vocabulary.toml").write_text(VOCABULARY, "utf-8")
    (tmp_path / "deadlines" / "small.toml").write_text(rule_text(), "utf-8")
    return tmp_path


def test_the_same_texts_are_read_once_wherever_they_lie(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("moved") / "rulebook"
    before = load_rulebook(folder)
    folder.rename(other)
    assert load_rulebook(other) is before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("deadlines/small.toml", "小规则", "一条规则"),
        ("vocabulary.toml", "Asia/Shanghai", "Asia/Urumqi"),
        ("calendar/2026.toml", "元旦", "New Year"),
    ],
)
def test_whatever_file_changed_is_read_anew(folder: Path, file: str, old: str, new: str) -> None:
    before = load_rulebook(folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    assert load_rulebook(folder) != before


def test_a_refusal_names_the_folder_that_was_asked_for(folder: Path) -> None:
    (folder / "vocabulary.toml").write_text("[events]\n", "utf-8")
    with pytest.raises(RulebookRefused) as refused:
        load_rulebook(folder)
    assert str(refused.value).startswith(f"{folder}/vocabulary.toml: zone: missing.")


def test_what_was_refused_once_is_refused_again(folder: Path) -> None:
    (folder / "deadlines" / "small.toml").write_text(rule_text().replace('"person"', '"nobody"'), "utf-8")
    said = []
    for _ in range(2):
        with pytest.raises(RulebookRefused) as refused:
            load_rulebook(folder)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert "deadlines/small.toml" in said[0]
