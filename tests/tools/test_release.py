"""What is shipped is listed, locked by hash, under a licence that allows it, and signed."""

from pathlib import Path
from typing import Any, Final

import pytest

from tools import holes, licences, release, sbom

ROOT: Final = Path(__file__).parents[2]
COPYLEFT: Final = ("AGPL", "GPL-", "GNU General Public", "GNU Affero")


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill(ROOT)


def test_the_bill_names_every_locked_and_vendored_package_with_hash_and_licence(bill: dict[str, Any]) -> None:
    locked = [name for lock in sbom.LOCKS for name in licences.locked_names((ROOT / lock).read_text("utf-8"))]
    listed = [one["name"] for one in bill["components"] if one["purl"].startswith("pkg:pypi/")]
    assert sorted(listed) == sorted(locked)
    assert {"bootstrap", "htmx.org", "@tabler/icons"} <= {one["name"] for one in bill["components"]}
    assert [
        one["name"] for one in bill["components"] if not one["hashes"] or not one["licenses"][0]["expression"]
    ] == []
    assert {one["scope"] for one in bill["components"]} == {"required", "excluded"}


def test_nothing_under_gpl_or_agpl_is_locked_or_shipped(bill: dict[str, Any]) -> None:
    stated = {one["name"]: one["licenses"][0]["expression"] for one in bill["components"]}
    assert [name for name, licence in stated.items() if not licences.is_allowed(licence)] == []
    # LGPL is imported unchanged; a GPL that is one choice of several is not the choice.
    alone = {name: text for name, text in stated.items() if " OR " not in text and "LGPL" not in text}
    assert [name for name, text in alone.items() if any(word in text for word in COPYLEFT)] == []


def test_the_same_tree_gives_the_same_bill(bill: dict[str, Any]) -> None:
    assert sbom.bill(ROOT) == bill
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["serialNumber"].startswith("urn:uuid:")


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A release of two files."""
    release.new_key(tmp_path / "ours")
    release.new_key(tmp_path / "theirs")
    out = tmp_path / "out"
    (out / "wheels").mkdir(parents=True)
    (out / "a.tar.gz").write_bytes(b"source")
    (out / "wheels" / "b.whl").write_bytes(b"wheel")
    release.sign(out, release.private_key(tmp_path / "ours.key"))
    return out


def test_a_signed_release_is_accepted_as_it_is(signed: Path) -> None:
    assert release.check(signed, signed.parent / "ours.pub") == 2


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda out: (out / "a.tar.gz").write_bytes(b"other"), "a.tar.gz"),
        (lambda out: (out / "wheels" / "b.whl").unlink(), "wheels/b.whl"),
        (lambda out: (out / "wheels" / "c.whl").write_bytes(b"added"), "wheels/c.whl"),
        (lambda out: (out / "SHA256SUMS").write_text(release.sums(out) + "00  d\n", "utf-8"), "not signed"),
    ],
)
def test_a_release_that_was_changed_is_refused_by_name(signed: Path, damage: Any, said: str) -> None:
    damage(signed)
    with pytest.raises(release.ReleaseRefused, match=said):
        release.check(signed, signed.parent / "ours.pub")


def test_a_release_signed_by_others_is_refused(signed: Path) -> None:
    with pytest.raises(release.ReleaseRefused, match=r"not signed by theirs\.pub"):
        release.check(signed, signed.parent / "theirs.pub")


def test_a_wheel_that_the_lock_does_not_name_stops_the_release(tmp_path: Path) -> None:
    (tmp_path / "evil-1.0-py3-none-any.whl").write_bytes(b"not locked")
    with pytest.raises(release.ReleaseRefused, match=r"evil-1\.0"):
        release.assert_wheels_are_locked(tmp_path, f"good==1.0 \\\n    --hash=sha256:{'0' * 64}\n")


def test_a_signing_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    release.new_key(tmp_path / "open")
    (tmp_path / "open.key").chmod(0o644)
    with pytest.raises(release.ReleaseRefused, match="others may read"):
        release.private_key(tmp_path / "open.key")


@pytest.mark.parametrize("despite", [False, True])
def test_a_release_says_what_is_known_of_holes_and_is_refused_for_one(tmp_path: Path, despite: bool) -> None:
    known = holes.Answer(2, holes=("lxml 1.0: PYSEC-1, mended in 1.1",))
    if despite:
        release.write_holes(tmp_path, known, despite=True)
    else:
        with pytest.raises(release.ReleaseRefused, match="known holes"):
            release.write_holes(tmp_path, known, despite=False)
    assert "hole: lxml 1.0: PYSEC-1" in (tmp_path / release.HOLES).read_text("utf-8")


def test_a_release_whose_holes_could_not_be_looked_up_says_so(tmp_path: Path) -> None:
    release.write_holes(tmp_path, holes.Answer(0, why="no way there"), despite=False)
    assert (tmp_path / release.HOLES).read_text("utf-8") == "not asked: no way there\n"
