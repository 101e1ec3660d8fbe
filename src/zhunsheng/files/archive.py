"""An archive of events: Parquet by month of recording and by part, added to, verified, judged part by part.

    ARCHIVE/month=2026-03/part=07/0001.parquet      schemas.EVENTS
    ARCHIVE/homes-0003.parquet                      HOMES: with what each case and incident is judged
    ARCHIVE/bonds-0003.parquet                      BONDS: what only later turned out to be judged together
    ARCHIVE/manifest.json                           every file with its rows and SHA-256, and how far it reaches

Cases and incidents are numbered by the SHA-256 of their names (two that share a number are judged together, which
changes no answer). A case lies in the part of what it was first named with, so that nearly all that is judged together
lies in one part. What two parts hold of one group (an incident that is named by a case later on, a correction that
takes an event to another case) is brought together while the archive is read. So each part can be judged by itself, and
a log larger than the memory is judged part by part.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
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
LINK: Final = pl.Schema({"one": pl.String(), "other": pl.String()})
HOMES: Final = pl.Schema({"key": pl.UInt64(), "root": pl.UInt64()})
"""Of every case and incident the number, and that of its root: it lies in the part `root % parts`."""
BONDS: Final = pl.Schema({"one": pl.UInt64(), "other": pl.UInt64()})
"""Roots that are judged together."""
MOVED: Final = pl.Schema({"key": pl.UInt64(), "root": pl.UInt64(), "into": pl.UInt64()})
KEY: Final = pl.coalesce("case", "incident")
KINDS: Final = ("homes", "bonds")
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
    manifest = _manifest(folder) if (folder / MANIFEST).is_file() else _empty(parts)
    reaches = datetime.fromisoformat(manifest["reaches"]) if manifest["reaches"] else None
    fresh = events if reaches is None else events.filter(pl.col("recorded_at") > reaches)
    if fresh.is_empty():
        return Added(0, events.height)
    folder.mkdir(parents=True, exist_ok=True)
    before = {kind: manifest[kind]["file"] for kind in KINDS if manifest[kind]}
    homes, bonds = _settled(fresh, folder, manifest)
    for (month, part), rows in _placed(fresh, homes, manifest["parts"]).group_by(["month", "part"]):
        _write(rows.drop("month", "part"), folder, f"month={month}/part={part:02d}", manifest)
    latest = fresh["recorded_at"].max()
    assert isinstance(latest, datetime)  # no row is without
    manifest |= {"reaches": latest.isoformat(), "appends": manifest["appends"] + 1}
    for kind, table in zip(KINDS, (homes, bonds), strict=True):
        name = f"{kind}-{manifest['appends']:04d}.parquet"
        table.write_parquet(folder / name)
        manifest[kind] = {"file": name, "sha256": _sha256(folder / name)}
    (folder / f".{MANIFEST}").write_text(json.dumps(manifest, indent=1, sort_keys=True), "utf-8")
    (folder / f".{MANIFEST}").replace(folder / MANIFEST)  # last: until then a reader sees the archive as it was
    for name in before.values():
        (folder / name).unlink(missing_ok=True)
    return Added(fresh.height, events.height - fresh.height)


def verify(folder: Path) -> int:
    """How many events the archive holds, after every file was held against the manifest.

    Raises  ArchiveRefused naming the first file that is missing, was changed, or is not in the manifest.
    """
    manifest = _manifest(folder)
    tables = {manifest[kind]["file"]: manifest[kind] for kind in KINDS}
    for name, said in sorted((manifest["files"] | tables).items()):
        path = folder / name
        if not path.is_file():
            raise ArchiveRefused(f"{path}: missing. Bring it back from a copy, or write the archive anew.")
        if _sha256(path) != said["sha256"]:
            raise ArchiveRefused(f"{path}: not as it was written. Bring it back from a copy.")
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
    most = max(1, (memory_bytes - FIXED_BYTES) // BYTES_PER_EVENT)
    moved = _moved(folder, manifest)
    held: list[pl.DataFrame] = []
    with tempfile.TemporaryDirectory(prefix="zs-archive-") as name:
        _send(folder, manifest, moved, Path(name))
        for part in range(manifest["parts"]):
            events = pl.concat([_staying(folder, manifest, moved, part), _arrived(Path(name), part)])
            for piece in _pieces(events, folder, manifest, moved, most):
                if held and sum(map(len, held)) + piece.height > most:
                    yield pl.concat(held)
                    held = []
                held.append(piece)
        if held:
            yield pl.concat(held)


def _settled(fresh: pl.DataFrame, folder: Path, manifest: dict[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Homes and bonds with what some events name: a new name takes the root of what it is named with, else the
    smallest new name is the root of all; roots that meet are bonded."""
    homes, bonds = (_table(folder, manifest, kind) for kind in KINDS)
    pairs = pl.concat([_links_of(fresh), _corrected(fresh, folder, manifest)]).unique()
    named_by = [fresh.select(KEY).to_series(), pairs["one"], pairs["other"]]
    names = pl.concat(named_by).fill_null("").unique().sort()
    named = pl.DataFrame({"name": names, "key": _numbers(names), "label": _labels(pairs, names)})
    named = named.join(homes, on="key", how="left", maintain_order="left")
    own = pl.coalesce(pl.col("root").drop_nulls().min(), pl.col("key").first())
    together = named.with_columns(own=own.over("label"))
    met = together.filter(pl.col("root").is_not_null() & (pl.col("root") != pl.col("own")))
    bonds = pl.concat([bonds, met.select(one="own", other="root")]).unique().sort("one", "other")
    new = together.filter(pl.col("root").is_null()).select("key", root="own").unique("key", keep="first")
    return pl.concat([homes, new]), bonds


def _labels(pairs: pl.DataFrame, names: pl.Series) -> Ints:
    """The place of the smallest name that each name hangs together with."""
    codes = pl.DataFrame({"name": names}).with_row_index("code")
    one, other = (
        pairs.join(codes, left_on=side, right_on="name", how="left", maintain_order="left")["code"].to_numpy()
        for side in ("one", "other")
    )
    return _smallest(one.astype(np.int64), other.astype(np.int64), len(names))


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
    """Names between which a correction moved an event."""
    about = ("source", "id")
    again = fresh.filter(pl.col("version") != 1).select(about).unique()
    if again.is_empty():
        return pl.DataFrame(schema=LINK)
    old = (pl.read_parquet(folder / name, columns=[*about, "case", "incident"]) for name in manifest["files"])
    found = [
        rows.join(again, on=about, how="semi", nulls_equal=True).select(*about, key=KEY)
        for rows in (*old, fresh.select(*about, "case", "incident"))
    ]
    named = pl.concat(found).unique()
    pairs = named.join(named, on=about, nulls_equal=True).select(one="key", other="key_right")
    return pairs.filter(pl.col("one") < pl.col("other")).unique()


def _placed(events: pl.DataFrame, homes: pl.DataFrame, parts: int) -> pl.DataFrame:
    """Events with the month and the part in which they are written, in the order of files."""
    homed = _numbered(events).join(homes, on="key", how="left").with_columns(part=_part(pl.col("root"), parts))
    placed = homed.drop("key", "root").with_columns(month=pl.col("recorded_at").dt.strftime("%Y-%m"))
    return placed.sort("month", "part", "at", "source", "id")


def _part(root: pl.Expr, parts: int) -> pl.Expr:
    return (root % parts).cast(pl.Int64)


def _numbered(events: pl.DataFrame) -> pl.DataFrame:
    """Events with the number of their case, else incident, as `key`."""
    names = events.select(KEY.fill_null("")).to_series()
    known = names.unique()
    numbers = pl.DataFrame({"name": known, "key": _numbers(known)})
    return events.with_columns(name=names).join(numbers, on="name", how="left", maintain_order="left").drop("name")


def _numbers(names: Iterable[str]) -> pl.Series:
    """The numbers of some names: of their SHA-256, which no release of a library changes."""
    numbers = [int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) for name in names]
    return pl.Series(numbers, dtype=pl.UInt64)


def _moved(folder: Path, manifest: dict[str, Any]) -> pl.DataFrame:
    """Cases and incidents of a root that hangs together with others: MOVED, `into` the root of all."""
    bonds = _table(folder, manifest, "bonds")
    roots = pl.concat([bonds["one"], bonds["other"]]).unique().sort()
    if roots.is_empty():
        return pl.DataFrame(schema=MOVED)
    one, other = (roots.search_sorted(bonds[side]).to_numpy().astype(np.int64) for side in ("one", "other"))
    into = roots.gather(_smallest(one, other, len(roots)))
    bonded = pl.LazyFrame({"root": roots, "into": into})
    homes = pl.scan_parquet(folder / manifest["homes"]["file"])
    return homes.join(bonded, on="root").select(MOVED.names()).collect()


def _send(folder: Path, manifest: dict[str, Any], moved: pl.DataFrame, spill: Path) -> None:
    """Write the events that belong to another part than the one they lie in to a folder, by that part."""
    parts = manifest["parts"]
    goes = moved.select("key", lies=_part(pl.col("root"), parts), part=_part(pl.col("into"), parts))
    for (part,), keys in goes.filter(pl.col("lies") != pl.col("part")).group_by(["lies"]):
        assert isinstance(part, int)  # the number of a part
        leaving = _numbered(_read(folder, manifest, part)).join(keys, on="key")
        for (target,), some in leaving.group_by(["part"]):
            (spill / f"{target}").mkdir(exist_ok=True)
            some.drop("key", "lies", "part").write_parquet(spill / f"{target}" / f"{part}.parquet")


def _staying(folder: Path, manifest: dict[str, Any], moved: pl.DataFrame, part: int) -> pl.DataFrame:
    """The events of a part without those that belong to another."""
    own, parts = _read(folder, manifest, part), manifest["parts"]
    away = moved.filter((_part(pl.col("root"), parts) == part) & (_part(pl.col("into"), parts) != part))
    return own if away.is_empty() else _numbered(own).join(away, on="key", how="anti").drop("key")


def _arrived(spill: Path, part: int) -> pl.DataFrame:
    """The events that were sent to a part."""
    files = sorted((spill / f"{part}").glob("*.parquet"))
    return pl.read_parquet(files) if files else pl.DataFrame(schema=schemas.EVENTS)


def _pieces(
    events: pl.DataFrame, folder: Path, manifest: dict[str, Any], moved: pl.DataFrame, most: int
) -> Iterator[pl.DataFrame]:
    """Events in pieces of about so many rows, what is judged together whole."""
    if events.height <= most:
        yield events
        return
    keyed = _numbered(events)
    homes = pl.scan_parquet(folder / manifest["homes"]["file"]).join(keyed.lazy(), on="key", how="semi").collect()
    group = pl.coalesce("into", "root")
    groups = homes.join(moved.drop("root"), on="key", how="left").select("key", group=group)
    grouped = keyed.join(groups, on="key", how="left")
    sizes = grouped.group_by("group").len().sort("group")
    sizes = sizes.with_columns(piece=(pl.col("len").cum_sum() - pl.col("len")) // most)
    for _, names in sizes.group_by("piece", maintain_order=True):
        yield grouped.join(names, on="group", how="semi").drop("key", "group")


def _write(rows: pl.DataFrame, folder: Path, place: str, manifest: dict[str, Any]) -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    name = f"{place}/{manifest['appends'] + 1:04d}.parquet"
    partial = folder / f"{name}.partial"
    rows.write_parquet(partial)
    partial.replace(folder / name)
    manifest["files"][name] = {"rows": rows.height, "sha256": _sha256(folder / name)}


def _read(folder: Path, manifest: dict[str, Any], part: int) -> pl.DataFrame:
    files = [folder / name for name in sorted(manifest["files"]) if f"/part={part:02d}/" in name]
    if not files:
        return pl.DataFrame(schema=schemas.EVENTS)
    return schemas.assert_schema(pl.read_parquet(files, hive_partitioning=False), schemas.EVENTS, "archive")


def _table(folder: Path, manifest: dict[str, Any], kind: str) -> pl.DataFrame:
    """Homes or bonds as they stand."""
    if manifest[kind] is None:
        return pl.DataFrame(schema={"homes": HOMES, "bonds": BONDS}[kind])
    return pl.read_parquet(folder / manifest[kind]["file"])


def _empty(parts: int) -> dict[str, Any]:
    return {"parts": parts, "appends": 0, "reaches": None, "files": {}, "homes": None, "bonds": None}


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
