"""What was done and seen, sealed: audit entries, tree heads, the one clock, the keys."""
