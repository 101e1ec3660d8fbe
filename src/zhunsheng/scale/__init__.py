"""Spark: the same judgement on many machines. The only place that imports pyspark, which is the extra `[spark]`.

The command line starts it as a process of its own (`python -m zhunsheng.scale`), so that nothing else needs the extra.
"""
