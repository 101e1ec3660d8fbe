"""Compiled code is kept under a name that changes with whatever the fold is made of."""

from pathlib import Path

import pytest

import zhunsheng.compiled
from zhunsheng.compiled import PACKAGE, fold_sources


def test_every_module_that_numba_compiles_into_the_fold_is_part_of_the_name() -> None:
    # by_pointer is the caller: Numba looks at its file by itself.
    compiled = {
        path
        for path in (PACKAGE / "core").rglob("*.py")
        if "njit" in path.read_text(encoding="utf-8") or "import inner" in path.read_text(encoding="utf-8")
    }
    assert compiled - {PACKAGE / "core" / "by_pointer.py"} <= fold_sources()


def test_what_only_reads_the_folds_result_is_not() -> None:
    assert not {"findings.py", "wording.py", "rules.py"} & {path.name for path in fold_sources()}


def test_another_constant_gives_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "zhunsheng"
    for path in fold_sources():
        target = copied / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    monkeypatch.setattr(zhunsheng.compiled, "PACKAGE", copied)
    monkeypatch.setattr(zhunsheng.compiled, "FOLD", copied / "core" / "fold" / "run.py")
    before = zhunsheng.compiled.fold_digest()
    dates = copied / "core" / "dates.py"
    dates.write_text(dates.read_text(encoding="utf-8") + "\nDAYS_OF_NO_MONTH = 32\n", encoding="utf-8")
    assert zhunsheng.compiled.fold_digest() != before
