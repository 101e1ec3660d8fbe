"""./zs prove ALERT > bundle: one alert with all that proves it. With --document FILE a document, with --inspection N
a card of rectification, a draw or an alarm of oversight."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("alert", nargs="?", help="key of the alert, or its first digits")
    what.add_argument("--document", type=Path, metavar="FILE", help="a document that the platform issued, as PDF")
    what.add_argument("--inspection", metavar="NUMBER", help="a card (ZG-), a plan (IP-) or an alarm (DC-)")


def run(arguments: Namespace, console: Console) -> int:
    """Become the platform's management command of the same name."""
    del console
    words = ["prove", arguments.alert]
    if arguments.document:
        words = ["prove_document", str(arguments.document)]
    elif arguments.inspection:
        words = ["prove_inspection", arguments.inspection]
    command = [sys.executable, "-P", "-m", "zhunsheng.web", *words]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; does not return
