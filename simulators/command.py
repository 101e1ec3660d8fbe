"""The command line that the simulators share."""

import argparse
import sys
from pathlib import Path

from simulators.gateway import Faults, Gateway, Journal


def arguments(description: str) -> argparse.ArgumentParser:
    """--port, --log, --faults, --account, --secret."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose; the port is printed")
    parser.add_argument("--log", type=Path, required=True, help="the file of what was sent, only added to")
    parser.add_argument("--faults", type=Path, help="a JSON file of faults, read again when it changes")
    parser.add_argument("--account", default="zs")
    parser.add_argument("--secret", default="secret")
    return parser


def gateway(options: argparse.Namespace, *, recognises_keys: bool = False) -> Gateway:
    """The gateway that the command line describes."""
    return Gateway(Journal(options.log), Faults(options.faults), recognises_keys=recognises_keys)


def announce(port: int) -> None:
    """Print the port, for whoever started this process."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
