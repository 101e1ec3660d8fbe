"""docs/features.toml: what is built, where it stands, and which tests would fail without it.

    [[feature]]
    module = "A"                               # MODULES
    name   = "Five views of one case"          # no other feature has it
    state  = "built"                           # or "partly", "not built"
    where  = "/cases/<number>/"                # file or folder of the tree, or address of a page, what varies in <>
    tests  = ["tests/core/test_x.py::test_y"]  # by file and function, without parameters
    lacks  = "what is missing"                 # of what is there in part

Built and partly need `where` and a test; only partly has `lacks`; what is not built has neither.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FEATURES: Final = Path("docs/features.toml")
MODULES: Final = "ABCDEFGHIJKLMN"
BUILT, PARTLY, NOT_BUILT = STATES = ("built", "partly", "not built")
KEYS: Final = {BUILT: {"where", "tests"}, PARTLY: {"where", "tests", "lacks"}, NOT_BUILT: set[str]()}
ADDRESS: Final = re.compile(r"""\bpath\(\s*["']([^"']*)["']""")
VARYING: Final = re.compile(r"<(?:\w+:)?(\w+)>")
Feature = Mapping[str, Any]


def issues(root: Path) -> list[str]:
    """Every feature that is told wrongly or whose test or place is not there; one line each."""
    features, found = read(root)
    names = Counter(str(feature.get("name")) for feature in features)
    found += [f"{FEATURES}: {name!r} stands {count} times. Join them." for name, count in names.items() if count > 1]
    pages = addresses(root)
    for feature in features:
        found += [f"{FEATURES}: {feature.get('name')!r}: {issue}" for issue in _issues(root, feature, pages)]
    return found


def counts(root: Path) -> str:
    """How many features there are, by state: one line."""
    features, _ = read(root)
    states = Counter(str(feature.get("state")) for feature in features)
    tests = {test for feature in features for test in feature.get("tests", ())}
    return f"{len(features)} features: {', '.join(f'{states[s]} {s}' for s in STATES)}; {len(tests)} tests named"


def read(root: Path) -> tuple[list[Feature], list[str]]:
    """The features of the file, and why it could not be read."""
    try:
        features = tomllib.loads((root / FEATURES).read_text("utf-8")).get("feature", [])
    except (OSError, tomllib.TOMLDecodeError) as problem:
        return [], [f"{FEATURES}: {problem}"]
    return list(features), [] if features else [f"{FEATURES}: no [[feature]] in it."]


def addresses(root: Path) -> set[str]:
    """The addresses of the pages, as `urls.py` of each application spells them; `<str:key>` reads `<key>`."""
    files = root.glob("src/zhunsheng/**/urls.py")
    return {VARYING.sub(r"<\1>", f"/{name}") for file in files for name in ADDRESS.findall(file.read_text("utf-8"))}


def _issues(root: Path, feature: Feature, pages: set[str]) -> Iterator[str]:
    yield from _shape(feature)
    where, tests = feature.get("where"), feature.get("tests", [])
    if isinstance(where, str) and not (where in pages if where.startswith("/") else (root / where).exists()):
        yield f"where: {where} is not there. Name a file or folder of the tree, or an address of urls.py."
    for test in tests if isinstance(tests, list) else []:
        file, _, function = str(test).partition("::")
        if function not in functions(root / file):
            yield f"tests: {test} is not there. Name file and function of a test that fails without the feature."


def _shape(feature: Feature) -> Iterator[str]:
    state = feature.get("state")
    if feature.get("module") not in list(MODULES):
        yield f"module: {feature.get('module')!r} is none. They are {', '.join(MODULES)}."
    if state not in KEYS:
        yield f"state: {state!r} is none. They are {', '.join(STATES)}."
        return
    needed = {"module", "name", "state"} | KEYS[state]
    if lacking := sorted(key for key in needed if not feature.get(key)):
        yield f"{state} needs {', '.join(lacking)}."
    if beyond := sorted(set(feature) - needed):
        yield f"{state} has no {', '.join(beyond)}."


@cache
def functions(file: Path) -> frozenset[str]:
    """The names of the tests in a file; none where there is no such file."""
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text("utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in found if node.name.startswith("test_"))
