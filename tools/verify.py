#!/usr/bin/env python3
"""Verify an exported audit log, or a bundle of proofs, with this one file.

It imports nothing of the platform and asks nobody, which is why it is one long file that repeats what the platform also
knows. It needs Python, the export, the heads that were kept in a second place, and the public key that was noted when
the deployment began. `cryptography` makes it faster where installed.

    verify.py log EXPORT --public-key KEY [--heads HEADS.jsonl] [--leaves LEAVES.bin] [--log-id ID]
    verify.py bundle BUNDLE --public-key KEY [--heads HEADS.jsonl] [--log-id ID] [--with-zs ./zs] [--document FILE]

The bundle of an alert (`./zs prove`) also says who was told when. This file holds its rows, its rulebook and its
recipients against the sealed log; it does not know the rules of law. With `--with-zs` the platform's own program, which
needs no database for it, computes the alert again from the bundle alone. The bundle of a document
(`./zs prove --document FILE`) says that the platform issued it: with `--document` the file is held against it.
The bundle of inspection (`./zs prove --inspection NUMBER`) is of a card, a draw or an alarm: its steps have to be
whole, each told of by an event of its instant; a draw has to follow from its frame, its head and the witness's bytes.

Exit code 0: everything agrees. 1: something was changed; the first bad row is named. 2: the input cannot be read.
3: the log is behind the second place: what is there agrees row for row, and the end is missing, as after a restore from
a backup (or after somebody cut it off: ask who restored what, and when).
"""

import argparse
import hashlib
import hmac
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOG_FORMAT = "zhunsheng-log-1"
BUNDLE_FORMAT = "zhunsheng-bundle-1"
HEAD_FORMAT = "zhunsheng head 1"
HASH_BYTES = 32
NULL = "\\N"
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


class Unreadable(Exception):
    """The input is not what it should be; nothing can be said about the log."""


# Merkle trees, RFC 6962 section 2 -------------------------------------------------------------------------------------


def leaf_hash(text: str) -> bytes:
    """Hash of one row's canonical text."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The right edge of a growing tree; `root` is the head over all leaves so far."""

    def __init__(self) -> None:
        self.size = 0
        self.subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.subtrees.pop(), node)
            size >>= 1
        self.subtrees.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The head."""
        node = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            node = node_hash(left, node)
        return node


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to; None if the path has not the length that the size requires."""
    if not 0 <= index < size:
        return None
    node, last, used = leaf, size - 1, 0
    while last:
        if index & 1 or index < last:
            if used == len(path):
                return None
            node = node_hash(path[used], node) if index & 1 else node_hash(node, path[used])
            used += 1
        index >>= 1
        last >>= 1
    return node if used == len(path) else None


# Ed25519, RFC 8032 section 5.1, for where no library is installed -----------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and data[31] >> 7):
        return None
    if x & 1 != data[31] >> 7:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def slow_signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds, in plain Python."""
    key, commitment = _point(public_key), _point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or commitment is None or BASE is None or answer >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    left = _times(answer, BASE)
    right = _add(commitment, _times(int.from_bytes(digest, "little") % ORDER, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def _library() -> Callable[[bytes, bytes, bytes], bool] | None:
    try:
        ed25519 = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
        invalid = importlib.import_module("cryptography.exceptions").InvalidSignature
    except ImportError:
        return None

    def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (invalid, ValueError):
            return False
        return True

    return holds


signature_holds = _library() or slow_signature_holds


# Heads ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """`size` leaves of the log `log_id` have the root `root`, said at `at`."""

    log_id: str
    size: int
    root: bytes
    at: str
    signature: bytes

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether the signature is of this key over exactly this head."""
        at = datetime.fromisoformat(self.at).astimezone(UTC).isoformat(timespec="microseconds")
        message = "\n".join((HEAD_FORMAT, self.log_id, str(self.size), self.root.hex(), at)).encode()
        return signature_holds(public_key, self.signature, message)


def head_of(text: str, *, where: str) -> Head:
    """A head from its line of JSON."""
    try:
        row = json.loads(text)
        return Head(
            log_id=str(row["log_id"]),
            size=int(row["size"]),
            root=bytes.fromhex(row["root"]),
            at=str(row["at"]),
            signature=bytes.fromhex(row["signature"]),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise Unreadable(f"{where}: not a head ({type(problem).__name__})") from problem


def heads_in(path: Path) -> list[Head]:
    """The heads of a second place; half a last line, left by an interrupted write, does not count."""
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    return [head_of(line, where=f"{path.name}:{n}") for n, line in enumerate(lines, 1) if line.endswith("\n")]


# The log --------------------------------------------------------------------------------------------------------------


@dataclass
class Findings:
    """What does not agree. `first_row` is the lowest leaf that is known to be bad."""

    problems: list[str] = field(default_factory=list)
    first_row: int | None = None
    first_name: str = ""
    missing: int = 0  # rows at the end that the second place knows and the log does not have
    beyond: int = 0  # disagreements that say no more than that

    @property
    def is_behind(self) -> bool:
        """Whether nothing is wrong but that the end is missing."""
        return bool(self.problems) and self.beyond == len(self.problems)

    def add(self, text: str, *, row: int | None = None, name: str = "", until: int = 0) -> None:
        """Note one disagreement: of a row, or of somewhere from `row` to before `until`."""
        self.problems.append(text)
        known = self.first_row
        if row is None or (known is not None and (known <= row or known < until)):
            return  # a row named exactly says more than the stretch that it lies in
        self.first_row, self.first_name = row, name


@dataclass
class Evidence:
    """What the export is held against."""

    public_key: bytes
    log_id: str
    heads: dict[int, Head]
    leaves: bytes


@dataclass
class State:
    """Where the reading of the export stands."""

    log_id: str = ""
    leaves: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    pending: int = 0


def verify_log(lines: Iterator[str], evidence: Evidence) -> tuple[State, Findings]:
    """Read an export from its first line to its last and hold it against the evidence."""
    state, findings = State(), Findings()
    _read_start(next(lines, ""), state, evidence, findings)
    for number, line in enumerate(lines, 2):
        kind, _, rest = line.rstrip("\n").partition("\t")
        if kind == "L":
            _read_leaf(rest.split("\t"), state, evidence, findings)
        elif kind == "U":
            _read_unsealed(rest.split("\t"), state, findings)
        elif kind == "H":
            state.heads.append(head_of(rest, where=f"line {number}"))
        else:
            raise Unreadable(f"line {number}: {kind[:20]!r} is no kind of line")
    _check_heads(state, evidence, findings)
    return state, findings


def roots_at(leaves: list[bytes], sizes: set[int]) -> dict[int, bytes]:
    """The roots of the trees of these sizes, in one pass over the leaves."""
    tree, roots = Tree(), {}
    for leaf in leaves:
        tree.append(leaf)
        if tree.size in sizes:
            roots[tree.size] = tree.root()
    return roots


def _check_heads(state: State, evidence: Evidence, findings: Findings) -> None:
    """The export's own heads, then those of the second place."""
    total, at = len(state.leaves), 0
    roots = roots_at(state.leaves, {head.size for head in state.heads} | set(evidence.heads))
    for head in state.heads:
        name = f"head {head.size}"
        if not head.is_signed_by(evidence.public_key):
            findings.add(f"{name}: not signed by this key", row=at, name=_name(state, at), until=head.size)
        if head.log_id != state.log_id:
            findings.add(f"{name}: belongs to log {head.log_id}")
        if head.size > total:
            findings.add(f"{name}: the log has only {total} rows", row=total, name="(cut off)")
        elif roots[head.size] != head.root:
            findings.add(f"{name}: not the root of its rows", row=at, name=_name(state, at), until=head.size)
        at = min(head.size, total)
    if total and (not state.heads or state.heads[-1].size != total):
        size = state.heads[-1].size if state.heads else 0
        findings.add(f"{total - size} rows at the end stand under no head", row=size, name=_name(state, size))
    _check_second_place(state, roots, evidence, findings)


def _check_second_place(state: State, roots: dict[int, bytes], evidence: Evidence, findings: Findings) -> None:
    good, size = 0, len(state.leaves)
    for head in sorted(evidence.heads.values(), key=lambda one: one.size):
        name = f"second place, head {head.size}"
        if not head.is_signed_by(evidence.public_key):
            findings.add(f"{name}: the signature is not of this key; the second place itself was changed")
        elif head.log_id != state.log_id:
            findings.add(f"{name}: belongs to log {head.log_id}, the export is of {state.log_id}", row=0)
        elif head.size > size:
            findings.add(f"{name}: the log was cut, it has only {size} rows", row=size, name="(cut off)")
            findings.beyond, findings.missing = findings.beyond + 1, head.size - size
        elif roots[head.size] != head.root:
            text = f"{name}: among rows {good} to {head.size - 1} something was rewritten"
            findings.add(text, row=good, name=_name(state, good), until=head.size)
        else:
            good = head.size


def _read_start(line: str, state: State, evidence: Evidence, findings: Findings) -> None:
    parts = line.rstrip("\n").split("\t")
    if len(parts) != 4 or parts[0] != "Z" or parts[1] != LOG_FORMAT:
        raise Unreadable(f"line 1: not an export of format {LOG_FORMAT}")
    state.log_id = parts[2]
    if evidence.log_id and state.log_id != evidence.log_id:
        findings.add(f"the export is of log {state.log_id}, not of {evidence.log_id}", row=0, name="(whole log)")


def _read_leaf(parts: list[str], state: State, evidence: Evidence, findings: Findings) -> None:
    if len(parts) != 5:
        raise Unreadable(f"leaf {len(state.leaves)}: has {len(parts)} columns, not 5")
    number, table, key, digest, text = parts
    name = f"{table} {unescaped(key)}"
    expected = len(state.leaves)
    if int(number) != expected:
        findings.add(f"leaf {expected} is missing, the next is {number}", row=expected, name=name)
    leaf = bytes.fromhex(digest)
    if text == NULL:
        findings.add(f"leaf {number}: the row {name} was deleted", row=expected, name=name)
    elif leaf_hash(unescaped(text)) != leaf:
        findings.add(f"leaf {number}: the row {name} was changed", row=expected, name=name)
    outside = evidence.leaves[expected * HASH_BYTES : (expected + 1) * HASH_BYTES]
    if outside and outside != leaf:
        findings.add(f"leaf {number}: the second place knows another row than {name}", row=expected, name=name)
    state.names.append(name)
    state.leaves.append(leaf)


def _read_unsealed(parts: list[str], state: State, findings: Findings) -> None:
    if len(parts) != 3:
        raise Unreadable(f"unsealed row: has {len(parts)} columns, not 3")
    if parts[2] == "pending":
        state.pending += 1
    else:
        name = f"{parts[0]} {unescaped(parts[1])}"
        findings.add(f"the row {name} was inserted behind the sealer's back", row=len(state.leaves), name=name)


def _name(state: State, row: int) -> str:
    return state.names[row] if row < len(state.names) else "(none)"


def unescaped(text: str) -> str:
    """Undo the escapes of PostgreSQL's COPY."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)


# Bundles --------------------------------------------------------------------------------------------------------------


def verify_bundle(bundle: dict[str, Any], evidence: Evidence) -> Findings:
    """Hold each row of a bundle against its signed head, and the head against the second place."""
    findings = Findings()
    if bundle.get("format") != BUNDLE_FORMAT:
        raise Unreadable(f"not a bundle of format {BUNDLE_FORMAT}")
    head = head_of(json.dumps(bundle.get("head")), where="head")
    if not head.is_signed_by(evidence.public_key):
        findings.add("the head's signature is not of this key", row=0, name="(head)")
    if evidence.log_id and head.log_id != evidence.log_id:
        findings.add(f"the head is of log {head.log_id}, not of {evidence.log_id}", row=0, name="(head)")
    outside = evidence.heads.get(head.size)
    if evidence.heads and (outside is None or outside.root != head.root or outside.log_id != head.log_id):
        findings.add(f"the second place has no such head at {head.size} rows", row=0, name="(head)")
    for row in bundle.get("rows", []):
        _check_row(row, head, findings)
    return findings


def _check_row(row: dict[str, Any], head: Head, findings: Findings) -> None:
    try:
        number, text = int(row["n"]), str(row["text"])
        path = [bytes.fromhex(node) for node in row["path"]]
    except (KeyError, ValueError, TypeError) as problem:
        raise Unreadable("a row of the bundle is not complete") from problem
    if root_from_inclusion(leaf_hash(text), number, head.size, path) != head.root:
        name = row_name(text)
        findings.add(f"row {number}, {name}, is not under the head: it was changed", row=number, name=name)


def row_name(text: str) -> str:
    """Table and key of a row, as far as its text can be read."""
    try:
        read = json.loads(text)
        table, row = str(read["table"]), read["row"]
        names = ("source", "id", "version") if table == "cases_event" else _key_names(row)
        return f"{table} {'/'.join(str(row[name]) for name in names)}"
    except (ValueError, KeyError, TypeError):
        return text[:80]


def _key_names(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("key", "id", "number", "plan_id", "answer_id", "assigned_id", "case")
    return next((name,) for name in names if name in row)


# The bundle of an alert -----------------------------------------------------------------------------------------------

Row = dict[str, Any]


def verify_alert(bundle: dict[str, Any], evidence: Evidence) -> Findings:
    """A bundle's rows, and what an alert's bundle adds to them: its key, rulebook, calendar and recipients."""
    findings = verify_bundle(bundle, evidence)
    if bundle.get("public_key") != evidence.public_key.hex():
        findings.add("the bundle names another public key than the one given")
    rows = rows_by_table(bundle)
    alert = the_alert(bundle, rows)
    if alert is None:
        findings.add(f"alert {bundle.get('alert')}: its row is not in the bundle")
        return findings
    _check_rulebook(bundle.get("rulebook", {}), rows, alert, findings)
    _check_recipients(bundle.get("deliveries", []), rows, findings)
    return findings


def verify_document(bundle: dict[str, Any], evidence: Evidence, document: Path | None) -> Findings:
    """A bundle's rows, and whether one of them is the record of this very file."""
    findings = verify_bundle(bundle, evidence)
    if document is None:
        findings.add("no document was given to hold against the bundle: name it with --document FILE")
        return findings
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    issued = rows_by_table(bundle).get("printing_issueddocument", [])
    if not any(row.get("file") == digest for row in issued):
        findings.add(f"{document.name}: the log has no record of a file with these bytes: it was changed")
    return findings


def verify_inspection(bundle: dict[str, Any], evidence: Evidence) -> Findings:
    """A bundle's rows, and what holds a card, a draw or an alarm together."""
    findings, rows, number = verify_bundle(bundle, evidence), rows_by_table(bundle), str(bundle["inspection"])
    if number.startswith("ZG-"):
        _check_card(number, rows, findings)
    elif number.startswith("IP-"):
        _check_draw(number, rows, findings)
    else:
        _check_alarm(number, rows, findings)
    return findings


def _check_card(number: str, rows: dict[str, list[Row]], findings: Findings) -> None:
    if not any(row["number"] == number for row in rows.get("inspection_card", [])):
        findings.add(f"card {number}: its row is not in the bundle")
    steps = sorted(rows.get("inspection_cardstep", []), key=lambda row: row["n"])
    if [row["n"] for row in steps] != list(range(1, len(steps) + 1)) or any(row["card_id"] != number for row in steps):
        findings.add(
            f"card {number}: its steps are {[row['n'] for row in steps]}; one was left out or is another card's"
        )
    told = {row["id"]: _instant(row["at"]) for row in rows.get("cases_event", [])}
    for row in steps:
        if told.get(f"{number}/{row['n']}") != _instant(row["at"]):
            findings.add(f"card {number}: step {row['n']} ({row['act']}) has no event of its instant")


def _check_alarm(number: str, rows: dict[str, list[Row]], findings: Findings) -> None:
    key = number.removeprefix("DC-")
    if not any(str(row["id"]) == key for row in rows.get("inspection_alarm", [])):
        findings.add(f"alarm {number}: its row is not in the bundle")
    acts = [row["act"] for row in sorted(rows.get("inspection_checkstep", []), key=lambda row: row["id"])]
    if acts != ["opened", "answered", "judged"][: len(acts)]:
        findings.add(f"alarm {number}: its steps are {acts}; one was left out")
    told = {row["id"]: _instant(row["at"]) for row in rows.get("cases_event", [])}
    for row in rows.get("inspection_checkstep", []):
        if told.get(f"oversight.check_{row['act']}/{key}") != _instant(row["at"]):
            findings.add(f"alarm {number}: step {row['act']} has no event of its instant")


def _check_draw(number: str, rows: dict[str, list[Row]], findings: Findings) -> None:
    plan, frame, draw, promise = (
        next(iter(rows.get(f"inspection_{name}", [])), None) for name in ("plan", "frame", "draw", "commitment")
    )
    if plan is None or frame is None or plan["id"] != number:
        findings.add(f"plan {number}: its row or its frame is not in the bundle")
        return
    refs = sorted(row["ref"] for row in rows.get("inspection_framefile", []))
    if hashlib.new(plan["hash_name"], "\n".join(refs).encode()).hexdigest() != frame["hash"]:
        findings.add(f"plan {number}: its {len(refs)} files are not those of its sealed frame")
    if draw is None:
        return
    nonce = bytes.fromhex(draw["nonce"])
    if promise is None or hashlib.new(plan["hash_name"], nonce).hexdigest() != promise["value"]:
        findings.add(f"plan {number}: the bytes are not those that the witness promised")
    if hashlib.new(plan["hash_name"], bytes.fromhex(draw["head"]) + nonce).hexdigest() != draw["seed"]:
        findings.add(f"plan {number}: the seed does not follow from head and bytes")


def inspection_lines(bundle: dict[str, Any]) -> Iterator[str]:
    """What happened and when it was recorded, as the sealed rows say it; of a draw the files that follow from it."""
    rows = rows_by_table(bundle)
    events = sorted(rows.get("cases_event", []), key=lambda row: (_instant(row["at"]), row["id"]))
    for row in events:
        yield f"{row['at']} {row['type']} recorded {row['recorded_at']} {' '.join(row.get('officers') or [])}".rstrip()
    for draw in rows.get("inspection_draw", []):
        plan = rows["inspection_plan"][0]
        strata: dict[str, list[Row]] = {}
        for row in rows.get("inspection_framefile", []):
            strata.setdefault(row["stratum"], []).append(row)
        for name, files in sorted(strata.items()):
            yield f"{name}: {' '.join(_drawn(draw, plan, name, files))}"


def _drawn(draw: Row, plan: Row, name: str, files: list[Row]) -> list[str]:
    seed = bytes.fromhex(draw["seed"])

    def mark(ref: str) -> str:
        return hmac.new(seed, f"{plan['id']}|{name}|{ref}".encode(), plan["hash_name"]).hexdigest()

    return sorted((row["ref"] for row in files), key=mark)[: files[0]["draw"]]


def rows_by_table(bundle: dict[str, Any]) -> dict[str, list[Row]]:
    """The rows as objects. Raises Unreadable where a text is none."""
    found: dict[str, list[Row]] = {}
    for row in bundle["rows"]:
        try:
            read = json.loads(row["text"])
            found.setdefault(str(read["table"]), []).append(dict(read["row"]))
        except (ValueError, KeyError, TypeError) as problem:
            raise Unreadable(f"row {row.get('n')}: its text is no row") from problem
    return found


def the_alert(bundle: dict[str, Any], rows: dict[str, list[Row]]) -> Row | None:
    """The row of the alert that the bundle is about."""
    return next((row for row in rows.get("alerts_alert", []) if row["key"] == bundle.get("alert")), None)


def judged_at(alert: Row) -> str:
    """The instant of the judgement that an alert's explanation was frozen at."""
    return str(alert.get("explanation", {}).get("as_of") or alert["created_at"])


def rulebook_digest(files: dict[str, str]) -> str:
    """SHA-256 over names and contents, as releases are named."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\x1f{len(files[name])}\x1f{files[name]}\x1e".encode())
    return whole.hexdigest()


def _check_rulebook(rulebook: dict[str, Any], rows: dict[str, list[Row]], alert: Row, findings: Findings) -> None:
    """The files give the digest of the last release that the sealed log knows before the judgement."""
    digest = rulebook_digest(rulebook.get("files", {}))
    if digest != rulebook.get("sha256"):
        findings.add("rulebook: a rule file or the calendar was changed; the files do not give its digest")
    last = _last_release(rows.get("audit_entry", []), judged_at(alert))
    if last is None:
        findings.add("rulebook: the bundle proves no release before the judgement")
    elif last != rulebook.get("sha256"):
        findings.add(f"rulebook: the last release that the bundle proves before the judgement is {last}")


def _last_release(entries: list[Row], at: str) -> str | None:
    """Digest of the release decided last before an instant, by the audit entries of releases."""
    digests, decided = {}, []
    for entry in entries:
        if entry["object_kind"] != "supervision_release":
            continue
        detail = entry["detail"]
        if "sha256" in detail:
            digests[entry["object_id"]] = str(detail["sha256"][1])
        if detail.get("state", [None, None])[1] == "released":
            decided.append((_instant(detail["decided_at"][1]), int(entry["id"]), entry["object_id"]))
    before = [one for one in sorted(decided) if one[0] <= _instant(at)]
    return digests.get(before[-1][2]) if before else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _check_recipients(deliveries: list[Row], rows: dict[str, list[Row]], findings: Findings) -> None:
    """The key of a delivery is made of alert, channel and target; the sealed outcomes name that key."""
    known = set()
    for row in deliveries:
        parts = (str(row["alert"]), str(row["channel"]), str(row["target"]))
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        known.add((key, *parts[:2]))
        if key != row["key"]:
            findings.add(f"delivery {row['key']}: alert, channel or recipient was changed; they do not give its key")
    outcomes = rows.get("alerts_deliveryoutcome", [])
    for row in outcomes:
        if (row["delivery_id"], row["alert_id"], row["channel"]) not in known:
            findings.add(f"alerts_deliveryoutcome {row['id']}: the bundle does not say to whom it went")
    for key, _, _ in sorted(known - {(row["delivery_id"], row["alert_id"], row["channel"]) for row in outcomes}):
        findings.add(f"delivery {key}: no sealed row says that it was made")


def told_lines(bundle: dict[str, Any]) -> Iterator[str]:
    """Who was told what and when, as the sealed rows say it. Numbers are shown by their last four digits."""
    rows = rows_by_table(bundle)
    targets = {row["key"]: str(row["target"]) for row in bundle.get("deliveries", [])}
    outcomes = sorted(rows.get("alerts_deliveryoutcome", []), key=lambda row: (_instant(row["at"]), row["id"]))
    for alert in sorted(rows.get("alerts_alert", []), key=lambda row: (_instant(row["created_at"]), row["key"])):
        mark = "*" if alert["key"] == bundle["alert"] else " "
        who = f"officer {alert['officer_id']}" if "officer_id" in alert else f"account {alert.get('account', '')}"
        head = f"{alert['created_at']} {alert['reason']} {alert['level']} {alert['role']}, {who}"
        yield f"{mark} {head}: {alert['text']}"
        if alert["lead"]:
            yield f"    told by the message of alert {alert['lead'][:12]}"
        for row in outcomes:
            if row["alert_id"] == alert["key"]:
                target = targets.get(row["delivery_id"], "")
                yield f"    {row['at']} {row['channel']} …{target[-4:]} {row['what']}"
    for row in sorted(rows.get("alerts_action", []), key=lambda row: (_instant(row["at"]), row["id"])):
        yield f"  {row['at']} {row['act']} by officer {row.get('by_id', '-')} via {row['via']}"


def recomputed(path: Path, zs: str, findings: Findings) -> str:
    """Let the platform's program compute the alert again from the bundle alone. Returns what it says."""
    done = subprocess.run([zs, "recompute", str(path)], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip()
    if done.returncode:
        findings.add(f"recomputed: {said or 'the program failed without a word'}")
    return said


# The command line -----------------------------------------------------------------------------------------------------


def _evidence(options: argparse.Namespace) -> Evidence:
    heads = heads_in(options.heads) if options.heads else []
    return Evidence(
        public_key=bytes.fromhex(options.public_key.read_text(encoding="ascii").strip()),
        log_id=options.log_id or (heads[0].log_id if heads else ""),
        heads={head.size: head for head in heads},
        leaves=options.leaves.read_bytes() if options.leaves else b"",
    )


def verify_export(path: Path, evidence: Evidence) -> tuple[State, Findings]:
    """All checks of an exported log."""
    with path.open(encoding="utf-8", newline="\n") as file:
        return verify_log(file, evidence)


def _report(findings: Findings, ok: str) -> int:
    if not findings.problems:
        print(ok)
        return 0
    if findings.is_behind:
        print(f"BEHIND: the first {findings.first_row} rows agree; the {findings.missing} after them are missing here")
        return 3
    if findings.first_row is not None:
        print(f"FIRST BAD ROW {findings.first_row}: {findings.first_name}")
    for problem in findings.problems[:50]:
        print(problem)
    print(f"{len(findings.problems)} disagreements")
    return 1


def _bundle(options: argparse.Namespace, evidence: Evidence) -> int:
    bundle = json.loads(options.file.read_text(encoding="utf-8"))
    ok = f"OK: {len(bundle.get('rows', []))} rows are in the sealed log"
    if "document" in bundle or options.document:
        return _report(
            verify_document(bundle, evidence, options.document), f"OK: {options.document} was issued as it is"
        )
    if "inspection" in bundle:
        findings = verify_inspection(bundle, evidence)
        if not findings.problems:
            print("\n".join(inspection_lines(bundle)))
        return _report(findings, ok)
    if "alert" not in bundle:
        return _report(verify_bundle(bundle, evidence), ok)
    findings = verify_alert(bundle, evidence)
    if not findings.problems:
        print("\n".join(told_lines(bundle)))
        if options.with_zs:
            print(recomputed(options.file, options.with_zs, findings))
        else:
            print("NOT RECOMPUTED: rows, rulebook and recipients were checked, not the law; use --with-zs ./zs")
    return _report(findings, ok)


def main(arguments: list[str]) -> int:
    """Run one verification."""
    parser = argparse.ArgumentParser(description="Verify an audit log or a bundle.")
    parser.add_argument("what", choices=("log", "bundle"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--public-key", type=Path, required=True)
    parser.add_argument("--heads", type=Path)
    parser.add_argument("--leaves", type=Path)
    parser.add_argument("--log-id", default="")
    parser.add_argument("--document", type=Path, help="the file that a bundle is about")
    parser.add_argument("--with-zs", default="", help="the platform's program, to compute an alert again")
    options = parser.parse_args(arguments)
    try:
        evidence = _evidence(options)
        if options.what == "bundle":
            return _bundle(options, evidence)
        state, findings = verify_export(options.file, evidence)
        return _report(
            findings, f"OK: {len(state.leaves)} rows, {len(state.heads)} heads, {state.pending} not sealed yet"
        )
    except (Unreadable, OSError, ValueError, KeyError, TypeError) as problem:
        print(f"UNREADABLE: {problem}")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
