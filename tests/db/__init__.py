"""The platform's tests that depend on the database, on Debian's PostgreSQL 15: `python -m tests.db`."""
