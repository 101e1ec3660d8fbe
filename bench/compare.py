"""Does a form say what the fold says, clock by clock, in the plain cases?"""

from pathlib import Path

import polars as pl

KEY = ("rv", "start_event")


def differences(folder: Path, form: str) -> pl.DataFrame:
    """Clocks of the plain cases that one of the two lacks, or of which they say different things."""
    expected = pl.read_parquet(folder / "expected.parquet")
    cases = pl.read_parquet(folder / "encoded.parquet", columns=["case"])["case"]
    plain = pl.read_parquet(folder / "plain.parquet")["case"]
    said = pl.read_parquet(folder / f"{form}.parquet").select(expected.columns).cast(expected.schema)
    said = said.filter(cases.gather(said["start_event"]).is_in(plain.implode()))
    missing = expected.join(said, on=expected.columns, how="anti", nulls_equal=True).with_columns(by=pl.lit("fold"))
    other = said.join(expected, on=expected.columns, how="anti", nulls_equal=True).with_columns(by=pl.lit(form))
    return pl.concat([missing, other]).sort(*KEY, "by")
