"""A log of 500,000 events is read in at most three times the time that lxml takes to iterate over it.

    ./zs test --nightly xes
    .venv/bin/python -m tests.files.xes_speed [EVENTS]

The log is made here with what real logs have: extensions, globals, classifiers, a namespace, nested attributes and
lists, traces with attributes of their own, and times in their own zones. Both are measured in a fresh process, in turn;
memory is bounded by what the result takes.
"""

import random
import statistics
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from lxml import etree

from tests.files.words import VOCABULARY
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.mapping import parse_mapping

EVENTS: Final = 500_000
ROUNDS: Final = 3
MOST: Final = 3.0
SEED: Final = 1849
ZONES: Final = ("+08:00", "+01:00", "+02:00", "Z")
BYTES_PER_EVENT: Final = 1_000  # of memory for the result and the batch in hand, beside the reader itself
READER: Final = 300 << 20
HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Cost" prefix="cost" uri="http://www.xes-standard.org/cost.xesext"/>
<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
<classifier name="Activity" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value="an invented log"/>
"""
TRACE: Final = """<trace>
<string key="concept:name" value="C{case}"/><date key="opened" value="{at}"/><int key="amount" value="{case}"/>
"""
EVENT: Final = """<event>
<string key="concept:name" value="{activity}"/><string key="lifecycle:transition" value="{transition}"/>
<date key="time:timestamp" value="{at}"/><string key="org:resource" value="R{resource}"/>
<int key="no" value="{number}"/><boolean key="rework" value="false"/>
<float key="cost:total" value="{resource}.5"><string key="cost:currency" value="CNY"/></float>
<list key="cost:drivers"><values><string key="d1" value="a"/><string key="d2" value="b"/></values></list>
</event>
"""
MAPPING: Final = parse_mapping(
    """
[[event]]
type_from = { column = "concept:name", values = { file = "case.filed", detain = "person.detained" } }
id       = "{case:concept:name}/{no}"
case     = "case:concept:name"
at       = "time:timestamp"
officers = "org:resource"
when     = { "lifecycle:transition" = "complete" }
""",
    VOCABULARY,
)


def make(path: Path, events: int) -> None:
    """Write the log: 5 to 15 events a trace, a tenth of them not complete."""
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        number = case = 0
        while number < events:
            case += 1
            file.write(TRACE.format(case=case, at="2025-01-01T00:00:00.000+08:00"))
            for _ in range(min(draw.randint(5, 15), events - number)):
                number += 1
                file.write(event(number, draw))
            file.write("</trace>\n")
        file.write("</log>\n")


def event(number: int, draw: random.Random) -> str:
    """One event at any time of 2025."""
    day = f"2025-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    return EVENT.format(
        activity=draw.choice(("file", "detain")),
        transition="start" if draw.random() < 0.1 else "complete",
        at=f"{day}T{draw.randint(0, 23):02d}:08:58.256{draw.choice(ZONES)}",
        resource=draw.randint(1, 99),
        number=number,
    )


def iterate(path: Path) -> tuple[float, int]:
    """Seconds that lxml takes to go over every element, and their number."""
    began, elements = time.perf_counter(), 0
    for _, element in etree.iterparse(str(path)):
        elements += 1
        if etree.QName(element).localname == "trace":
            element.clear()
    return time.perf_counter() - began, elements


def read(path: Path) -> tuple[float, int, int]:
    """Seconds that reading into the event table takes, its rows, and the largest memory of the reader."""
    began = time.perf_counter()
    with FileReader(VOCABULARY, MAPPING) as reader:
        loaded = reader.read(path)
        assert reader.last is not None  # it was just asked
        return time.perf_counter() - began, loaded.events.height, reader.last.memory_bytes


def main(arguments: list[str]) -> int:
    """Make the log, measure both in turn, print the medians. 1 if it is too slow or takes too much."""
    events = int(arguments[0]) if arguments else EVENTS
    with (
        tempfile.TemporaryDirectory(prefix="zs-xes-") as folder,
        get_context("spawn").Pool(1, maxtasksperchild=1) as pool,
    ):
        path = Path(folder) / "log.xes"
        make(path, events)
        floors, ours = [], []
        for _ in range(ROUNDS):
            floor, elements = pool.apply(iterate, (path,))
            seconds, rows, memory = pool.apply(read, (path,))
            floors.append(floor)
            ours.append(seconds)
        size = path.stat().st_size
    floor, own = statistics.median(floors), statistics.median(ours)
    ratio = own / floor
    allowed = READER + events * BYTES_PER_EVENT
    print(f"{events} events, {elements} elements, {size >> 20} MB: {rows} events read")
    print(f"lxml {floor:.1f} s, reading {own:.1f} s: {ratio:.2f} of at most {MOST}")
    print(f"memory {memory >> 20} MB of at most {allowed >> 20} MB")
    return 1 if ratio > MOST or memory > allowed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
