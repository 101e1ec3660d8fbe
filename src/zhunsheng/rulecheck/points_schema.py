"""The JSON Schema of points policies, made of the closed lists. What it lets through, the gate still judges."""

import json
from collections.abc import Mapping
from typing import Any, Final

from zhunsheng.core.points import policy as p
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.gate_entries import MEASURED
from zhunsheng.core.points.gate_frame import CAP_OF, GATE_FACT
from zhunsheng.core.points.policy_file import MOST_ENTRIES
from zhunsheng.core.points.policy_table import AMOUNT, NAME
from zhunsheng.rulecheck.schema import DIALECT

Node = dict[str, Any]
TEXT: Final[Node] = {"type": "string", "minLength": 1}
DAYS: Final[Node] = {"type": "integer", "minimum": 1}
POINTS: Final[Node] = {"type": "string", "pattern": f"^{AMOUNT.pattern}$"}
NAMED: Final[Node] = {"type": "string", "pattern": f"^{NAME.pattern}$"}


def _one_of(values: Any) -> Node:
    return {"enum": list(values)}


def _table(required: Mapping[str, Node], optional: Mapping[str, Node] | None = None) -> Node:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Node, least: int = 0) -> Node:
    return {"type": "array", "items": items, "minItems": least, "maxItems": MOST_ENTRIES}


def policy_schema(known: FactList) -> Node:
    """The schema of one policy file, whose facts and fields are those of a closed list."""
    admissible = [fact.name for fact in known.facts.values() if not fact.is_refused]
    named = {"anyOf": [_one_of(admissible), NAMED]}
    unit_kinds, posts = known.fields["unit.kind"].labels, known.fields["officer.post"].labels
    whole = _table(
        {
            "id": NAMED,
            "title": TEXT,
            "kind": _one_of(["points_policy"]),
            "scheme": _one_of(p.SCHEMES),
            "status": _one_of(p.STATUSES),
            "period": _one_of(p.PERIODS),
            "in_force": {"type": "string", "format": "date"},
            "approved": _table({"by": TEXT, "second": TEXT}),
            "applies": _table({"unit_kinds": _list(_one_of(unit_kinds), 1), "posts": _list(_one_of(posts), 1)}),
            "blocks": _table({name: {"type": "integer", "minimum": 0, "maximum": 100} for name in p.BLOCKS}),
            "entry": _list(_entry(known, named), 1),
        },
        {
            "roles": {"type": "object", "additionalProperties": POINTS, "minProperties": 1},
            "appeal": _table({}, {"within_working_days": DAYS, "answer_working_days": DAYS}),
            "publish": _table(
                {}, {"mode": _one_of(p.MODES), "min_exposure_days": DAYS, "min_cases": DAYS, "reason": TEXT}
            ),
            "volume_gate": _gate(),
            "volume_cap": _table({"of": _one_of([CAP_OF]), "at_most": POINTS}),
            "weights": _table(
                {"by": _list(_one_of(known.fields), 1), "method": _one_of(["measured"]), "year": {"type": "integer"}}
            ),
            "manual": _list(
                _table({"kind": _one_of(p.MANUAL_KINDS), "share_at_most": POINTS, "two_persons": _one_of([True])})
            ),
            "derive": _list(
                _table(
                    {"name": NAMED, "op": _one_of(p.OPS)},
                    {name: _list(named, 1) for name in ("numerator", "denominator", "of")},
                )
            ),
            "ranking": _table({}, {name: _list(named) for name in ("tie_break", "award_on")}),
            "test": _list(
                _table({"name": TEXT, "given": _list({"type": "object"}, 1), "expect": _table({"change": POINTS})})
            ),
        },
    )
    return {"$schema": DIALECT, "title": "准绳 points policy", **whole}


def _gate() -> Node:
    return _table(
        {
            "fact": _one_of([GATE_FACT]),
            "stream": _one_of(["random"]),
            "at_most": POINTS,
            "confidence": POINTS,
            "level": _one_of(["unit"]),
            "window_periods": DAYS,
            "min_sample": DAYS,
            "otherwise": _one_of(["hold"]),
        }
    )


def _entry(known: FactList, named: Node) -> Node:
    value = {"type": ["string", "boolean", "integer"]}
    where = {"anyOf": [value, _list(value, 1)]}
    defects = [fact.name for fact in known.facts.values() if fact.label.name == "defect"]
    return _table(
        {
            "id": NAMED,
            "title": TEXT,
            "block": _one_of(p.BLOCKS),
            "sign": _one_of(p.SIGNS),
            "fact": named,
            "measure": _one_of(["count", "sum", "share", "flag"]),
            "points": POINTS,
            "cite": _table({"instrument": TEXT, "article": TEXT, "gist": TEXT}),
        },
        {
            "per": DAYS,
            "weight": _one_of([MEASURED]),
            "share": _one_of(["roles"]),
            "ends": {"anyOf": [_one_of(["all"]), _list(_one_of(p.ENDS), len(p.ENDS))]},
            "where": {
                "type": "object",
                "properties": dict.fromkeys(known.fields, where),
                "additionalProperties": False,
            },
            "cap": POINTS,
            "when_none": _one_of(["neutral"]),
            "reverses_on": _list(_one_of(defects), 1),
        },
    )


def policy_schema_text(known: FactList) -> str:
    """The schema as it is committed."""
    return json.dumps(policy_schema(known), ensure_ascii=False, indent=1) + "\n"
