"""One check in Drools: interrogations with one officer, each event asserted as it would arrive.

python -m bench.forms.checks_drools FOLDER

Runs where drools-jpy and a Java runtime are; nothing of this project is imported but the loop that answers.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from drools.rule import Rule
from drools.ruleset import Ruleset

from bench.child import serve

NAME: Final = "interrogation.two-officers"


def _of(kind: str, fact: str, value: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"lhs": {"Event": fact}, "rhs": value}}


CONDITION: Final = {
    "AllCondition": [
        {
            "AndExpression": {
                "lhs": _of("EqualsExpression", "type", {"String": "interrogation.started"}),
                "rhs": _of("EqualsExpression", "officers", {"Integer": 1}),
            }
        }
    ]
}
RULE: Final = {
    "name": NAME, "condition": CONDITION, "enabled": True,
    "actions": [{"Action": {"action": "none", "action_args": {}}}],
}  # fmt: skip


class DroolsForm:
    """A session of the engine, and what it found."""

    def __init__(self, folder: Path) -> None:
        self.lines = (folder / "facts.jsonl").read_text("utf-8").splitlines()
        self.found: list[tuple[str, str]] = []
        self.session = Ruleset(
            name="checks", serialized_ruleset=json.dumps({"name": "checks", "rules": [{"Rule": RULE}]})
        )
        self.session.add_rule(Rule(name=NAME, callback=self.take))

    def take(self, match: Any) -> None:
        """Keep what a match names."""
        self.found.append((NAME, match.data["m"]["id"]))

    def run(self) -> int:
        """Assert every event; how many matched."""
        self.found.clear()
        for line in self.lines:
            self.session.assert_event(line)
        return len(self.found)

    def say(self) -> list[tuple[str, str]]:
        """Rule and id of every broken act."""
        self.run()
        return sorted(set(self.found))


if __name__ == "__main__":
    form = DroolsForm(Path(sys.argv[1]))
    serve({"run": form.run, "say": form.say})
