"""Checking rules: the tests inside their files, and vectors written with short names."""
