"""The committed JSON Schema is the generated one; lawful policies follow it, and what is no key does not."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.points.book import POLICIES, ROOT, Table, expected, facts, given
from zhunsheng.points_book import load_policies
from zhunsheng.rulecheck.points_schema import policy_schema_text

SCHEMA = ROOT / "rulebook" / "points" / "policy.schema.json"
SHIPPED = sorted((ROOT / "rulebook" / "points" / "policies").glob("*.toml"))
LAWFUL = [POLICIES / file for file, (verdict, _) in expected().items() if verdict == "load"]


def as_json(table: Table) -> Any:
    return json.loads(json.dumps(table, default=lambda day: day.isoformat()))


@pytest.fixture(scope="module")
def is_valid() -> Callable[[Any], bool]:
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    return validator.is_valid


def test_the_committed_schema_is_the_generated_one() -> None:
    """Mend with ./zs points schema > rulebook/points/policy.schema.json"""
    assert SCHEMA.read_text("utf-8") == policy_schema_text(facts())


@pytest.mark.parametrize("path", [*SHIPPED, *LAWFUL], ids=lambda path: path.name)
def test_every_lawful_policy_follows_it(path: Path, is_valid: Callable[[Any], bool]) -> None:
    assert is_valid(as_json(tomllib.loads(path.read_text("utf-8"))))


def test_what_is_no_key_no_value_or_left_out_does_not(is_valid: Callable[[Any], bool]) -> None:
    good = as_json(given())
    assert is_valid(good)
    assert not is_valid({**good, "target": {"person.detained": 3}})
    assert not is_valid({**good, "scheme": "squad"})
    assert not is_valid({name: value for name, value in good.items() if name != "blocks"})
    assert not is_valid({**good, "entry": [{**good["entry"][0], "points": "1"}]})
    assert not is_valid({**good, "entry": [{**good["entry"][0], "where": {"person.detained": True}}]})


def test_the_shipped_policies_load_and_are_named_after_themselves() -> None:
    assert [policy.version for policy in load_policies(ROOT / "rulebook")] == [
        "station_case_team@2027-01-01",
        "station_unit@2027-01-01",
    ]
