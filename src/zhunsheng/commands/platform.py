"""./zs run, serve, backup and restore: the platform on this machine and its data."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final, NoReturn

from rich.console import Console

from zhunsheng.launcher import default_data_dir

PORT: Final = 8000
CASES: Final = 3000
HOUR_A_SECOND: Final = 3600


def add_serve_arguments(parser: ArgumentParser) -> None:
    """Arguments of both verbs."""
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port of the web site (default {PORT})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of database, keys and media")


def add_run_arguments(parser: ArgumentParser) -> None:
    """Arguments of the demonstration."""
    add_serve_arguments(parser)
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help="cases of the city in its year")
    parser.add_argument(
        "--pace", type=int, default=HOUR_A_SECOND, metavar="N", help="seconds of the city a second; 1 is real time"
    )


def serve(arguments: Namespace, console: Console) -> int:
    """Become the platform."""
    del console
    _become(arguments.data or default_data_dir(os.environ), "serve", "--port", str(arguments.port))


def run(arguments: Namespace, console: Console) -> int:
    """Become the demonstration; its data never mix with those of a platform in use."""
    del console
    data = arguments.data or default_data_dir(os.environ).with_name("zhunsheng-demo")
    words = ("--port", str(arguments.port), "--cases", str(arguments.cases), "--pace", str(arguments.pace))
    _become(data, "run_demo", *words)


def add_backup_arguments(parser: ArgumentParser) -> None:
    """Arguments of a backup."""
    parser.add_argument("folder", type=Path, help="a new folder for the backup")
    parser.add_argument("--seal-to", type=Path, metavar="FILE", help="public key of whoever alone may open it")
    parser.add_argument("--base", action="store_true", help="with the cluster's files, for a restore to an instant")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of database, keys and media")


def add_restore_arguments(parser: ArgumentParser) -> None:
    """Arguments of a restore."""
    parser.add_argument("folder", type=Path, help="folder of the backup")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key of a sealed backup")
    parser.add_argument("--to", metavar="INSTANT", help="as of an instant (with zone), or latest; needs ZS_ARCHIVE")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that the database is restored into")


def backup(arguments: Namespace, console: Console) -> int:
    """Become the management command."""
    del console
    seal = ("--seal-to", str(arguments.seal_to)) if arguments.seal_to else ()
    base = ("--base",) if arguments.base else ()
    _become(arguments.data or default_data_dir(os.environ), "backup", str(arguments.folder), *seal, *base)


def restore(arguments: Namespace, console: Console) -> int:
    """Become the management command."""
    del console
    key = ("--key", str(arguments.key)) if arguments.key else ()
    to = ("--to", arguments.to) if arguments.to else ()
    _become(arguments.data or default_data_dir(os.environ), "restore", str(arguments.folder), *key, *to)


def _become(data: Path, *words: str) -> NoReturn:
    environment = os.environ | {"ZS_HOME": str(data.expanduser().absolute())}
    os.execve(  # noqa: S606 - our own interpreter and module; does not return
        sys.executable, [sys.executable, "-P", "-m", "zhunsheng.web", *words], environment
    )
