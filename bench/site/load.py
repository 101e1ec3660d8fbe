"""Load on one address: a few clients that each ask again as soon as they were answered."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

OK: Final = b" 200 "


@dataclass
class Answers:
    """What clients got. `seconds`: of each answer; `wrong`: the first line of one that is no page."""

    seconds: list[float] = field(default_factory=list)
    bytes: int = 0
    wrong: str = ""


def loaded(port: int, path: str, cookie: str, *, clients: int, seconds: float) -> Answers:
    """Ask for an address of this machine for some seconds."""
    return asyncio.run(_all(port, path, cookie, clients, seconds))


async def _all(port: int, path: str, cookie: str, clients: int, seconds: float) -> Answers:
    found = Answers()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_client(port, path, cookie, until, found) for _ in range(clients)))
    return found


async def _client(port: int, path: str, cookie: str, until: float, found: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()
    while (begun := time.perf_counter()) < until and not found.wrong:
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(int(length.partition(b":")[2]))
        if OK not in head.split(b"\r\n", 1)[0]:
            found.wrong = head.split(b"\r\n", 1)[0].decode()
        found.seconds.append(time.perf_counter() - begun)
        found.bytes = len(body)
    writer.close()
    await writer.wait_closed()
