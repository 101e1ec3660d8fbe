"""What a document cites: tests and settings, each as `path::NAME` between backquotes, and the rows of its tables.

`tests/platform/test_login.py::test_a_code_is_accepted_once`    a test of a file, without parameters
`src/zhunsheng/web/settings.py::SESSION_COOKIE_AGE`             a name that a Python file binds at its top
`deploy/nginx/zhunsheng.conf::ssl_protocols`                    a word that stands in any other file
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tools.features import functions

CITED: Final = re.compile(r"`([\w./-]+)::([\w.-]+)`")
ROW: Final = re.compile(r"^\| *([A-Z]?\d[\w.]*) *\|(.*)\|$")


def rows(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """The rows of every table whose first cell is a number: line, number, the other cells."""
    for line, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if match := ROW.match(text):
            yield line, match[1], [cell.strip() for cell in match[2].split("|")]


def cites(text: str) -> list[tuple[str, str]]:
    """What a text cites: file and name."""
    return CITED.findall(text)


def missing(root: Path, document: Path) -> list[str]:
    """Every citation of a document that leads nowhere; one line each."""
    found = []
    for line, text in enumerate((root / document).read_text("utf-8").splitlines(), start=1):
        for file, name in cites(text):
            if not _is_there(root / file, name):
                found.append(f"{document}:{line}: `{file}::{name}` is not there. Cite what is, or say what is missing.")
    return found


def _is_there(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    if file.suffix != ".py":
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", file.read_text("utf-8")) is not None
    return name in (functions(file) if file.name.startswith("test_") else bound(file))


@cache
def bound(file: Path) -> frozenset[str]:
    """The names that a Python file binds at its top, and `Class.name` of what its classes hold."""
    found: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        found |= _names(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names(inner)}
    return frozenset(found)


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
