"""The fifteen limits in DuckDB: clocks.sql, statement by statement; rounds of extensions are the only loop.

python -m bench.forms.duckdb_form FOLDER
"""

import sys
from pathlib import Path
from string import Template
from typing import Final

import duckdb

from bench.child import serve
from bench.forms import book as b

SQL: Final = Path(__file__).parent / "clocks.sql"
THREADS: Final = 2
TEXT: Final = "-- "


class DuckdbForm:
    """A database in memory with the events and the tables of the rules."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.book = folder, b.read_book(folder)
        self.db = duckdb.connect(config={"threads": THREADS})
        self.db.execute("SET temp_directory = ''")
        self.parts = _parts(SQL.read_text("utf-8"))
        self.db.execute(
            'CREATE TABLE events AS SELECT file_row_number AS row, "case" AS case_no, "at" AS at_us,'
            ' * EXCLUDE (file_row_number, "case", "at") FROM read_parquet($file, file_row_number = true) ORDER BY row',
            {"file": str(folder / "encoded.parquet")},
        )
        self._rules()
        self._calendar()
        self.do("macros")

    def _rules(self) -> None:
        axes = {row["rv"]: row["axis"] for row in self.book.versions}
        roles = [{**row, "axis": axes[row["rv"]]} for rows in self.book.roles.values() for row in rows]
        self._insert("roles", roles)
        self._insert("versions", [_renamed(row) for row in self.book.versions])
        self._insert("tiers", [_renamed(row) for row in self.book.tiers])
        self._insert("pause_pairs", [{"pause": pause, "pair": pair} for pause, pair in self.book.pairs.items()])

    def _calendar(self) -> None:
        first, width = self.book.first_day, b.MOST_MONTHS + 1
        days = range(first, first + len(self.book.rolled) - 1)
        self._insert("calendar", [{"day": day, "rolled": self.book.rolled[day - first]} for day in days])
        places = [(day, n, (day - first) * width + n) for day in days for n in range(width)]
        on = self.book.months, self.book.spc_months
        self._insert(
            "months", [{"day": d, "months": n, "same_day": on[0][p], "spc_day": on[1][p]} for d, n, p in places]
        )

    def _insert(self, table: str, rows: b.Rows) -> None:
        columns = ", ".join(f"{name} BIGINT" for name in rows[0])
        self.db.execute(f"CREATE TABLE {table} ({columns})")
        values = ", ".join(f"({', '.join('NULL' if v is None else str(v) for v in row.values())})" for row in rows)
        self.db.execute(f"INSERT INTO {table} VALUES {values}")  # noqa: S608  # numbers of our own

    def do(self, part: str, **numbers: int) -> None:
        """Run the statements of one part."""
        text = Template(self.parts[part]).substitute(offset=self.book.offset, as_of=self.book.as_of, **numbers)
        self.db.execute(text)

    def run(self) -> int:
        """Compute every clock; their number."""
        for part in ("pairs", "starts", "stops", "spans", "extensions"):
            self.do(part)
        turns = self.number("SELECT coalesce(max(turn), 0) FROM extensions")
        for turn in range(1, turns + 1):
            self.do("ask", turn=turn)
            self.do("due")
            self.do("round", turn=turn)
        self.do("ask at the end")
        self.do("due")
        self.do("result")
        return self.number("SELECT count(*) FROM result")

    def number(self, query: str) -> int:
        """The one number that a query answers."""
        (answer,) = self.db.execute(query).fetchone() or (0,)
        return int(answer)

    def write(self) -> None:
        """The clocks, as Parquet."""
        self.db.execute(f"COPY result TO '{self.folder / 'duckdb.parquet'}'")


def _renamed(row: dict[str, int | None]) -> dict[str, int | None]:
    """`outer` is a word of SQL."""
    return {"outer_reading" if name == "outer" else name: value for name, value in row.items()}


def _parts(text: str) -> dict[str, str]:
    """Part → its statements; a part begins with a line of one comment after an empty line."""
    blocks = text.split("\n\n" + TEXT)[1:]
    return {block.partition("\n")[0]: block.partition("\n")[2] for block in blocks}


if __name__ == "__main__":
    form = DuckdbForm(Path(sys.argv[1]))
    serve({"run": form.run, "write": form.write})
