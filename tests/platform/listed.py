"""Lists as their readers have them: a page, its rows, the next page, the workbook that is taken away, and how often a
page asks the database."""

import io
import re
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.platform.accounts import Person
from zhunsheng.apps.access.processes import as_process

FORMULA: Final = '=HYPERLINK("http://example.invalid","x")'
ROW: Final = re.compile(r"data-row[ >]")


def page_of(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(text: str) -> int:
    return len(ROW.findall(text))


def onward(text: str, path: str) -> str:
    """Where the next page is."""
    found = re.search(r'rel="next" href="([^"#]*)[#"]', text)
    assert found is not None
    return path + found[1].replace("&amp;", "&")


def taken_from(person: Person, path: str, kind: str) -> list[list[Any]]:
    """The rows of a list that is taken away, below its heads; the log says how many left, and of what."""
    answer = person.export(path)
    assert answer.status_code == 200
    _heads, *found = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT object_kind, detail ->> 'count' FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (kind, str(len(found)))
    return found


def taken(person: Person, name: str, query: str = "") -> list[list[Any]]:
    """The same of a list whose address is called as its kind."""
    return taken_from(person, reverse(name) + query, name.partition(":")[2])


def questions(person: Person, path: str) -> int:
    """How often a page asks the database, once the process has read what it keeps."""
    page_of(person, path)
    with CaptureQueriesContext(connection) as asked:
        page_of(person, path)
    return len(asked)
