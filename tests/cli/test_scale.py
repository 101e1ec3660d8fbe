"""./zs scale: what is refused before Spark is started."""

from pathlib import Path

import pytest

from tests.cli.conftest import Zs


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--conf", "spark.executor.memory"), "'spark.executor.memory' sets nothing. Write for example"),
        (("--at-once", "0"), "--at-once 0 is no number of events"),
        (("--as-of", "yesterday"), "--as-of 'yesterday' is no instant"),
        (("--rules", "nowhere"), "there is no such file"),
    ],
)
def test_what_is_wrong_is_told_at_once(zs: Zs, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    said = zs("scale", "check", tmp_path / "archive", tmp_path / "out", *words)
    assert (said.code, says in said.err) == (2, True)


def test_what_was_written_is_not_written_over(zs: Zs, tmp_path: Path) -> None:
    said = zs("scale", "check", tmp_path / "archive", tmp_path)
    assert (said.code, "is there already. Name a new folder." in said.err) == (2, True)


def test_without_java_it_says_what_to_install(zs: Zs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said = zs("scale", "check", tmp_path / "archive", tmp_path / "out")
    assert (said.code, "apt-get install -y default-jre-headless" in said.err) == (2, True)
