"""Events × check rules → verdicts: one columnar function a kind, its cost proportional to the events of its types."""
