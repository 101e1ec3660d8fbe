"""Spark: the same rows as on one machine. Run by `./zs test spark`, which brings pyspark and needs Java."""
