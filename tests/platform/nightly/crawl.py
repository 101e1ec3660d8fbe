"""The whole site asked by everybody about everything, with and without hostile text; and the interface by schemathesis.

    python -m tests.platform.nightly.crawl [questions] [forms] [parameters] [interface] [--append]

questions    every address about every case of the world, by every role and a stranger; and every method
forms        every form that a page offers to a role, sent with each hostile text in each of its fields
parameters   every address with each hostile text in each parameter that some page takes
interface    what the description promises, with the key of a source and with that of a reading program

The first three are divided between processes, each with a copy of the database; all ask at the same time.

A fault is an answer of 500, a right that is given or refused wrongly, a canary of a case shown to somebody who may not
see it, a hostile text that comes back unescaped, a way to another site, a connection to anywhere. Exit code 1 if any.
"""

import gc
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import connection, transaction
from django.urls import get_resolver

from tests.platform.crawling import (
    NOBODY,
    POSTABLE,
    Address,
    Crawl,
    crawl_world,
    forms_in,
    leads_away,
    named,
    no_way_out,
)
from tests.platform.databases import cloned, connected_to, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import EAST, city
from tests.platform.test_hostile_text import CORPUS, is_risky
from tests.platform.test_served import KEY, served, until
from tests.platform.world import ROLES
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.tokens import SCOPES, issue
from zhunsheng.apps.cases.sources import key_digest
from zhunsheng.apps.org.models import Unit
from zhunsheng.launcher import embedded_server

PATHS: Final = ("src/zhunsheng/apps", "src/zhunsheng/web")
NUL: Final = "\x00"
NO_QUESTION: Final = 400
"""What a question that holds a NUL is answered, whoever asks: no text of the database can hold one."""
HOSTILE: Final = (*CORPUS, NUL, "//example.invalid/", "http://127.0.0.1:9/", "../../etc/passwd", "𠮷" * 500)
READERS: Final = ("legal_department", "officer", "system_admin")
PARAMETERS: Final = (
    "q",
    "sort",
    "unit",
    "kind",
    "level",
    "state",
    "after",
    "before",
    "mark",
    "next",
    "period",
    "query",
)
INTERFACE: Final = "interface"
CONNECTIONS: Final = "connections"
SHARES: Final = min(2, os.cpu_count() or 1)
METHODS: Final = ("GET", "HEAD", "OPTIONS", *POSTABLE)
EXAMPLES: Final = "400"
MOST_SHOWN: Final = 40
KEY_OF_THING: Final = re.compile(r"[0-9a-f-]{32,}")
PERSON: Final = "cases:person"
"""The page that reveals a person to whoever may and says why: its own test holds it against every role."""


@dataclass(frozen=True)
class Found:
    """What a process found: of a part, the questions, the seconds and the faults."""

    part: str
    asked: int
    seconds: float
    faults: list[str]


def main(words: list[str]) -> int:
    """Run the parts that are named, or all."""
    chosen = words or [*PARTS, INTERFACE]
    of_site = [name for name in chosen if name in PARTS]
    with (
        embedded(HOME) as server,
        ExitStack() as databases,
        ProcessPoolExecutor(SHARES + 1, mp_context=get_context("spawn")) as pool,
    ):
        names = [databases.enter_context(cloned(server)).name for _ in range(SHARES if of_site else 0)]
        whole = [pool.submit(described)] if INTERFACE in chosen else []
        shares = [pool.submit(asked, of_site, slice(n, None, SHARES), name) for n, name in enumerate(names)]
        found = [one for future in (*shares, *whole) for one in future.result()]
    for part in dict.fromkeys(one.part for one in found):
        say_part(part, [one for one in found if one.part == part])
    faults = [fault for one in found for fault in one.faults]
    questions, addresses = sum(one.asked for one in found), len(list(named(get_resolver().url_patterns)))
    figure = (
        f"{questions:,} questions to {addresses} addresses by {len(ROLES) + 1} kinds of askers, {len(faults)} faults"
    )
    append_figures({f"crawl.{'-'.join(words) or 'faults'}": figure}, run=" ".join(("crawl", *words)), paths=PATHS)
    return 1 if faults else 0


def asked(parts: Sequence[str], share: slice, database: str) -> list[Found]:
    """Ask a share of some parts, in a database of its own; what was connected to meanwhile is a fault of the last."""
    logging.disable(logging.CRITICAL)  # every refusal would be a line
    found = []
    with connected_to(embedded_server(HOME, os.environ), database), transaction.atomic(), no_way_out() as tried:
        wait_for_compilers()
        crawl = crawl_world()
        gc.freeze()  # what is there now stays: the collector need not walk it again and again
        for name in parts:
            before, began = crawl.asked, time.monotonic()
            faults = PARTS[name](crawl, share)
            found.append(Found(name, crawl.asked - before, time.monotonic() - began, faults))
        transaction.set_rollback(True)
    return [*found, Found(CONNECTIONS, 0, 0.0, [f"connected to {place}" for place in tried])]


def described() -> list[Found]:
    """What the description promises, by a process of its own."""
    began = time.monotonic()
    faults = interface()
    return [Found(INTERFACE, 0, time.monotonic() - began, faults)]


def say_part(part: str, found: Sequence[Found]) -> None:
    """The sum of a part."""
    faults = [fault for one in found for fault in one.faults]
    seconds = " and ".join(f"{one.seconds:.0f}" for one in found)
    say(f"{part}: {sum(one.asked for one in found):,} questions in {seconds} s, {len(faults)} faults")
    say_kinds(faults)


def say_kinds(faults: list[str]) -> None:
    """One fault of each kind, and how many are like it: the same but for the key of an alert or a thing."""
    kinds = Counter(KEY_OF_THING.sub("…", fault) for fault in faults)
    for fault, count in kinds.most_common(MOST_SHOWN):
        say(f"  {fault}{f' ({count} times)' if count > 1 else ''}")


def wait_for_compilers() -> None:
    """Everything is asked inside one transaction: a page that compiles the fold for the first time, as in a fresh
    clone, leaves it idle for longer than a request of its own would ever be."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def questions(crawl: Crawl, share: slice) -> list[str]:
    """Every address, role and method; the share is one of addresses."""
    faults = []
    for address in crawl.addresses(whole=True)[share]:
        for role in (NOBODY, *ROLES):
            for method in address.page.methods:
                faults += crawl.faults(role, method, address, crawl.ask(role, method, address.path))
    for address in crawl.addresses(whole=False)[share]:
        for role in (NOBODY, *ROLES):
            for method in METHODS:
                if method not in address.page.methods:
                    faults += crawl.faults(role, method, address, crawl.ask(role, method, address.path))
    return faults


def forms(crawl: Crawl, share: slice) -> list[str]:
    """Every form of every page, each hostile text in all fields that one may write in; the share is one of roles, who
    are offered the same form by many pages."""
    faults, seen = [], set()
    for role in ROLES[share]:
        for address in crawl.addresses(whole=False):
            if "GET" not in address.page.methods:
                continue
            page = crawl.ask(role, "GET", address.path)
            if page.status_code != 200 or not page.headers.get("Content-Type", "").startswith("text/html"):
                continue
            for form in forms_in(page.content.decode(), address.path):
                if (role, form.action) not in seen and "/persons/" not in form.action:
                    seen.add((role, form.action))
                    faults += list(_sent(crawl, role, Address(address.name, form.action), form.fields))
    return faults


def _sent(crawl: Crawl, role: str, address: Address, fields: Any) -> Iterator[str]:
    for text in HOSTILE:
        answer = crawl.ask(role, "POST", address.path, dict.fromkeys(fields, text))
        yield from _ran(answer, text, f"{role} POST {address.path}")
        if answer.status_code >= 500:
            yield f"{role} POST {address.path} with {text[:20]!r}: {answer.status_code}"
        yield from (f"{role} POST {address.path}: shows {canary}" for canary in _shown(crawl, role, answer))
    # One field at a time beside what stood in the others
    for name in fields:
        answer = crawl.ask(role, "POST", address.path, {**fields, name: HOSTILE[0]})
        yield from _ran(answer, HOSTILE[0], f"{role} POST {address.path} {name}")
        if answer.status_code >= 500:
            yield f"{role} POST {address.path} {name}: {answer.status_code}"


def parameters(crawl: Crawl, share: slice) -> list[str]:
    """Every address with hostile text in its parameters; the share is one of addresses."""
    faults = []
    for role in READERS:
        for address in crawl.addresses(whole=False)[share]:
            if "GET" not in address.page.methods or address.name == PERSON:
                continue
            for text in HOSTILE:
                answer = crawl.ask(role, "GET", address.path, dict.fromkeys(PARAMETERS, text))
                if not (NUL in text and answer.status_code == NO_QUESTION):
                    faults += crawl.faults(role, "GET", address, answer)
                faults += list(_ran(answer, text, f"{role} GET {address.path}"))
    return faults


def _ran(answer: Any, text: str, who: str) -> Iterator[str]:
    if not answer.streaming and is_risky(text) and text in answer.content.decode(errors="replace"):
        yield f"{who}: {text!r} comes back as it was"
    if leads_away(answer):
        yield f"{who}: leads to {answer.headers['Location']}"


def _shown(crawl: Crawl, role: str, answer: Any) -> list[str]:
    return [] if answer.streaming else crawl.leaked(role, answer.content.decode(errors="replace"))


def interface() -> list[str]:
    """Schemathesis against the site as it is served, as a source and as a program that reads."""
    faults = []
    with tempfile.TemporaryDirectory() as name, embedded(Path(name) / "data") as server:
        with as_process("test"):
            city()
            token = issue("crawl", scopes=SCOPES, unit=Unit.objects.get(pk=EAST))[1]
        with psycopg.connect(server.dsn("zs_app")) as connection:
            connection.execute("SELECT set_config('zs.actor', 'process:test', true)")
            connection.execute(
                "INSERT INTO cases_source VALUES ('jz', '警综平台', %s, '', false, true)", [key_digest(KEY)]
            )
        site = served(server.data, server, ZS_KEYS=str(HOME / "keys"))
        try:
            assert until(site, 200), (server.data / "served.log").read_text()
            for who, key in (("source", KEY), ("reader", token)):
                command = [str(Path(sys.executable).with_name("schemathesis")), "run"]
                command += [f"http://127.0.0.1:{site.port}/api/v1/openapi.json", "-H", f"Authorization: Bearer {key}"]
                command += ["--max-examples", EXAMPLES, "--seed", "1", "--checks", "all", "--request-timeout", "120"]
                done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=name, env=os.environ)
                say("\n".join(done.stdout.splitlines()[-14:]))
                if done.returncode != 0:
                    faults.append(f"interface as {who}: {done.stdout[-4000:]}")
        finally:
            site.process.terminate()
            site.process.wait(timeout=30)
    return faults


PARTS: Final[dict[str, Callable[[Crawl, slice], list[str]]]] = {
    "questions": questions,
    "forms": forms,
    "parameters": parameters,
}

if __name__ == "__main__":
    sys.exit(main(arguments()))
