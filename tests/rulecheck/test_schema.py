"""The JSON Schema of rule files: generated from the parser, committed, and true of every rule file."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from zhunsheng.book import load_vocabulary
from zhunsheng.rulecheck.schema import schema_text

RULEBOOK = Path(__file__).parents[2] / "rulebook"
TEXT = schema_text(load_vocabulary(RULEBOOK))
VALIDATOR = jsonschema_rs.Draft202012Validator(json.loads(TEXT))
BROKEN = Path(__file__).parent / "broken"


def as_json(path: Path) -> Any:
    return json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=lambda moment: moment.isoformat()))


def test_the_committed_schema_is_the_generated_one() -> None:
    """Mend with ./zs rules schema > rulebook/rule.schema.json"""
    assert (RULEBOOK / "rule.schema.json").read_text("utf-8") == TEXT


def test_every_rule_file_follows_the_schema() -> None:
    paths = sorted((RULEBOOK / "deadlines").rglob("*.toml"))
    assert len(paths) >= 140
    assert [path.name for path in paths if not VALIDATOR.is_valid(as_json(path))] == []


@pytest.mark.parametrize("defect", ["unknown-field", "unknown-event"])
def test_an_editor_sees_what_the_parser_refuses(defect: str) -> None:
    assert not VALIDATOR.is_valid(as_json(BROKEN / f"{defect}.toml"))


def test_a_missing_key_and_a_word_of_no_list_are_refused() -> None:
    good = as_json(BROKEN / "good.toml")
    assert VALIDATOR.is_valid(good)
    assert not VALIDATOR.is_valid({name: value for name, value in good.items() if name != "title"})
    assert not VALIDATOR.is_valid({**good, "kind": "deadline"})
    assert not VALIDATOR.is_valid({**good, "leads": {**good["leads"], "red": "6 hours"}})
    assert not VALIDATOR.is_valid({**good, "recipients": {"red": ["mayor"]}})
