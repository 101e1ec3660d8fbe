"""A quoted figure has a measurement, equals it, and is younger than the code it measures."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools import figures
from zhunsheng.measurements import Measurement, TreeNotClean, append

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TWO_SECONDS = Measurement("check_seconds", "2.1 s", "./zs bench check", ("src/core",), seed=7)


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")
    git(root, "add", path)
    git(root, "commit", "-m", f"change {path}")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with code, a document that quotes a figure, and the figure measured."""
    git(tmp_path, "init", "-b", "main")
    commit(tmp_path, "src/core/fold.py", "one\n")
    commit(tmp_path, "docs/speed.md", "A check takes 2.1 s. <!-- m:check_seconds -->\n")
    append(tmp_path / "docs/measurements.toml", TWO_SECONDS, at=AT)
    return tmp_path


def test_a_figure_as_old_as_its_code_is_fine(tree: Path) -> None:
    commit(tree, "src/other.py", "nothing to do with it\n")
    assert figures.issues(tree) == []


def test_a_figure_older_than_its_code_is_named_with_the_command(tree: Path) -> None:
    commit(tree, "src/core/fold.py", "two\n")
    (issue,) = figures.issues(tree)
    assert issue.startswith("docs/speed.md:1: 2.1 s (m:check_seconds) is older than its code: ")
    assert issue.endswith("Run ./zs bench check.")


def test_measuring_again_mends_it(tree: Path) -> None:
    commit(tree, "src/core/fold.py", "two\n")
    append(tree / "docs/measurements.toml", TWO_SECONDS, at=AT)
    assert figures.issues(tree) == []


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("It takes 1.9 s. <!-- m:check_seconds -->", "was measured as 2.1 s"),
        ("It takes 1.9 s. <!-- m:nobody_measured -->", "m:nobody_measured is not in docs/measurements.toml"),
    ],
)
def test_a_figure_that_was_not_measured_is_named(tree: Path, text: str, issue: str) -> None:
    (tree / "README.md").write_text(text, "utf-8")
    (found,) = figures.issues(tree)
    assert found.startswith("README.md:1: ")
    assert issue in found


def test_an_entry_without_a_commit_is_named(tree: Path) -> None:
    with (tree / "docs/measurements.toml").open("a", encoding="utf-8") as log:
        log.write('[[measurement]]\nname = "x"\nfigure = "1"\ncommand = "c"\npaths = ["src"]\n')
    assert figures.issues(tree) == ["docs/measurements.toml: measurement 2 has no commit."]


def test_code_that_is_not_in_a_commit_cannot_be_measured(tree: Path) -> None:
    before = (tree / "docs/measurements.toml").read_bytes()
    (tree / "src/core/fold.py").write_text("three\n", "utf-8")
    with pytest.raises(TreeNotClean, match="Commit, then measure"):
        append(tree / "docs/measurements.toml", TWO_SECONDS, at=AT)
    assert (tree / "docs/measurements.toml").read_bytes() == before
