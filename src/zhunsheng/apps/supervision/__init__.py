"""Clocks and findings, kept equal to what the rules say of the events."""
