"""./zs prove ALERT > bundle, ./zs prove --document FILE > bundle: one alert or document with all that proves it."""

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


def run(arguments: Namespace, console: Console) -> int:
    """Become the platform's management command of the same name."""
    del console
    words = ["prove_document", str(arguments.document)] if arguments.document else ["prove", arguments.alert]
    command = [sys.executable, "-P", "-m", "zhunsheng.web", *words]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; does not return
