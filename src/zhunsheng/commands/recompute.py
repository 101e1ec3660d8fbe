"""./zs recompute BUNDLE: the alert of a bundle computed again from the bundle alone, without a database.

Signatures and proofs are the business of tools/verify.py; this holds only that the events and the rulebook of the
bundle give the finding and the explanation that were frozen in the alert.
"""

import json
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from rich.console import Console

from zhunsheng.apps.supervision.changes import keyed_clocks, keyed_findings
from zhunsheng.apps.supervision.explaining import explained
from zhunsheng.book import load_rulebook
from zhunsheng.commands.outcome import FINE, REFUSED, UsageRefused
from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import standing

TAKEN_BACK: Final = "withdrawn"  # by the data, or by people's ruling on a finding that the data still give


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("bundle", type=Path, help="a file that ./zs prove wrote")


def run(arguments: Namespace, console: Console) -> int:
    """Say whether the bundle gives its alert again."""
    bundle = _read(arguments.bundle)
    try:
        problems, said = recomputed(bundle)
    except (KeyError, TypeError, ValueError) as problem:
        raise UsageRefused(f"{arguments.bundle}: not a bundle of an alert: {problem!r}. Make it anew.") from problem
    for line in problems or [said]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return REFUSED if problems else FINE


def recomputed(bundle: Mapping[str, Any]) -> tuple[list[str], str]:
    """What does not agree, and what was held against what."""
    rows = [json.loads(row["text"]) for row in bundle["rows"]]
    alerts = [row["row"] for row in rows if row["table"] == "alerts_alert"]
    alert = next(row for row in alerts if row["key"] == bundle["alert"])
    if not alert["finding"]:
        return [], "NOT RECOMPUTED: this message judges nothing; the alerts that it speaks of do."
    happened = _events([row["row"] for row in rows if row["table"] == "cases_event"])
    rulebook = _rulebook(bundle["rulebook"]["files"])
    problems, told = _finding(alert, happened, rulebook)
    if "clock" not in alert["explanation"]:
        return problems, f"{told} Its frozen explanation has no steps to compute."
    as_of = _judged_at(alert)
    problems += _explanation(alert["explanation"], _known(happened, as_of), rulebook, as_of)
    return problems, f"{told} Every step of the explanation is the same."


def _finding(alert: Mapping[str, Any], happened: pl.DataFrame, rulebook: Rulebook) -> tuple[list[str], str]:
    """Whether the finding is found as of the frozen judgement; of one that is taken back, only said, as of then."""
    is_taken_back = alert["reason"] == TAKEN_BACK
    as_of = datetime.fromisoformat(alert["created_at"]) if is_taken_back else _judged_at(alert)
    events = _known(happened, as_of)
    findings = standing(events, rulebook, as_of=as_of, threads=1).findings
    is_found = alert["finding"] in set(keyed_findings(findings)["key"])
    told = f"RECOMPUTED as of {as_of.isoformat()} from {events.height} events: the finding"
    if is_taken_back:
        return [], f"{told} that the alert takes back is {'still' if is_found else 'not'} found."
    problem = f"alert {alert['key']}: its finding {alert['finding']} is not found by events and rules"
    return ([] if is_found else [problem]), f"{told} is the same."


def _judged_at(alert: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(alert["explanation"].get("as_of") or alert["created_at"])


def _known(events: pl.DataFrame, at: datetime) -> pl.DataFrame:
    return events.filter(pl.col("recorded_at") <= at)


def _explanation(frozen: Mapping[str, Any], events: pl.DataFrame, rulebook: Rulebook, as_of: datetime) -> list[str]:
    """Each part of the frozen explanation against the one that is computed now."""
    clocks = keyed_clocks(standing(events, rulebook, as_of=as_of, threads=1).clocks, rulebook)
    again = explained([frozen["clock"]], clocks, events, rulebook, as_of=as_of).get(frozen["clock"])
    if again is None:
        return [f"explanation: there is no clock {frozen['clock']}"]
    one, other = _without_nulls(frozen), _without_nulls(json.loads(json.dumps(again)))
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return [f"explanation: {name} is {one.get(name)!r}, computed {other.get(name)!r}" for name in names]


def _without_nulls(value: Any) -> Any:
    """The sealed text of a row leaves nulls out, everywhere."""
    if isinstance(value, Mapping):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


def _events(rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Sealed rows as schemas.EVENTS."""
    read = [{name: _value(row.get(name), dtype) for name, dtype in schemas.EVENTS.items()} for row in rows]
    return pl.DataFrame(read, schema=schemas.EVENTS, orient="row")


def _value(value: Any, dtype: pl.DataType) -> Any:
    return datetime.fromisoformat(value).astimezone(UTC) if value is not None and dtype == schemas.INSTANT else value


def _rulebook(files: Mapping[str, str]) -> Rulebook:
    with tempfile.TemporaryDirectory(prefix="zs-rulebook-") as name:
        folder = Path(name).resolve()
        for file, text in files.items():
            path = (folder / file).resolve()
            if not path.is_relative_to(folder):
                raise ValueError(f"{file} lies outside the rulebook")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return load_rulebook(folder)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageRefused(f"{path}: cannot be read as JSON. Give the file that ./zs prove wrote.") from problem
    if not isinstance(read, dict) or "alert" not in read:
        raise UsageRefused(f"{path}: not the bundle of an alert. Make one with ./zs prove ALERT.")
    return read
