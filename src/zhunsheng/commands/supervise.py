"""./zs supervise: keep clocks and findings of the platform's database, until stopped."""

import os
import sys
from argparse import ArgumentParser, Namespace

from rich.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("--once", action="store_true", help="judge until nothing is due, then end")
    parser.add_argument(
        "--name", default="supervise", help="its name in the heartbeat table; a second copy has another"
    )


def run(arguments: Namespace, console: Console) -> int:
    """Become the platform's management command of the same name: the other verbs need none of it loaded."""
    del console
    once = ["--once"] if arguments.once else []
    command = [sys.executable, "-P", "-m", "zhunsheng.web", "supervise", "--name", arguments.name, *once]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; does not return
