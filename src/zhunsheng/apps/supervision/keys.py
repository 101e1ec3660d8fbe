"""Judged keys: the case of a row, or the incident of one that has no case. Pure."""

from typing import Final

import polars as pl

from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT

KEY: Final = ("kind", "number")


def keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """The key that each row of clocks or findings belongs to: `kind` (which in findings is another) and `number`."""
    return rows.with_columns(kind=_kind(), number=pl.coalesce("case", "incident"))


def of_keys(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """The rows that belong to some keys. Of other keys only some events were read, and nothing is known."""
    of_case, of_incident = (
        pl.col(name).is_in(keys.filter(pl.col("kind") == kind)["number"].implode())
        for name, kind in (("case", OF_CASE), ("incident", OF_INCIDENT))
    )
    return rows.filter(pl.when(pl.col("case").is_not_null()).then(of_case).otherwise(of_incident))


def _kind() -> pl.Expr:
    return pl.when(pl.col("case").is_not_null()).then(pl.lit(OF_CASE)).otherwise(pl.lit(OF_INCIDENT))
