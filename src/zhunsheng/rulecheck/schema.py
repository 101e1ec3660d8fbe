"""The JSON Schema of rule files, taken from the parser itself: it reads a file that is not there and every question it
asks is written down."""

import json
from collections.abc import Mapping
from typing import Any, Final

from zhunsheng.core.rule import TEST_OPS
from zhunsheng.core.rules import DURATION, SHARE, RuleReader
from zhunsheng.core.toml_table import Table
from zhunsheng.core.vocabulary import Fact, Vocabulary

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TYPES: Final = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}
MOMENT: Final = {"type": "string", "format": "date-time"}
DAY: Final = {"type": "string", "format": "date"}
EVENT: Final = {"$ref": "#/$defs/event"}
EVENTS_NAMED: Final = ("event", "from", "waits_from")  # read as words, then looked up among the event types
FACT_TESTS: Final = ("applies", "if", "start_fact", "waits_if")
LEVELS: Final = ("blue", "yellow", "red")
Node = dict[str, Any]


def rule_schema(vocabulary: Vocabulary) -> Node:
    """The schema of one rule file, whose events, facts and roles are those of a vocabulary."""
    whole, other = new_node(), new_node()
    for node, has in ((whole, False), (other, True)):  # a key may be read only where another stands
        RuleReader(vocabulary, [], "").read(Recorder(node, vocabulary, has=has))
    merge(whole, other)
    return {
        "$schema": DIALECT,
        "title": "准绳 deadline rule",
        **whole,
        "$defs": definitions(vocabulary),
    }


def definitions(vocabulary: Vocabulary, columns: Mapping[str, Node] | None = None) -> Node:
    """What schemas refer to: events, roles, tests on facts (and on columns), statements of facts."""
    tests = {name: _test(fact) for name, fact in sorted(vocabulary.facts.items())} | dict(columns or {})
    return {
        "event": {"enum": sorted(vocabulary.event_types)},
        "role": {"enum": sorted(vocabulary.roles)},
        "tests": _object(tests),
        "facts": _object({name: _value(fact) for name, fact in sorted(vocabulary.facts.items())}),
    }


def schema_text(vocabulary: Vocabulary) -> str:
    """The schema as it is committed."""
    return json.dumps(rule_schema(vocabulary), ensure_ascii=False, indent=1) + "\n"


class Recorder(Table):
    """A table without values that writes down what it is asked for."""

    def __init__(self, node: Node, vocabulary: Vocabulary, *, has: bool) -> None:
        super().__init__({}, "", [], "")
        self.node, self.vocabulary, self.optional = node, vocabulary, has
        self.asked = ""

    def note(self, name: str, schema: Node, default: Any = None) -> None:
        """Write down that a key was asked for."""
        self.node["properties"].setdefault(name, schema)
        if default is ... and name != "amount":  # an amount goes with its unit: immediate has none
            self.node["required"].append(name)

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        """Note a value; answer with the empty one."""
        schema: Node = {"type": TYPES[kind]}
        if kind is str and name in EVENTS_NAMED:
            schema = EVENT
        elif kind is str and name in LEVELS:
            schema = {"type": "string", "pattern": f"^({DURATION.pattern}|{SHARE.pattern})$"}
        elif name == "given":
            schema = {
                "type": "array",
                "items": {"type": "object", "required": ["at", "type"], "properties": {"type": EVENT}},
            }
        self.note(name, schema, default)
        return kind() if default is ... else default

    def choice(self, name: str, options: tuple[str, ...], default: Any = ...) -> str:
        """Note a word of a list; answer with its first."""
        self.note(name, {"enum": list(options)}, default)
        return options[0]

    def words(self, name: str, options: Mapping[str, Any] | None, what: str, default: Any = ()) -> tuple[str, ...]:
        """Note a list of words."""
        del options  # which words are allowed is said by what they are
        items: Node = {"event type": EVENT, "role": {"$ref": "#/$defs/role"}}.get(what, {"type": "string"})
        self.note(name, {"type": "array", "items": items}, default)
        return ()

    def table(self, name: str) -> "Table":
        """Note a table, and what it is asked for."""
        inner = new_node()
        if name in FACT_TESTS:
            self.note(name, {"$ref": "#/$defs/tests"})
        elif name == "assume":
            self.note(name, {"$ref": "#/$defs/facts"})
        elif name == "message":
            self.note(name, {"type": "object", "additionalProperties": {"type": "string"}})
        else:
            self.note(name, inner)
        return Recorder(inner, self.vocabulary, has=self.optional)

    def tables(self, name: str) -> list["Table"]:
        """Note an array of tables, one of which is there."""
        inner = new_node()
        self.note(name, {"anyOf": [{"type": "array", "items": inner}, inner]})
        return [Recorder(inner, self.vocabulary, has=self.optional)]

    def raw(self, name: str, default: Any = None) -> Any:
        """Note a value of several types."""
        schemas: Mapping[str, Node] = {
            "in_force": {"anyOf": [DAY, {"const": "always"}]},
            "as_of": {"anyOf": [MOMENT, DAY]},
            "known_at": {"anyOf": [MOMENT, DAY]},
            "expect": {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]},
            "then": {"anyOf": [{"const": "base"}, {"type": "object"}]},
        }
        self.note(name, dict(schemas[name]))
        return "always" if name == "in_force" else default

    def has(self, name: str) -> bool:
        """Every key is there, or none."""
        del name
        return self.optional

    def rest(self) -> dict[str, Any]:
        """Nothing is left."""
        return {}


def new_node() -> Node:
    """An object about which nothing has been asked yet."""
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def merge(one: Node, other: Node) -> None:
    """Add to a node what another knows more; only what both require is required."""
    if "anyOf" in one and "items" in one["anyOf"][0]:
        merge(one["anyOf"][1], other["anyOf"][1])  # the list's items are the same node
        return
    if "properties" not in one:
        return
    one["required"] = [name for name in one["required"] if name in other["required"]]
    for name, schema in other["properties"].items():
        if name in one["properties"]:
            merge(one["properties"][name], schema)
        else:
            one["properties"][name] = schema


def _object(properties: Node) -> Node:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _value(fact: Fact) -> Node:
    if fact.type in ("enum", "set"):
        return {"enum": list(fact.values)}
    return {"type": {"bool": "boolean", "integer": "integer"}.get(fact.type, "string")}


def _test(fact: Fact) -> Node:
    """A value, a list of values of which one holds, or a named test."""
    value = _value(fact)
    several = {"type": "array", "items": value}
    named = {op: {"type": "boolean"} if op == "present" else {"anyOf": [value, several]} for op in TEST_OPS}
    return {"anyOf": [value, several, _object(named)]}
