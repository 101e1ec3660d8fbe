"""A file cannot crash, hang or exhaust who reads it: its reader dies, and the next file is read."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.files.tables import FILED, write
from tests.files.words import VOCABULARY
from zhunsheng.files import isolation
from zhunsheng.files.child import Limits
from zhunsheng.files.isolation import FileReader, limits_of
from zhunsheng.files.refusal import InputRefused

MANY = [{**FILED, "id": str(n)} for n in range(200_000)]


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(MANY, "jsonl", tmp_path)
    monkeypatch.setattr(isolation, "limits_of", lambda _: Limits(1 << 30, 0.05, 1 << 30))
    began = time.monotonic()
    with FileReader(VOCABULARY) as reader, pytest.raises(InputRefused, match="takes longer"):
        reader.read(path)
    assert reader.last is not None
    assert reader.last.timed_out
    assert time.monotonic() - began < 10


def test_what_takes_too_much_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(MANY, "jsonl", tmp_path)
    monkeypatch.setattr(isolation, "limits_of", lambda _: Limits(120 << 20, 60, 1 << 30))
    with FileReader(VOCABULARY) as reader, pytest.raises(InputRefused, match="needs more memory"):
        reader.read(path)


def test_what_writes_too_much_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(MANY, "csv", tmp_path)
    monkeypatch.setattr(isolation, "limits_of", lambda _: Limits(1 << 30, 60, 1 << 16))
    with FileReader(VOCABULARY) as reader, pytest.raises(InputRefused):
        reader.read(path)


def test_the_next_file_is_read_after_one_that_killed_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, heavy = write([FILED], "csv", tmp_path, "sound"), write(MANY, "jsonl", tmp_path, "heavy")
    with FileReader(VOCABULARY) as reader:
        with monkeypatch.context() as tight:
            tight.setattr(isolation, "limits_of", lambda _: Limits(120 << 20, 60, 1 << 30))
            with pytest.raises(InputRefused):
                reader.read(heavy)
        assert reader.read(sound).events.height == 1


def test_a_reader_that_is_gone_is_told(tmp_path: Path) -> None:
    path = write([FILED], "csv", tmp_path)
    with FileReader(VOCABULARY) as reader:
        reader.read(path)
        os.kill(reader.process_id, signal.SIGKILL)
        with pytest.raises(InputRefused, match="ends its reader"):
            reader.read(path)
        assert reader.read(path).events.height == 1


def test_what_a_file_may_cost_grows_with_its_size(tmp_path: Path) -> None:
    small, large = write([FILED], "csv", tmp_path, "small"), write(MANY, "csv", tmp_path, "large")
    assert limits_of(small).memory_bytes < limits_of(large).memory_bytes
    assert limits_of(small).seconds < limits_of(large).seconds
    assert limits_of(tmp_path / "absent.csv") == limits_of(tmp_path / "absent.xes")
