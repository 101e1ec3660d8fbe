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
    marked = rows.with_columns(judged=pl.concat_str(_kind(), pl.coalesce("case", "incident"), separator="\x1f"))
    wanted = keys.select(judged=pl.concat_str("kind", "number", separator="\x1f"))
    return marked.join(wanted, on="judged", how="semi", maintain_order="left").drop("judged")


def _kind() -> pl.Expr:
    return pl.when(pl.col("case").is_not_null()).then(pl.lit(OF_CASE)).otherwise(pl.lit(OF_INCIDENT))
