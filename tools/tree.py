"""What no tool checks: hosts in locks, paths of one machine, the size and names of source files."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 70
MAY_BE_LONG: Final = {"tools/verify.py"}  # one file by design: an inspector carries it alone
GENERATED: Final = "/migrations/"  # as Django writes them
VAGUE_NAMES: Final = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
BINARY: Final = {".parquet", ".xlsx", ".gz", ".png", ".woff2", ".ico", ".pdf"}
# What only one machine has: somebody's home, a work tree, a scratch folder, the shared folder beside it.
MACHINE_PATH: Final = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|opt|mnt)/[\w.]|\.\./shared\b|/tmp/\w+_jobs"
)
MAY_NAME_SHARED: Final = {".ci/run"}
HOST: Final = re.compile(r"\w+://[^\s\"']+|--(?:index-url|extra-index-url|find-links|trusted-host)\b")


def issues(root: Path, tracked: Iterable[str]) -> list[str]:
    """One line for each fault in the tracked files of a tree."""
    found: list[str] = []
    for name in tracked:
        path = root / name
        if not path.is_file() or path.suffix in BINARY:
            continue
        text = path.read_text("utf-8", errors="replace")
        if is_lock(path):
            found += [f"{name}:{n}: a lock names a host: {hit}. Strip it." for n, hit in hits(HOST, text)]
        if name not in MAY_NAME_SHARED:
            found += [
                f"{name}:{n}: a path of one machine: {hit}. Use an argument." for n, hit in hits(MACHINE_PATH, text)
            ]
        if path.suffix == ".py":
            found += python_issues(name, text)
    return found


def is_lock(path: Path) -> bool:
    """Whether a file pins packages."""
    return path.suffix == ".lock" or path.name in {"uv.lock", "package-lock.json", "vendor.toml"}


def hits(pattern: re.Pattern[str], text: str) -> list[tuple[int, str]]:
    """Line number and text of each match."""
    return [(n, match.group()) for n, line in enumerate(text.splitlines(), 1) for match in pattern.finditer(line)]


def python_issues(name: str, text: str) -> list[str]:
    """Files and functions that grew too long, and files named after nothing."""
    found = []
    if Path(name).name in VAGUE_NAMES:
        found.append(f"{name}: a name that says nothing. Name the file after what it holds.")
    if (lines := len(text.splitlines())) > LONGEST_FILE and name not in MAY_BE_LONG and GENERATED not in name:
        found.append(f"{name}: {lines} lines; at most {LONGEST_FILE}. Split it by what it does.")
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{name}:{node.lineno}: {node.name} has {length} lines; at most {LONGEST_FUNCTION}.")
    return found
