"""The tools that keep the tree in order find what they are there to find."""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Final

import pytest

from tools import licences, suite, tree
from tools.suite import Group, Need, Result
from zhunsheng.measurements import Measurement, entry_text

ROOT: Final = Path(__file__).parents[2]
NOTHING: Final = Need("a thing that is nowhere", "nothing", ("no-such-program",))


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("MIT OR GPL-3.0-only", True),  # the choice is ours
        ("MIT AND GPL-3.0-only", False),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("(MIT OR Apache-2.0) AND Zlib", True),
        ("GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("License :: Other/Proprietary License", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_or_not(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression) is allowed


def fields(values: Mapping[str, str]) -> Message:
    message = Message()
    for name, value in values.items():
        message[name] = value
    return message


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ({"License-Expression": "MIT", "License": "whatever"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, None),
        ({"License": "BSD"}, "BSD-3-Clause"),
        ({"Classifier": "Framework :: Django"}, ""),
    ],
)
def test_the_licence_is_read_from_what_a_package_states(metadata: Mapping[str, str], licence: str | None) -> None:
    found = licences.licence_of("some-package", fields(metadata))  # type: ignore[arg-type]
    if licence is None:
        assert not licences.is_allowed(found)
    else:
        assert found == licence


def test_a_locked_package_that_is_not_installed_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package-of-anybody==1.0 \\\n    --hash=sha256:00\n", "utf-8")
    (issue,) = licences.issues([lock])
    assert "no-such-package-of-anybody" in issue


HOST: Final = "https" + "://packages.invalid/simple"
HOME: Final = "/ho" + "me/somebody/log.csv"
SHARED: Final = ".." + "/shared/data"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("requirements.lock", f"numpy==2 @ {HOST}\n", "a lock names a host"),
        ("requirements-dev.lock", "--index" + "-url x\n", "a lock names a host"),
        ("docs/page.md", f"see {HOME}\n", "a path of one machine"),
        ("docs/page.md", f"see {SHARED}\n", "a path of one machine"),
        ("src/utils.py", "", "a name that says nothing"),
        ("src/long.py", "x = 1\n" * 401, "401 lines"),
        ("src/long.py", "def f() -> None:\n" + "    x = 1\n" * 70, "f has 71 lines"),
    ],
)
def test_a_fault_of_the_tree_is_found(tmp_path: Path, name: str, text: str, says: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    (issue,) = tree.issues(tmp_path, [name])
    assert says in issue
    assert issue.startswith(name)


def test_only_the_servers_script_names_the_shared_folder(tmp_path: Path) -> None:
    script = tmp_path / ".ci" / "run"
    script.parent.mkdir()
    script.write_text(f"ZS_DATA={SHARED}\n", "utf-8")
    assert tree.issues(tmp_path, [".ci/run"]) == []


def group(**changes: object) -> Group:
    plain: dict[str, object] = {"name": "some", "command": ("-c", "pass"), "folder": "tools"}
    return Group(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_group_that_lacks_something_is_not_run() -> None:
    assert suite.run(group(needs=(NOTHING,)), required=False) == Result(
        "some", "not run: needs a thing that is nowhere"
    )


def test_on_the_server_that_is_a_failure() -> None:
    assert suite.run(group(needs=(NOTHING,)), required=True).is_failure


@pytest.mark.parametrize(("code", "fails"), [("pass", False), ("raise SystemExit(3)", True)])
def test_a_group_fails_with_its_command(code: str, fails: bool) -> None:
    assert suite.run(group(command=("-c", code)), required=False).is_failure is fails


def test_the_suite_fails_if_a_group_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    groups = (
        group(name="good"),
        group(name="bad", command=("-c", "raise SystemExit(1)")),
        group(name="long", nightly=True),
    )
    monkeypatch.setattr(suite, "GROUPS", groups)
    assert suite.main([], {}) == 1
    assert "FAILED: bad" in capsys.readouterr().out
    assert suite.main(["good"], {}) == 0
    assert suite.main(["--nightly"], {}) == 0
    assert suite.main(["absent"], {}) == 2


def test_what_groups_print_at_the_same_time_stays_apart(capsys: pytest.CaptureFixture[str]) -> None:
    code = "for n in range(3): print('{}', n, flush=True)"
    results = suite.run_all(
        [group(name=name, command=("-c", code.format(name))) for name in "ab"], lanes=2, required=True
    )
    assert [(result.group, result.outcome) for result in results] == [("a", "passed"), ("b", "passed")]
    said = capsys.readouterr().out
    assert all(f"── {name}\n{name} 0\n{name} 1\n{name} 2\n" in said for name in "ab")


def test_a_part_of_the_night_is_as_long_as_its_lanes_and_what_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "NIGHT_LANES", 2)
    groups = [group(name=name, nightly=True, part=1, beside=name < "d") for name in "abcd"]
    # why: a beside b, c after a as the shorter of the two, d by itself: (60 + 50) + 30, where b took 100.
    assert suite.wall(groups, {"a": 60, "b": 100, "c": 50, "d": 30}) == 140
    assert suite.wall(groups, {"d": 30}) == 30  # what was not measured counts nothing, and is named
    waiting = [group(name=name, nightly=True, part=suite.WAITING, beside=True) for name in "abc"]
    # why: what waits for the clock waits side by side, one more than there are lanes: as long as the longest.
    assert suite.wall(waiting, {"a": 60, "b": 100, "c": 50}) == 100


@pytest.mark.parametrize(("room", "in_memory", "lies"), [(0, True, True), (0, False, False), (1 << 62, True, False)])
def test_what_a_group_leaves_lies_in_memory_if_it_measures_no_disk_and_there_is_room(
    room: int, in_memory: bool, lies: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "MEMORY", tmp_path)
    monkeypatch.setattr(suite, "ROOM", room)
    with suite.folder_for(group(in_memory=in_memory)) as folder:
        assert (Path(folder).parent == tmp_path) is lies


def test_the_list_says_whether_the_night_is_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "measurements.toml"
    for name, took in (("a", 1500), ("b", 1501)):
        measured = Measurement(f"nightly.{name}", f"passed in {took} s", "a command", ())
        text = entry_text(
            measured, commit="0" * 12, machine="2 × x86_64, Linux, load 0.50", at=datetime(2026, 11, 28, tzinfo=UTC)
        )
        file.write_text((file.read_text("utf-8") if file.exists() else "") + text, "utf-8")
    monkeypatch.setattr(suite, "MEASUREMENTS", file)
    groups = [group(name=name, nightly=True, part=part) for part, name in enumerate("abc", 1)]
    *lines, unknown = suite.listed(groups)
    assert lines[0].endswith("passed in 1500 s (2026-11-28, load 0.50)")
    assert [line.partition(" s  ")[2] for line in lines[3:]] == [
        "in time",
        "more than its 25 minutes",
        "in time",
        "in time",
    ]
    assert unknown == "not measured: c"


def test_what_is_lacking_is_named_as_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suite, "GROUPS", (group(needs=(NOTHING,)),))
    suite.main(["--packages"], {})
    assert capsys.readouterr().out == "nothing\n"


def stub(folder: Path, script: str) -> None:
    """A python3.11 that answers as the script says."""
    program = folder / "python3.11"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)


def run_zs(folder: Path) -> str:
    shutil.copy(ROOT / "zs", folder / "zs")
    path = f"{folder}:/usr/bin:/bin"
    done = subprocess.run(["./zs", "lint"], cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stderr


def test_without_venv_the_one_line_is_named(tmp_path: Path) -> None:
    stub(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    assert "apt-get install -y python3-venv" in run_zs(tmp_path)


def test_a_failed_installation_says_what_to_check(tmp_path: Path) -> None:
    # The interpreter "makes" a venv whose own interpreter cannot install anything.
    broken = "#!/bin/sh\nexit 1\n"
    (tmp_path / "broken").write_text(broken, "utf-8")
    (tmp_path / "broken").chmod(0o755)
    stub(tmp_path, f'[ "$2" != venv ] || {{ mkdir -p "$3/bin" && cp "{tmp_path}/broken" "$3/bin/python"; }}')
    (tmp_path / "requirements.lock").write_text("", "utf-8")
    assert "PIP_INDEX_URL" in run_zs(tmp_path)
