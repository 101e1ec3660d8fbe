"""The published record of a draw: all that a third party needs to repeat it, and what differs where it does not agree.

A record is JSON. Cases that may not be listed stand in it under a token that means nothing outside.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from zhunsheng.core.inspection.draw import HASHES, DrawRefused, Pick, draw, frame_hash, seed

FORMAT: Final = "zhunsheng draw 1"
LARGEST_RECORD: Final = 64 * 1024 * 1024
KEYS: Final = ("format", "plan", "hash", "hour", "head", "commitment", "nonce", "seed", "frame", "strata")


@dataclass(frozen=True)
class Drawn:
    """One stratum of a draw."""

    stratum: str
    ids: tuple[str, ...]
    picks: tuple[Pick, ...]


@dataclass(frozen=True)
class Lot:
    """What a draw is made of. `hour` and the head's instant are texts: they are shown, not computed with."""

    plan: str
    hash_name: str
    hour: str
    head: str
    head_at: str
    commitment: str
    nonce: str


def drawn(lot: Lot, strata: Mapping[str, tuple[str, ...]], counts: Mapping[str, int]) -> tuple[Drawn, ...]:
    """Draw every stratum. Raises DrawRefused: the draw is void."""
    made = seed(bytes.fromhex(lot.head), bytes.fromhex(lot.nonce), lot.commitment, lot.hash_name)
    return tuple(
        Drawn(
            name,
            tuple(sorted(ids)),
            draw(made, plan=lot.plan, stratum=name, ids=ids, count=counts[name], hash_name=lot.hash_name),
        )
        for name, ids in sorted(strata.items())
    )


def record(lot: Lot, parts: tuple[Drawn, ...]) -> str:
    """The record as text, the same bytes for the same draw."""
    made = seed(bytes.fromhex(lot.head), bytes.fromhex(lot.nonce), lot.commitment, lot.hash_name)
    ids = [one for part in parts for one in part.ids]
    whole = {
        "format": FORMAT,
        "plan": lot.plan,
        "hash": lot.hash_name,
        "hour": lot.hour,
        "head": {"root": lot.head, "at": lot.head_at},
        "commitment": lot.commitment,
        "nonce": lot.nonce,
        "seed": made.hex(),
        "frame": {"files": len(ids), "hash": frame_hash(ids, lot.hash_name)},
        "strata": [_stratum(part) for part in parts],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _stratum(part: Drawn) -> dict[str, Any]:
    picks = [{"id": pick.id, "mark": pick.digest, "inclusion": str(pick.inclusion)} for pick in part.picks]
    return {"name": part.stratum, "draw": len(part.picks), "ids": list(part.ids), "picks": picks}


class RecordRefused(ValueError):
    """A text is no record of a draw."""


def differences(text: str) -> list[str]:
    """Draw again what a record says, and name what differs; an empty list means 一致.

    Raises  RecordRefused where the text is no record at all.
    """
    whole = _read(text)
    hash_name, found = str(whole["hash"]), []
    ids = [str(one) for part in whole["strata"] for one in part["ids"]]
    try:
        if frame_hash(ids, hash_name) != whole["frame"]["hash"]:
            found.append("抽样框摘要不同：封存之后有编号增加、减少或改动。")
        made = seed(bytes.fromhex(whole["head"]["root"]), bytes.fromhex(whole["nonce"]), whole["commitment"], hash_name)
    except (DrawRefused, ValueError) as problem:
        return [*found, str(problem) if isinstance(problem, DrawRefused) else "链头或随机数不是十六进制。"]
    if made.hex() != whole["seed"]:
        found.append("种子不同：不是由这个链头和随机数得出。")
    if len(ids) != whole["frame"]["files"]:
        found.append(f"抽样框写明 {whole['frame']['files']} 件，列出 {len(ids)} 件。")
    for part in whole["strata"]:
        found += _stratum_differences(made, whole["plan"], part, hash_name)
    return found


def _stratum_differences(made: bytes, plan: str, part: Mapping[str, Any], hash_name: str) -> list[str]:
    name = part["name"]
    try:
        picks = draw(made, plan=plan, stratum=name, ids=part["ids"], count=part["draw"], hash_name=hash_name)
    except DrawRefused as problem:
        return [f"{name}：{problem}"]
    right = {pick.id: (pick.digest, pick.inclusion) for pick in picks}
    stated = {row["id"]: (row["mark"], Fraction(row["inclusion"])) for row in part["picks"]}
    found = [f"{name}：{one} 应抽中而没有列出。" for one in right.keys() - stated.keys()]
    found += [f"{name}：{one} 列为抽中，按种子不应抽中。" for one in stated.keys() - right.keys()]
    for one in right.keys() & stated.keys():
        if right[one][0] != stated[one][0]:
            found.append(f"{name}：{one} 的排序值不同。")
        if right[one][1] != stated[one][1]:
            found.append(f"{name}：{one} 的入选概率应为 {right[one][1]}。")
    return sorted(found)


def _read(text: str) -> dict[str, Any]:
    if len(text) > LARGEST_RECORD:
        raise RecordRefused("记录太大，不像抽取记录。请核对文件。")
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        raise RecordRefused(f"不是 JSON（第 {problem.lineno} 行）。请用系统导出的抽取记录。") from problem
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise RecordRefused(f"不是抽取记录：缺少 format = “{FORMAT}”。请用系统导出的抽取记录。")
    missing = [key for key in KEYS if key not in whole]
    if missing:
        raise RecordRefused(f"抽取记录缺少 {'、'.join(missing)}。请重新导出。")
    if whole["hash"] not in HASHES:
        raise RecordRefused(f"摘要算法 {whole['hash']!r} 不认识。可用 {'、'.join(HASHES)}。")
    try:
        for part in whole["strata"]:
            _ = (part["name"], int(part["draw"]), [str(one) for one in part["ids"]])
            _ = [(row["id"], row["mark"], Fraction(row["inclusion"])) for row in part["picks"]]
        _ = (whole["frame"]["hash"], int(whole["frame"]["files"]), str(whole["head"]["root"]), str(whole["nonce"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as problem:
        raise RecordRefused(f"抽取记录的内容不全：{type(problem).__name__}。请重新导出。") from problem
    return whole
