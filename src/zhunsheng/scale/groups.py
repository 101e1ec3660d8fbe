"""Which events must be judged together, found by Spark: what core.backtest.linked finds in one frame."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

KEY = "key"
GROUP = "group"


def with_groups(events: DataFrame) -> DataFrame:
    """The events with their `group`: the smallest name of the cases and incidents that hang together."""
    keyed = events.withColumn(KEY, f.coalesce("case", "incident"))
    labels = _settled(_links(keyed))
    return keyed.join(labels, KEY, "left").withColumn(GROUP, f.coalesce("label", KEY)).drop(KEY, "label")


def _links(keyed: DataFrame) -> DataFrame:
    """Names that belong together, each pair both ways: a case with the incidents that its events name, and the places
    between which a correction moved an event."""
    named = keyed.where(f.col("case") != f.col("incident")).select(
        f.col("case").alias("one"), f.col("incident").alias("other")
    )
    again = keyed.where("version != 1").select("source", "id").distinct()
    versions = keyed.join(
        again, keyed["source"].eqNullSafe(again["source"]) & (keyed["id"] == again["id"]), "left_semi"
    )
    least = versions.groupBy("source", "id").agg(f.min(KEY).alias("one"), f.collect_set(KEY).alias("keys"))
    moved = least.select("one", f.explode("keys").alias("other")).where("one != other")
    pairs = named.union(moved)
    return pairs.union(pairs.select("other", "one")).distinct().persist()


def _settled(links: DataFrame) -> DataFrame:
    """The smallest name that hangs together with each name that has a link: `key`, `label`.

    Names tell their neighbours the smallest that they heard of, until nobody hears of a smaller one. A group is a case
    with a few incidents as a rule, so that this takes two or three rounds.
    """
    told = links.groupBy(f.col("one").alias(KEY)).agg(f.least(f.min("one"), f.min("other")).alias("label")).persist()
    while True:
        heard = links.join(told, links["other"] == told[KEY]).groupBy("one").agg(f.min("label").alias("heard"))
        nexts = told.join(heard, told[KEY] == heard["one"]).select(
            KEY, f.least("label", "heard").alias("label"), (f.col("heard") < f.col("label")).alias("changed")
        )
        nexts.persist()
        if not nexts.where("changed").count():
            return nexts.select(KEY, "label")
        told.unpersist()
        told = nexts
