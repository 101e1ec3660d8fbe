"""The fifteen limits in DuckDB: clocks.sql, part by part; the turns of the segments are the only loop.

python -m bench.forms.duckdb_form FOLDER
"""

import sys
from pathlib import Path
from string import Template
from typing import Any, Final

import duckdb

from bench.child import serve
from bench.forms import book as b

SQL: Final = Path(__file__).parent / "clocks.sql"
THREADS: Final = 2
TEXT: Final = "-- "
VERSION: Final = (
    "rv", "rule", "axis", "first_day", "end_day", "is_first", "handover", "at_once_outer", "assume_economic",
    *(f"need_{name}" for name in b.FACTS),
)  # fmt: skip


class DuckdbForm:
    """A database in memory with the events and the tables of the rules."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.book = folder, b.read_book(folder)
        self.rules = 1 + max(row["rule"] for row in self.book.versions)
        self.db = duckdb.connect(config={"threads": THREADS})
        self.db.execute("SET temp_directory = ''")
        self.parts = self._parts()
        self.db.execute(
            'CREATE TABLE events AS SELECT file_row_number AS row, "case" AS case_no, "at" AS at_us,'
            ' * EXCLUDE (file_row_number, "case", "at") FROM read_parquet($file, file_row_number = true) ORDER BY row',
            {"file": str(folder / "encoded.parquet")},
        )
        self._rules()
        first = self.book.first_day
        days = enumerate(self.book.rolled[:-1])
        self._insert("calendar", [{"day": first + n, "rolled": rolled} for n, rolled in days])
        self.do("macros")

    def _parts(self) -> dict[str, str]:
        """Part → its statements; a part begins with a line of one comment after an empty line."""
        text = SQL.read_text("utf-8")
        numbers = {"offset": self.book.offset, "as_of": self.book.as_of, "rules": self.rules}
        blocks = Template(text).safe_substitute(numbers).split("\n\n" + TEXT)[1:]
        parts = {block.partition("\n")[0]: block.partition("\n")[2] for block in blocks}
        for name, moment in (("turns", "in_a_turn"), ("clocks", "at_the_end")):
            asked = parts[f"asked {moment.replace('_', ' ')}"]
            due = f"WITH asked AS ({asked}), " + parts["due"].partition("WITH ")[2]
            hole = "due_of_turn" if name == "turns" else "due_at_the_end"
            parts[name] = Template(parts[name]).substitute({hole: due})
        return parts

    def _rules(self) -> None:
        self._insert("limits", [_limit(n, row) for n, row in enumerate(self.book.limits)])
        after = [b.limit_after_pauses(self.book, row["rv"]) for row in self.book.versions]
        versions = [
            {name: row[name] for name in VERSION}
            | {"after_pauses": then, "after_amount": self.book.limits[then]["amount"] if then >= 0 else 0}
            for row, then in zip(self.book.versions, after, strict=True)
        ]
        self._insert("versions", versions)
        self._insert("starts", [*self._starts(), *self._opening_restarts()])
        at_once = {row["rv"]: row["at_once_outer"] for row in self.book.versions}
        acts = [
            {"ref": n, **_lim(row), "at_once": at_once.get(row["rv"], 0)}
            for n, row in enumerate(b.act_roles(self.book))
        ]
        self._insert("acts", acts)

    def _starts(self) -> b.Rows:
        told = b.starts_by_type(self.book)
        waits = b.waits_by_version(self.book)
        return [
            {
                "type": role["type"],
                "kind": b.START,
                "tells": told[role["type"]],
                "lim": version["limit"],
                "version_hours": False,
            }
            | _version(version)
            | waits[version["rv"]]
            for role in self.book.roles["starts"]
            for version in (self.book.versions[role["rv"]],)
        ]

    def _opening_restarts(self) -> b.Rows:
        waits = dict.fromkeys(("wait_fact", "wait_value", "wait_bit"), -1)
        opening = [row for row in self.book.roles["restarts"] if self.book.restarts[row["arg"]]["opens"]]
        found = []
        for role in opening:
            version = self.book.versions[role["rv"]]
            own = self.book.restarts[role["arg"]]["limit"]
            hours = _limit(0, self.book.limits[version["limit"]])["counts_hours"]
            row = {
                "type": role["type"],
                "kind": b.RESTART,
                "tells": 0,
                "lim": own if own >= 0 else version["limit"],
                "version_hours": hours,
            }
            found.append(row | _version(version) | waits)
        return found

    def _insert(self, table: str, rows: b.Rows) -> None:
        kinds = {bool: "BOOLEAN"}
        columns = ", ".join(f"{name} {kinds.get(type(value), 'BIGINT')}" for name, value in rows[0].items())
        self.db.execute(f"CREATE TABLE {table} ({columns})")
        values = ", ".join(f"({', '.join('NULL' if v is None else str(v) for v in row.values())})" for row in rows)
        self.db.execute(f"INSERT INTO {table} VALUES {values}")  # noqa: S608  # numbers of our own

    def do(self, part: str) -> None:
        """Run the statements of one part."""
        self.db.execute(self.parts[part])

    def run(self) -> int:
        """Compute every clock; their number."""
        self.db.execute("CREATE OR REPLACE TEMP TABLE muted (row BIGINT)")
        for part in ("instants", "starts"):
            self.do(part)
        while self.judge():
            pass
        return self.number("SELECT count(*) FROM result")

    def judge(self) -> bool:
        """Judge every clock. Whether it must be done again, as a restart opened a clock though another heard it."""
        for part in ("lanes", "pauses", "plain", "plain clocks", "segments", "steps", "turns", "clocks", "early stops"):
            self.do(part)
        return self.needless() > 0

    def needless(self) -> int:
        """Take away what a pass should not have had: their number."""
        for part in ("needless", "muted"):
            self.do(part)
            if found := self.number("SELECT count(*) FROM wrong"):
                return found
        return 0

    def number(self, query: str) -> int:
        """The one number that a query answers."""
        (answer,) = self.db.execute(query).fetchone() or (0,)
        return int(answer)

    def write(self) -> None:
        """The clocks, as Parquet."""
        self.db.execute(f"COPY result TO '{self.folder / 'duckdb.parquet'}'")


def _limit(n: int, row: dict[str, int]) -> dict[str, Any]:
    return {
        "lim": n,
        "amount": row["amount"],
        "in_days": row["unit"] in (b.DAYS, b.MONTHS),
        "counting": row["counting"],
        "reading": row["outer"],
        "step": b.HOUR if row["unit"] == b.HOURS else b.DAY,
        "roll": row["roll"],
        "by_document": row["counting"] == b.BY_DOCUMENT,
        "rolls": row["outer"] == b.ROLLED,
        "counts_hours": row["counting"] in (b.EXACT_MINUTE, b.ROLLING_24H, b.AT_ONCE),
    }


def _version(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in VERSION if name not in ("at_once_outer", "handover")}
    return found | {"at_once": row["at_once_outer"]}


def _lim(row: dict[str, Any]) -> dict[str, Any]:
    """`limit` is a word of SQL."""
    return {"lim" if name == "limit" else name: value for name, value in row.items()}


if __name__ == "__main__":
    form = DuckdbForm(Path(sys.argv[1]))
    serve({"run": form.run, "write": form.write})
