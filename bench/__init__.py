"""The bench of the clock: what it costs, beside what the same would cost otherwise, in the same run."""
