"""Back-tests: what a rulebook would have said on each day of a period."""
