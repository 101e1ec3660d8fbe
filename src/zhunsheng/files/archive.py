"""An archive of events: Parquet by month of recording and by hash of the case, added to, verified, judged in parts.

    ARCHIVE/month=2026-03/part=07/0001.parquet      schemas.EVENTS
    ARCHIVE/links.parquet                           which cases and incidents belong together
    ARCHIVE/manifest.json                           every file with its rows and SHA-256, and how far it reaches

What is judged together lies in one part, or is fetched from where it lies: an incident may come to belong to a case of
another part, and a correction may have taken an event from there. So each part can be judged by itself, and a log
larger than the memory is judged part by part.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas

PARTS: Final = 32
BYTES_PER_EVENT: Final = 5_000
"""What an event takes while it is judged, its findings included: measured on a city with all rules, rounded up."""
FIXED_BYTES: Final = 400 * 2**20
"""What the program and the rulebook take without any event."""
MANIFEST: Final = "manifest.json"
LINKS: Final = "links.parquet"
LINK: Final = pl.Schema({"one": pl.String(), "other": pl.String()})
KEY: Final = pl.coalesce("case", "incident")
BLOCK: Final = 1 << 20

Ints = NDArray[np.int64]


class ArchiveRefused(ValueError):
    """The archive is damaged, or is none; the message names the file and what to do."""


@dataclass(frozen=True)
class Added:
    """What an append did: rows written, and rows that the archive reached beyond already."""

    rows: int
    known: int


def append(events: pl.DataFrame, folder: Path, *, parts: int = PARTS) -> Added:
    """Add events (schemas.EVENTS, each with `recorded_at`) to an archive, which is made if it is not there.

    Only what was recorded after the last event of the archive is added: said twice, it is there once. `parts` counts
    for a new archive only.

    Raises  ArchiveRefused: a row without `recorded_at`, or an archive that is damaged; SchemaMismatch.
    """
    schemas.assert_schema(events, schemas.EVENTS, "events")
    if events["recorded_at"].null_count():
        raise ArchiveRefused("An event does not say when it was recorded. Only a log that says so can be added to.")
    manifest = _manifest(folder) if (folder / MANIFEST).is_file() else {"parts": parts, "reaches": None, "files": {}}
    reaches = datetime.fromisoformat(manifest["reaches"]) if manifest["reaches"] else None
    fresh = events if reaches is None else events.filter(pl.col("recorded_at") > reaches)
    if fresh.is_empty():
        return Added(0, events.height)
    folder.mkdir(parents=True, exist_ok=True)
    links = (
        pl.concat([_links(folder), _links_of(fresh), _corrected(fresh, folder, manifest)]).unique().sort("one", "other")
    )
    for (month, part), rows in _placed(fresh, manifest["parts"]).group_by(["month", "part"], maintain_order=True):
        _write(rows.drop("month", "part"), folder, f"month={month}/part={part:02d}", manifest)
    links.write_parquet(folder / f".{LINKS}")
    (folder / f".{LINKS}").replace(folder / LINKS)
    latest = fresh["recorded_at"].max()
    assert isinstance(latest, datetime)  # no row is without
    manifest |= {"reaches": latest.isoformat(), "links": _sha256(folder / LINKS)}
    (folder / f".{MANIFEST}").write_text(json.dumps(manifest, indent=1, sort_keys=True), "utf-8")
    (folder / f".{MANIFEST}").replace(folder / MANIFEST)  # last: until then a reader sees the archive as it was
    return Added(fresh.height, events.height - fresh.height)


def verify(folder: Path) -> int:
    """How many events the archive holds, after every file was held against the manifest.

    Raises  ArchiveRefused naming the first file that is missing, was changed, or is not in the manifest.
    """
    manifest = _manifest(folder)
    for name, said in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            raise ArchiveRefused(f"{path}: missing. Bring it back from a copy, or write the archive anew.")
        if _sha256(path) != said["sha256"]:
            raise ArchiveRefused(f"{path}: not as it was written. Bring it back from a copy.")
    if _sha256(folder / LINKS) != manifest["links"]:
        raise ArchiveRefused(f"{folder / LINKS}: not as it was written. Bring it back from a copy.")
    strange = {str(path.relative_to(folder)) for path in folder.rglob("month=*/*/*.parquet")} - set(manifest["files"])
    if strange:
        raise ArchiveRefused(f"{folder / min(strange)}: not in the manifest. An append was cut off: remove it.")
    return sum(said["rows"] for said in manifest["files"].values())


def read_parts(folder: Path, *, memory_bytes: int) -> Iterator[pl.DataFrame]:
    """The events of the archive, every version, in parts that fit the memory while they are judged: each case whole,
    with all that is judged with it. A case alone may be larger than that; it is given all the same.

    Raises  ArchiveRefused.
    """
    manifest = _manifest(folder)
    groups = _groups(folder)
    most = max(1, (memory_bytes - FIXED_BYTES) // BYTES_PER_EVENT)
    held: list[pl.DataFrame] = []
    for part in range(manifest["parts"]):
        events = _of_part(folder, manifest, groups, part)
        for piece in _pieces(events, groups, most):
            if held and sum(map(len, held)) + piece.height > most:
                yield pl.concat(held)
                held = []
            held.append(piece)
    if held:
        yield pl.concat(held)


def _of_part(folder: Path, manifest: dict[str, Any], groups: pl.DataFrame, part: int) -> pl.DataFrame:
    """What belongs to a part: the rows that lie there, but for those that belong elsewhere, and those that lie
    elsewhere."""
    own = _read(folder, manifest, part)
    guests = own.join(_elsewhere(groups, part, manifest["parts"]), left_on=KEY, right_on="key", how="anti")
    calls = groups.filter(
        (_place(pl.col("group"), manifest["parts"]) == part) & (_place(pl.col("key"), manifest["parts"]) != part)
    )
    if calls.is_empty():
        return guests
    places = calls.select(_place(pl.col("key"), manifest["parts"])).to_series().unique()
    fetched = [_read(folder, manifest, place).join(calls, left_on=KEY, right_on="key", how="semi") for place in places]
    return pl.concat([guests, *fetched])


def _elsewhere(groups: pl.DataFrame, part: int, parts: int) -> pl.DataFrame:
    return groups.filter((_place(pl.col("key"), parts) == part) & (_place(pl.col("group"), parts) != part))


def _pieces(events: pl.DataFrame, groups: pl.DataFrame, most: int) -> Iterator[pl.DataFrame]:
    """Events in pieces of about so many rows, groups whole."""
    if events.height <= most:
        yield events
        return
    grouped = events.with_columns(key=KEY).join(groups, on="key", how="left").with_columns(pl.coalesce("group", "key"))
    sizes = grouped.group_by("group").len().sort("group")
    sizes = sizes.with_columns(piece=(pl.col("len").cum_sum() - pl.col("len")) // most)
    for _, names in sizes.group_by("piece", maintain_order=True):
        yield grouped.join(names, on="group", how="semi").drop("key", "group")


def _groups(folder: Path) -> pl.DataFrame:
    """Keys that are not alone, and the smallest key of their group (`key`, `group`)."""
    pairs = _links(folder)
    names = pl.concat([pairs["one"], pairs["other"]]).unique().sort()
    if names.is_empty():
        return pl.DataFrame(schema={"key": pl.String(), "group": pl.String()})
    codes = pl.DataFrame({"name": names}).with_row_index("code")
    one, other = (
        pairs.join(codes, left_on=side, right_on="name", how="left")["code"].to_numpy() for side in pairs.columns
    )
    labels = _smallest(one.astype(np.int64), other.astype(np.int64), len(names))
    return pl.DataFrame({"key": names, "group": names.gather(labels)})


def _smallest(one: Ints, other: Ints, count: int) -> Ints:
    """The smallest number of all that hang together with each."""
    labels = np.arange(count, dtype=np.int64)
    while True:
        least = np.minimum(labels[one], labels[other])
        after = labels.copy()
        np.minimum.at(after, one, least)
        np.minimum.at(after, other, least)
        if np.array_equal(after, labels):
            return labels
        labels = after


def _links_of(events: pl.DataFrame) -> pl.DataFrame:
    """Cases with the incidents that they name."""
    named = events.select(one="case", other="incident").drop_nulls().unique()
    return named.filter(pl.col("one") != pl.col("other"))


def _corrected(fresh: pl.DataFrame, folder: Path, manifest: dict[str, Any]) -> pl.DataFrame:
    """Keys between which a correction moved an event."""
    again = fresh.filter(pl.col("version") != 1).select("source", "id").unique()
    if again.is_empty():
        return pl.DataFrame(schema=LINK)
    files = [folder / name for name in manifest["files"]]
    old = [pl.scan_parquet(files).select("source", "id", "case", "incident")] if files else []
    every = pl.concat([*old, fresh.lazy().select("source", "id", "case", "incident")])
    keys = every.join(again.lazy(), on=["source", "id"], how="semi", nulls_equal=True).select("source", "id", key=KEY)
    named = keys.unique().collect()
    pairs = named.join(named, on=["source", "id"], nulls_equal=True).select(one="key", other="key_right")
    return pairs.filter(pl.col("one") < pl.col("other")).unique()


def _placed(events: pl.DataFrame, parts: int) -> pl.DataFrame:
    month = pl.col("recorded_at").dt.strftime("%Y-%m")
    return events.with_columns(month=month, part=_place(KEY, parts)).sort("month", "part", "at", "source", "id")


def _place(key: pl.Expr, parts: int) -> pl.Expr:
    """The part of a key: of its SHA-256, which no release of a library changes."""
    return key.map_batches(lambda names: _places(names, parts), return_dtype=pl.Int64)


def _places(names: pl.Series, parts: int) -> pl.Series:
    known = names.unique()
    numbers = [int.from_bytes(hashlib.sha256((name or "").encode()).digest()[:4]) % parts for name in known]
    return names.replace_strict(known, pl.Series(numbers, dtype=pl.Int64), return_dtype=pl.Int64)


def _write(rows: pl.DataFrame, folder: Path, place: str, manifest: dict[str, Any]) -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    number = sum(name.startswith(f"{place}/") for name in manifest["files"]) + 1
    name = f"{place}/{number:04d}.parquet"
    partial = folder / place / f".{number:04d}.partial"
    rows.write_parquet(partial)
    partial.replace(folder / name)
    manifest["files"][name] = {"rows": rows.height, "sha256": _sha256(folder / name)}


def _read(folder: Path, manifest: dict[str, Any], part: int) -> pl.DataFrame:
    files = [folder / name for name in sorted(manifest["files"]) if f"/part={part:02d}/" in name]
    if not files:
        return pl.DataFrame(schema=schemas.EVENTS)
    return schemas.assert_schema(pl.read_parquet(files, hive_partitioning=False), schemas.EVENTS, "archive")


def _links(folder: Path) -> pl.DataFrame:
    path = folder / LINKS
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=LINK)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ArchiveRefused(f"{path}: no manifest of an archive. Write one with ./zs archive add.") from problem
    return read


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            whole.update(block)
    return whole.hexdigest()
