"""Files broken in ways of their own format: refused with a remedy, whatever they try, and nothing is left behind."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.damage import DAMAGE
from tests.files.defects import DEFECTS
from tests.files.test_defects import GB18030
from tests.files.words import VOCABULARY
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.refusal import InputRefused

CASES = [(form, name) for form, damages in DAMAGE.items() for name in damages]
LEAST = 20
MEMORY = 512 << 20


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[str, FileReader]]:
    with FileReader(VOCABULARY) as plain, FileReader(VOCABULARY, GB18030) as gb18030:
        yield {form: gb18030 if form == "gb18030.csv" else plain for form in DAMAGE}


@pytest.mark.parametrize(("form", "name"), CASES, ids=[f"{name}.{form}" for form, name in CASES])
def test_a_broken_file_is_refused(
    readers: dict[str, FileReader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, name: str
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    damage = DAMAGE[form][name]
    path = tmp_path / f"{name}.{form}"
    path.write_bytes(damage.bytes())
    with pytest.raises(InputRefused) as refused:
        readers[form].read(path)
    told = [issue for issue in refused.value.issues if damage.says in issue.text]
    assert told, refused.value.issues
    assert told[0].file == path.name
    assert told[0].remedy
    if damage.row is not None:
        assert told[0].row == damage.row
    ending = readers[form].last
    assert ending is not None
    assert ending.memory_bytes < MEMORY
    assert not ending.timed_out
    assert not list(scratch.iterdir())


def test_every_format_has_twenty_broken_files() -> None:
    assert {
        form: len(damages) + len(DEFECTS) for form, damages in DAMAGE.items() if len(damages) + len(DEFECTS) < LEAST
    } == {}
