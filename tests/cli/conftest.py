"""The command line run in this process, and a small rulebook on disk."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.core.small import VOCABULARY, rule_text
from tests.story import RULEBOOK
from zhunsheng.cli import main


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Zs = Callable[..., Said]


@pytest.fixture
def zs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Zs:
    """Run a verb on a terminal of 200 columns."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str | Path) -> Said:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    """A rulebook folder with one rule: ten days from work.started, and the published calendar."""
    folder = tmp_path / "rulebook"
    (folder / "deadlines").mkdir(parents=True)
    shutil.copytree(RULEBOOK / "calendar", folder / "calendar")
    (folder / "vocabulary.toml").write_text(VOCABULARY, "utf-8")
    (folder / "deadlines" / "small.toml").write_text(rule_text(), "utf-8")
    return folder
