"""Our SMPP and CMPP against the programs of others: `python -m tests.platform.nightly.peers [FOLDER] [--append]`.

    smpplib (LGPL)   a client, which sends to our simulator: long Chinese text, receipts, a wrong password, throttling
    smpp34 (MIT)     a message centre, to which our client sends: the same
    cmppy (Apache)   a client, which sends to our simulator: Chinese text, a wrong password, throttling; it can take
                     neither long texts nor receipts

Each is installed into an environment of its own in FOLDER (else a temporary one) and runs as a process of its own. Exit
code 1 if one of them and we do not understand each other, 2 if they cannot be installed.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any, Final

from tests.gateways import received, served_here
from tests.platform.environment import say
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.alerts.channels.contract import Arrival, Message, Outcome, Receipt
from zhunsheng.apps.alerts.channels.text import joined
from zhunsheng.apps.alerts.delivery.lines import parse_lines

VERSIONS: Final = {"smpplib": "2.2.4", "smpp34": "1.5.0", "cmppy": "0.3"}
HERE: Final = Path(__file__).resolve().parent
PHONE: Final = "13900000001"
TEXT: Final = "【准绳】红色预警：案件（尾号0187）“提请批准逮捕”今天24:00届满，还剩7小时12分。"
LONG: Final = "【准绳】今日提示：" + "您有七项期限或问题待处理，最近的案件将于12月7日24:00届满。" * 4
SECONDS: Final = 60
PATHS: Final = ("src/zhunsheng/apps/alerts/channels", "simulators", "tests/platform/nightly/peers")


def main(words: list[str]) -> int:
    """All three."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(words[0]) if words else Path(temporary)
        try:
            pythons = {name: environment(folder, name) for name in VERSIONS}
        except subprocess.CalledProcessError as problem:
            say(f"not run: {problem.cmd[-1]} cannot be installed here")
            return 2
        checks: list[tuple[str, Callable[[str, Path], bool]]] = [
            ("smpplib", smpplib_to_us),
            ("smpp34", we_to_smpp34),
            ("cmppy", cmppy_to_us),
        ]
        results = []
        for name, check in checks:
            with tempfile.TemporaryDirectory() as log:
                results.append(check(pythons[name], Path(log)))
            say(f"{name} {VERSIONS[name]}: {'understood' if results[-1] else 'NOT understood'}")
    said = ", ".join(f"{name} {version}" for name, version in VERSIONS.items())
    understood = f"{sum(results)} of {len(results)} understood: {said}"
    append_figures({"peers.understood": understood}, run="peers", paths=PATHS)
    return 0 if all(results) else 1


def environment(folder: Path, name: str) -> str:
    """The interpreter of an environment that has one package, made if it is not there."""
    python = folder / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
    package = f"{name}=={VERSIONS[name]}"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package], check=True)
    return str(python)


def smpplib_to_us(python: str, folder: Path) -> bool:
    """Their client sends to our simulator."""
    with served_here("smpp", folder) as centre:
        seen = run(python, "smpplib_client.py", str(centre.port), "secret", PHONE)
        texts = "".join(line["text"] for line in centre.said("accepted"))
        wrong = run(python, "smpplib_client.py", str(centre.port), "other", PHONE)
        centre.fail(throttle_per_second=1)
        throttled = run(python, "smpplib_client.py", str(centre.port), "secret", PHONE)
        return holds((
            texts == seen["text"],
            seen["parts"] == len(seen["receipts"]) > 1,
            all("stat:DELIVRD" in receipt for receipt in seen["receipts"]),
            "refused" in wrong,
            0 < throttled["refused_parts"] < throttled["parts"],
            any(line["code"] == "throttled" for line in centre.said("refused")),
        ))  # fmt: skip


def we_to_smpp34(python: str, folder: Path) -> bool:
    """Our client sends to their message centre."""
    del folder
    port = free_port()
    command = [python, str(HERE / "smpp34_server.py"), str(port), "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as centre:
        assert centre.stdout is not None
        try:
            json.loads(centre.stdout.readline())
            lines = parse_lines(
                f'[lines.sms]\nkind = "smpp"\nhost = "127.0.0.1"\nport = {port}\nsystem_id = "zs"\n'
                'password = "secret"\nsource = "10690000"\n',
                "peer",
            )
            with closing(lines.by_name["sms"].channel(lambda: datetime.now(UTC))) as channel:
                # In two steps: it may take up what is under way at once in any order.
                answers = list(channel.send([Message("k1", PHONE, TEXT), Message("k2", PHONE, LONG)], begin_until=inf))
                answers += channel.send([Message("k3", PHONE, TEXT)], begin_until=inf)
                receipts = received(channel, 2)
                channel.take(receipts)
            said = [json.loads(centre.stdout.readline()) for _ in range(4)]
        finally:
            centre.kill()
    outcomes = {answer.key: answer.outcome for answer in answers}
    arrived = [item.arrival for item in receipts if isinstance(item, Receipt)]
    texts = [bytes.fromhex(line["text"]) for line in said]
    parts = sorted((joined(text) for text in texts if text.startswith(b"\x05\x00\x03")), key=lambda part: part[1] or ())
    return holds((
        outcomes == {"k1": Outcome.ACCEPTED, "k2": Outcome.ACCEPTED, "k3": Outcome.REFUSED},
        TEXT.encode("utf-16-be") in texts,
        "".join(part for part, _ in parts) == LONG,
        arrived == [Arrival.DELIVERED] * len(arrived),
    ))  # fmt: skip


def cmppy_to_us(python: str, folder: Path) -> bool:
    """Their client sends to our simulator, by CMPP 3.0. It knows no CMPP_DELIVER, so it gets no receipt."""
    text = TEXT[:69]  # it takes no longer one
    with served_here("cmpp", folder, "--account", "901234") as gateway:
        gateway.fail(no_receipts=True)
        seen = run(python, "cmppy_client.py", str(gateway.port), "secret", PHONE, text)
        (accepted,) = gateway.said("accepted")
        wrong = run(python, "cmppy_client.py", str(gateway.port), "other", PHONE, text)
        gateway.fail(throttle_per_second=0)
        throttled = run(python, "cmppy_client.py", str(gateway.port), "secret", PHONE, text)
        return holds((
            seen == {"result": 0, "id": accepted["id"]},
            (accepted["text"], accepted["number"], accepted["version"]) == (text, PHONE, "3.0"),
            wrong == {"refused": True},
            throttled["result"] == 8,
        ))  # fmt: skip


def holds(conditions: Sequence[bool]) -> bool:
    """Whether all do; says which do not."""
    for number, condition in enumerate(conditions, start=1):
        if not condition:
            say(f"condition {number} of {len(conditions)} does not hold")
    return all(conditions)


def run(python: str, script: str, *words: str) -> dict[str, Any]:
    """What a peer says on its last line."""
    done = subprocess.run(
        [python, str(HERE / script), *words], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr.strip()}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def free_port() -> int:
    """A port that nobody has at this moment, for a server that cannot choose one itself."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(arguments()))
