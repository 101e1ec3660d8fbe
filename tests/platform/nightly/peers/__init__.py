"""Clients and servers of others, run as processes in environments of their own: nothing of theirs is imported here."""
