"""The watcher: a process of its own that raises the alarm when the platform falls silent.

It shares nothing with what it watches: it imports nothing of the platform, has its own role in the database, its own
way out, its own copy of the gateway's credentials and of the phones to call, in its own file.

    python -m watch watch.toml
"""
