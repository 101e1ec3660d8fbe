"""What the tests of points share: the closed list, the given policies, and policies as tables that can be changed."""

import copy
import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.points.toml_text import toml_text
from zhunsheng.core.points.facts import FactList, parse_fact_list
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.issue import codes_of, verdict_of

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = Path(__file__).parent / "policies"
LAWFUL: Final = "l01_balanced.toml"

Table = dict[str, Any]


@cache
def facts() -> FactList:
    """The closed list as it is shipped."""
    return parse_fact_list((ROOT / "rulebook" / "points" / "facts.toml").read_text("utf-8"))


@cache
def expected() -> dict[str, tuple[str, str]]:
    """Of the given policies: file → verdict and codes."""
    with (POLICIES / "expected.csv").open(encoding="utf-8") as rows:
        return {row["file"]: (row["verdict"], row["code"]) for row in csv.DictReader(rows)}


@cache
def _given(file: str) -> Table:
    return tomllib.loads((POLICIES / file).read_text("utf-8"))


def given(file: str = LAWFUL) -> Table:
    """A given policy as a table of its own."""
    return copy.deepcopy(_given(file))


def entry(policy: Table, name: str) -> Table:
    """An entry of a policy, to be changed."""
    found: Table = next(row for row in policy["entry"] if row["id"] == name)
    return found


def judged(policy: Table | str) -> tuple[str, tuple[str, ...]]:
    """Verdict and codes of a policy."""
    text = policy if isinstance(policy, str) else toml_text(policy)
    issues = judge_policy(text, facts()).issues
    return verdict_of(issues), codes_of(issues)


def said(policy: Table | str) -> list[str]:
    """Every issue of a policy as people read it."""
    text = policy if isinstance(policy, str) else toml_text(policy)
    return [str(issue) for issue in judge_policy(text, facts(), path="p.toml").issues]
