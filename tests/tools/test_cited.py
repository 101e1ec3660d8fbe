"""The sheets of trust cite what is there; a citation of nothing, a row without one, and too many waivers are found."""

from pathlib import Path

import pytest

from tools import asvs, cited, trust

ROOT = Path(__file__).parents[2]
TEST = "`tests/test_a.py::test_a`"
SETTING = "`src/settings.py::LIMIT`"


def tree(tmp_path: Path, sheet: Path, *rows: str) -> Path:
    """A small tree with one test, one setting, and a document of these rows."""
    for name, text in {
        "tests/test_a.py": "def test_a(): ...\ndef helper(): ...\n",
        "src/settings.py": "LIMIT: int = 5\nclass Page:\n    size = 3\n",
        "deploy/site.conf": "ssl_protocols TLSv1.3;\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "docs").mkdir()
    (tmp_path / sheet).write_text("\n".join((asvs.HEAD, *rows)) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("citation", "is_there"),
    [
        (TEST, True),
        (SETTING, True),
        ("`src/settings.py::Page.size`", True),
        ("`deploy/site.conf::ssl_protocols`", True),
        ("`tests/test_a.py::test_b`", False),
        ("`tests/test_a.py::helper`", False),  # no test
        ("`tests/test_b.py::test_a`", False),
        ("`src/settings.py::LIMITS`", False),
        ("`deploy/site.conf::ssl`", False),  # part of a word
    ],
)
def test_a_citation_leads_somewhere_or_is_named(tmp_path: Path, citation: str, is_there: bool) -> None:
    root = tree(tmp_path, asvs.SHEET, f"| 1.1.1 | 1 | x | {citation} |")
    assert (cited.missing(root, asvs.SHEET) == []) is is_there


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("| 1.1.1 | 1 | x | by good will |", "neither a test or setting cited"),
        ("| 1.1.1 | 3 | x | " + TEST + " |", "no level of this sheet"),
        ("| 1.1.1 | 1 | " + "word " * 13 + "| " + TEST + " |", "13 words"),
        ("| 1.1.1 | 1 | x | waived: |", "no word why"),
        ("| 1.1.1 | 1 | " + TEST + " |", "3 cells"),
    ],
)
def test_a_row_that_is_wrong_is_named_with_its_number(tmp_path: Path, row: str, says: str) -> None:
    root = tree(tmp_path, asvs.SHEET, row)
    assert any(says in issue and "1.1.1" in issue for issue in asvs.issues(root))


def test_more_than_fifteen_of_a_hundred_waived_are_too_many(tmp_path: Path) -> None:
    # why: 3 of 20 are 15 %, 3 of 19 are more; what does not apply is not counted.
    met = [f"| 1.1.{n} | 1 | x | {TEST} |" for n in range(17)]
    apart = [f"| 2.1.{n} | 2 | x | waived: y |" for n in range(3)] + ["| 3.1.1 | 2 | x | does not apply: z |"]
    enough, too_few = tmp_path / "enough", tmp_path / "too_few"
    for folder, rows in ((enough, met), (too_few, met[1:])):
        folder.mkdir()
        tree(folder, asvs.SHEET, *rows, *apart)
    assert not any("at most 15%" in issue for issue in asvs.issues(enough))
    assert any("3 waived of 19; at most 15%" in issue for issue in asvs.issues(too_few))


def test_a_requirement_that_is_missing_or_told_twice_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, asvs.SHEET, *[f"| 1.1.1 | 1 | x | {TEST} |"] * 2)
    found = asvs.issues(root)
    assert "docs/asvs.md: 1.1.1 stands 2 times." in found
    assert "docs/asvs.md: 2 requirements of level 1; there are 70." in found


def test_the_figures_of_the_head_are_written_and_an_old_head_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, asvs.SHEET, f"| 1.1.1 | 1 | x | {TEST} |", "| 1.1.2 | 2 | x | does not apply: z |")
    assert any("figures of its head are old" in issue for issue in asvs.issues(root))
    asvs.write(root)
    assert not any("figures of its head are old" in issue for issue in asvs.issues(root))
    head = (root / asvs.SHEET).read_text()
    assert "2 requirements; 1 do not apply; of the other 1, **1 met** (1 by a test, 0 by" in head
    assert "0 waived (0.0%)." in head


def test_a_threat_without_test_or_plain_word_and_one_that_is_left_out_are_found(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        trust.DOCUMENT,
        f"| M1 | a | b | {TEST} |",
        "| M2 | a | b | not built |",
        f"| M3 | a | b | {SETTING} |",  # a setting is no test
        f"| S1 | a | {TEST} |",
    )
    found = trust.issues(root)
    assert [issue for issue in found if "no test cited" in issue] == [
        "docs/trust.md:4: M3: no test cited. Cite one, or say not built or none yet."
    ]
    assert "docs/trust.md: M4 stands 0 times." in found
    assert trust.counts(root) == "4 threats, requirements and safety lines; 1 not built or not tested"


def test_the_sheets_of_this_tree_have_no_issue() -> None:
    assert asvs.issues(ROOT) + trust.issues(ROOT) == []
