"""The command line that the simulators share."""

import argparse
import sys
from pathlib import Path
from socketserver import TCPServer, ThreadingTCPServer

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


class QuietServer(ThreadingTCPServer):
    """A thread for each connection; one that breaks off is no news."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is how half of the tests end; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def run(server: TCPServer) -> None:
    """Print the port, for whoever started this process, and serve until stopped."""
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
