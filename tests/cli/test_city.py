"""./zs city: written, or judged and shown."""

from pathlib import Path

from tests.cli.conftest import Zs


def test_a_city_is_written_and_can_be_checked(zs: Zs, tmp_path: Path) -> None:
    said = zs("city", "--cases", "12", "--seed", "7", "--out", tmp_path / "city")
    events = Path(said.out.strip())
    assert said.code == 0
    assert events.is_file()
    assert zs("check", events, "--as-of", "2026-06-30").code in (0, 10, 11)


def test_the_same_seed_gives_the_same_city(zs: Zs, tmp_path: Path) -> None:
    for name in ("one", "two"):
        zs("city", "--cases", "12", "--seed", "7", "--out", tmp_path / name)
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert one == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}


def test_without_a_folder_the_city_is_judged_and_prints_the_report(zs: Zs) -> None:
    said = zs("city", "--cases", "20", "--lang", "en")
    assert said.code == 0
    assert "clocks as of" in said.out
    assert "overdue" in said.out
