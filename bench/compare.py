"""Does a form say what the fold says, clock by clock?"""

from pathlib import Path

import polars as pl

KEY = ("rv", "start_event")


def differences(folder: Path, form: str, *, plain_only: bool = False) -> pl.DataFrame:
    """Clocks that one of the two lacks, or of which they say different things; `plain_only`: of the plain cases."""
    expected = pl.read_parquet(folder / "expected.parquet")
    said = pl.read_parquet(folder / f"{form}.parquet").select(expected.columns).cast(expected.schema)
    if plain_only:
        expected, said = (in_plain_cases(folder, clocks) for clocks in (expected, said))
    missing = expected.join(said, on=expected.columns, how="anti", nulls_equal=True).with_columns(by=pl.lit("fold"))
    other = said.join(expected, on=expected.columns, how="anti", nulls_equal=True).with_columns(by=pl.lit(form))
    return pl.concat([missing, other]).sort(*KEY, "by")


def in_plain_cases(folder: Path, clocks: pl.DataFrame) -> pl.DataFrame:
    """The clocks of plain cases."""
    cases = pl.read_parquet(folder / "encoded.parquet", columns=["case"])["case"]
    plain = pl.read_parquet(folder / "plain.parquet")["case"]
    return clocks.filter(cases.gather(clocks["start_event"]).is_in(plain.implode()))
