"""Backup and restore of a deployment's data."""
