"""Files that others wrote: what is not as listed is found."""

from pathlib import Path

from tools import vendored

ROOT = Path(__file__).resolve().parents[2]


def small(tmp_path: Path) -> Path:
    """A tree with one listed file."""
    for folder in vendored.FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / vendored.FOLDERS[0] / "a.js").write_text("1")
    head = '[[package]]\nname = "a"\nversion = "1"\nlicence = "MIT"\nuse = "x"\n[package.files]\n'
    text = f'{head}"{vendored.FOLDERS[0]}/a.js" = ""\n'
    (tmp_path / vendored.LIST).write_text(text)
    (tmp_path / vendored.LIST).write_text(vendored.written(tmp_path))
    return tmp_path


def test_the_tree_holds_what_its_list_says() -> None:
    assert vendored.issues(ROOT) == []


def test_a_changed_a_missing_and_an_unlisted_file_are_found(tmp_path: Path) -> None:
    tree = small(tmp_path)
    assert vendored.issues(tree) == []
    file = tree / vendored.FOLDERS[0] / "a.js"
    file.write_text("2")
    assert "the hash differs" in vendored.issues(tree)[0]
    file.unlink()
    assert "is missing" in vendored.issues(tree)[0]
    file.write_text("1")
    (tree / vendored.FOLDERS[1] / "b.svg").write_text("")
    assert "not in vendor.toml" in vendored.issues(tree)[0]


def test_a_licence_that_is_not_allowed_is_found(tmp_path: Path) -> None:
    tree = small(tmp_path)
    list_ = tree / vendored.LIST
    list_.write_text(list_.read_text().replace('"MIT"', '"AGPL-3.0-only"'))
    assert "AGPL-3.0-only" in vendored.issues(tree)[0]
