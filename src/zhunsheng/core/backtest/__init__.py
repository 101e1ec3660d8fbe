"""Back-test: what a rulebook would have said on each day of a period, from the history as it was known that day."""
