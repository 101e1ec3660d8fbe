"""./zs prove ALERT > bundle: one alert with all that proves it."""

import os
import sys
from argparse import ArgumentParser, Namespace

from rich.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("alert", help="key of the alert, or its first digits")


def run(arguments: Namespace, console: Console) -> int:
    """Become the platform's management command of the same name."""
    del console
    command = [sys.executable, "-P", "-m", "zhunsheng.web", "prove", arguments.alert]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; does not return
