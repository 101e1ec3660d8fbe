"""The JSON Schema of check sheets. What it lets through, the loader still judges."""

import json
from typing import Any, Final

from zhunsheng.core.inspection import sheets as s
from zhunsheng.core.inspection.sheet_file import LONGEST_TEXT, MOST_QUESTIONS
from zhunsheng.rulecheck.schema import DIALECT

Node = dict[str, Any]
TEXT: Final[Node] = {"type": "string", "minLength": 1}
WORDS: Final[Node] = {"type": "array", "items": TEXT}


def _table(required: Node, optional: Node | None = None) -> Node:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def sheet_schema() -> Node:
    """The schema of one sheet file."""
    question = _table(
        {
            "id": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}$"},
            "text": {**TEXT, "maxLength": LONGEST_TEXT},
            "look_at": TEXT,
            "severity": {"enum": list(s.SEVERITIES)},
            "automatic": {"enum": list(s.AUTOMATIC)},
            "confidence": {"enum": list(s.CONFIDENCES)},
            "basis": {**WORDS, "minItems": 1},
        },
        {"rules": WORDS, "checks": WORDS},
    )
    questions: Node = {"type": "array", "items": question, "minItems": 1, "maxItems": MOST_QUESTIONS}
    section = _table({"title": TEXT, "question": questions})
    sheet = _table(
        {
            "id": {"type": "string", "pattern": "^[A-Z]{2}$"},
            "title": TEXT,
            "use": {"enum": list(s.USES)},
            "version": {"type": "integer", "minimum": 1},
            "in_force": {"type": "string", "format": "date"},
            "status": {"enum": list(s.STATUSES)},
            "section": {"type": "array", "items": section, "minItems": 1},
        }
    )
    return {"$schema": DIALECT, "title": "Check sheet of the inspection of files", **sheet}


def sheet_schema_text() -> str:
    """The schema as it is kept beside the sheets."""
    return json.dumps(sheet_schema(), ensure_ascii=False, indent=2) + "\n"
