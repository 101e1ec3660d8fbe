"""The JSON Schema of check files, taken from the parser itself, once for each kind."""

import json
from collections.abc import Mapping
from typing import Any, Final

from zhunsheng.core import check as c
from zhunsheng.core.check_rules import CLOCK_TIME, LENGTH, CheckReader
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.schema import DIALECT, Node, Recorder, definitions, merge, new_node

LENGTHS: Final = ("at_most", "at_least", "within", "before", "longest", "since_at_least")
ALTERNATIVES: Final = ("applies", "require", "unless")
TESTS: Final = {"$ref": "#/$defs/tests"}
PRESENT: Final = {"type": "object", "properties": {"present": {"type": "boolean"}}, "additionalProperties": False}
NUMBER: Final = {"type": "integer"}


def check_schema(vocabulary: Vocabulary) -> Node:
    """The schema of one check file, whose events, facts and roles are those of a vocabulary."""
    kinds = [_of_kind(kind, vocabulary) for kind in c.KINDS]
    whole = kinds[0]
    for other in kinds[1:]:
        merge(whole, other)
    whole["properties"]["kind"] = {"enum": list(c.KINDS)}
    whole["required"] = [name for name in whole["required"] if name not in c.KINDS]
    officers = {"properties": {"at_least": NUMBER, "at_most": NUMBER, "present": {"type": "boolean"}}}
    columns: Mapping[str, Node] = {
        **dict.fromkeys(c.PRESENT_COLUMNS, PRESENT),
        c.OFFICERS: {"type": "object", **officers, "additionalProperties": False},
    }
    return {
        "$schema": DIALECT,
        "title": "准绳 check",
        **whole,
        "$defs": definitions(vocabulary, columns),
    }


def check_schema_text(vocabulary: Vocabulary) -> str:
    """The schema as it is committed."""
    return json.dumps(check_schema(vocabulary), ensure_ascii=False, indent=1) + "\n"


def _of_kind(kind: str, vocabulary: Vocabulary) -> Node:
    whole, other = new_node(), new_node()
    for node, has in ((whole, False), (other, True)):
        CheckReader(vocabulary, [], "").read_check(_CheckRecorder(node, vocabulary, has=has, kind=kind))
    merge(whole, other)
    return whole


class _CheckRecorder(Recorder):
    """A check file that is not there, of one kind."""

    def __init__(self, node: Node, vocabulary: Vocabulary, *, has: bool, kind: str) -> None:
        super().__init__(node, vocabulary, has=has)
        self.kind = kind

    def choice(self, name: str, options: tuple[str, ...], default: Any = ...) -> str:
        found = super().choice(name, options, default)
        return self.kind if name == "kind" else found

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        if kind is str and name in LENGTHS:
            also = ["until"] if name == "within" else []
            lengths: Node = {"type": "string", "pattern": f"^({'|'.join([LENGTH.pattern, *also])})$"}
            self.note(name, lengths, default)
            return "P1D"
        return super().take(name, kind, default)

    def words(self, name: str, options: Mapping[str, Any] | None, what: str, default: Any = ()) -> tuple[str, ...]:
        if what == "time of day":
            self.note(name, {"type": "array", "items": {"type": "string", "pattern": f"^{CLOCK_TIME.pattern}$"}}, None)
            return ("00:00", "06:00")
        if what == "column":
            self.note(name, {"type": "array", "items": {"enum": list(c.SAME_COLUMNS)}}, None)
            return ()
        return super().words(name, options, what, default)

    def table(self, name: str) -> Recorder:
        if name == "recipients":
            roles = {"type": "array", "items": {"$ref": "#/$defs/role"}}
            self.note(name, {"type": "object", "properties": dict.fromkeys(c.LEVELS, roles), "required": ["ask"]}, None)
            return _CheckRecorder(new_node(), self.vocabulary, has=self.optional, kind=self.kind)
        if name in ("applies", "if", "assume", "message"):
            super().table(name)
            return _CheckRecorder(new_node(), self.vocabulary, has=self.optional, kind=self.kind)
        inner = new_node()
        self.note(name, inner, None)
        return _CheckRecorder(inner, self.vocabulary, has=self.optional, kind=self.kind)

    def tables(self, name: str) -> list[Any]:
        if name in ALTERNATIVES:
            self.note(name, {"anyOf": [TESTS, {"type": "array", "items": TESTS}]}, None)
            return []
        inner = new_node()
        self.note(name, {"anyOf": [{"type": "array", "items": inner}, inner]}, None)
        return [_CheckRecorder(inner, self.vocabulary, has=self.optional, kind=self.kind)]

    def raw(self, name: str, default: Any = None) -> Any:
        if name == "expect":
            one = {"anyOf": [{"type": "string"}, {"type": "object"}]}
            self.note(name, {"type": "array", "items": one}, None)
            return default
        return super().raw(name, default)
