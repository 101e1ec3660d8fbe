"""Documents on paper: what the pages say, set as PDF; hostile text stays text; each issue is sealed and can be
proved."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typst
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tests.platform.accounts import Person, account, signed_in
from tests.platform.case_story import NUMBER, tell_case
from tests.platform.databases import OwnDatabase
from tests.platform.logs import SealedLog
from tests.platform.people import CITY, EAST_STATION, city, officer
from tools import verify
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.bundle import NotSealed
from zhunsheng.apps.display import typesetting
from zhunsheng.apps.display.typesetting import NoChineseFont, chosen, typeset
from zhunsheng.apps.printing.daily_brief import LONGEST_NAME, LONGEST_TITLE, shortened
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.printing.paper import LAYOUTS, moment, table
from zhunsheng.apps.printing.proving import NotIssued, prove_document
from zhunsheng.apps.supervision.models import Clock

NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
HOSTILE = '#eval("1+1") $x^2$ *粗* _斜_ `码` = 题 [块] @引 <标> // 注 \\u{41} #import "a" \u202e反 𠮷 🚓 \x01'
SHEETS = ("computation", "supervision_card", "daily_brief")


@pytest.fixture
def reader(db: None) -> Person:
    """Somebody of the city's legal department, at half past ten on 2 March, with the case told and judged."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    tell_case()
    call_command("supervise", once=True, stdout=StringIO())
    return signed_in(account("fz", officer=officer("035001", ("legal_department", CITY))))


def arrest() -> str:
    """The key of the clock of 提请批准逮捕."""
    with as_process("test"):
        return Clock.objects.get(case=NUMBER, rule="criminal.detention.request-arrest").key


def headings(layout: str, content: dict[str, Any]) -> set[str]:
    """What typst holds of the headings of a document, as its own elements."""
    families = chosen(typesetting.installed().families())
    found = typst.query(
        LAYOUTS / f"{layout}.typ",
        "heading",
        root=LAYOUTS,
        font_paths=typesetting.installed(),
        sys_inputs={"content": json.dumps(content), "fonts": json.dumps(families)},
    )
    return {json.dumps(each["body"]) for each in json.loads(found)}


def filled(layout: str, text: str) -> dict[str, Any]:
    """A content of a layout in which every text is this one."""

    def part(columns: int) -> dict[str, Any]:
        return {"title": text, "heads": [text] * columns, "rows": [[text] * columns] * 2, "empty": text, "note": text}

    law = {"name": text, "gist": text}
    frame = dict.fromkeys(("title", "kind", "site", "watermark", "printed", "page_of", "code_line"), text)
    return {
        **frame,
        "lang": "zh",
        "number": {"label": text, "value": text, "lines": [text]},
        "code_word": text,
        "facts": [[text, text]],
        "steps_title": text,
        "parts": [{"sentences": [text], "note": text, "laws": [law]}],
        "gist": text,
        "seal": text,
        "counts": [[text, text]],
        "pressing": part(4),
        "shares": part(7),
        "clocks": part(5),
        "found": part(3),
        "told": part(4 if layout == "computation" else 3),
        "signatures": [text],
    }


@pytest.mark.parametrize("layout", SHEETS)
def test_hostile_text_in_every_field_is_set_as_it_stands(layout: str) -> None:
    content = filled(layout, HOSTILE)
    assert typeset(LAYOUTS / f"{layout}.typ", content, at=NOW).startswith(b"%PDF-")
    # What typst holds of the headings is the text itself: nothing of it became a formula, an import or another element.
    assert headings(layout, content) == {json.dumps({"func": "text", "text": HOSTILE})}


def test_no_layout_reads_a_value_as_markup() -> None:
    for layout in LAYOUTS.glob("*.typ"):
        assert "eval(" not in layout.read_text("utf-8")


def test_the_same_content_gives_the_same_bytes_and_another_word_others() -> None:
    layout, content = LAYOUTS / "daily_brief.typ", filled("daily_brief", "甲")
    assert typeset(layout, content, at=NOW) == typeset(layout, content, at=NOW)
    assert typeset(layout, content, at=NOW) != typeset(layout, filled("daily_brief", "乙"), at=NOW)


def test_a_machine_without_a_chinese_font_says_so_and_which_to_install(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoChineseFont, match="fonts-noto-cjk"):
        chosen(["DejaVu Sans", "Noto Sans"])
    assert chosen(["SimSun"]) == {"sans": ["SimSun"], "song": ["SimSun"]}  # one font serves for both
    none = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[])
    monkeypatch.setattr(typesetting, "installed", lambda: none)
    answer = reader.get(f"/cases/{NUMBER}/card.pdf")
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in answer.content.decode()


def test_a_day_on_paper_is_a_date_and_not_a_word_for_today() -> None:
    assert moment(NOW, now=NOW) == "3月2日 10:30"
    midnight = datetime.fromisoformat("2026-03-04T00:00:00+08:00")
    assert moment(midnight, now=NOW, at_end=True) == "3月3日 24:00"
    assert moment(NOW.replace(year=2025), now=NOW) == "2025年3月2日 10:30"
    assert moment(None, now=NOW) == "—"


def test_a_table_says_how_many_rows_it_left_out() -> None:
    found = table("期限", ["甲"], [["1"], ["2"], ["3"]], empty="无", most=2)
    assert (found["rows"], found["note"]) == ([["1"], ["2"]], "另有 1 条没有列出。")
    assert shortened("长长长长", 3) == "长长…"


@pytest.mark.parametrize("address", [f"/cases/{NUMBER}/card.pdf", "/today/brief.pdf", "clock"])
def test_each_document_is_made_after_the_request_and_its_reading_and_issue_are_on_record(
    reader: Person, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/clocks/{arrest()}/computation.pdf" if address == "clock" else address
    depth_of_test = len(connection.savepoint_ids)
    depths = []
    really = typst.compile

    def noted(*args: Any, **options: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        return really(*args, **options)

    monkeypatch.setattr(typst, "compile", noted)
    answer = reader.get(path)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert answer.content.startswith(b"%PDF-")
    assert depths == [depth_of_test]  # the request's own transaction had ended
    with as_process("test"), connection.cursor() as cursor:
        issued = IssuedDocument.objects.get()
        cursor.execute("SELECT detail ->> 'code' FROM audit_entry WHERE object_kind = 'document' AND action = 'read'")
        assert cursor.fetchall() == [(issued.code,)]
    assert issued.account == "fz"


def test_the_brief_stays_one_page(reader: Person) -> None:
    content = filled("daily_brief", "甲")
    row = [shortened("长" * 99, LONGEST_TITLE), shortened("长" * 99, LONGEST_NAME), "11月23日 24:00", "已过从严时点"]
    content["pressing"]["rows"] = [row] * 10
    content["shares"]["rows"] = [[shortened("名" * 99, LONGEST_NAME), *["123"] * 6]] * 12
    pdf = typeset(LAYOUTS / "daily_brief.typ", content, at=NOW)
    assert b"/Type/Pages/Count 1/" in pdf
    assert reader.get("/today/brief.pdf").status_code == 200


def test_whoever_may_not_read_the_case_gets_no_document(reader: Person) -> None:
    key = arrest()
    stranger = signed_in(account("bob", officer=officer("035002", ("officer", EAST_STATION))))
    for path in (f"/cases/{NUMBER}/card.pdf", f"/clocks/{key}/computation.pdf"):
        assert stranger.get(path).status_code == 404
    assert reader.get("/clocks/0000/computation.pdf").status_code == 404
    with as_process("test"):
        assert IssuedDocument.objects.count() == 0


def test_the_pages_lead_to_their_documents(reader: Person) -> None:
    pages = {f"/clocks/{arrest()}/": "打印计算说明", f"/cases/{NUMBER}/": "打印监督卡", "/today/": "打印今日简报"}
    for page, link in pages.items():
        assert link in reader.get(page).content.decode()


@pytest.fixture
def issued(own: OwnDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A supervision card of the story, as it was downloaded, in a database of its own."""
    monkeypatch.setitem(settings.DATABASE_URLS, "zs_verifier", own.dsn("zs_verifier"))
    with transaction.atomic():
        clock.set_city_clock(NOW, seconds_per_second=0)
        city()
        tell_case()
        legal = account("fz", officer=officer("035001", ("legal_department", CITY)))
    path = tmp_path / "card.pdf"
    path.write_bytes(signed_in(legal).get(f"/cases/{NUMBER}/card.pdf").content)
    return path


def test_an_issued_document_is_proved_and_a_changed_one_is_not(own: OwnDatabase, issued: Path, tmp_path: Path) -> None:
    log = SealedLog(own, tmp_path)
    with pytest.raises(NotSealed):
        prove_document(issued.read_bytes())
    log.seal()
    out = StringIO()
    call_command("prove_document", str(issued), stdout=out)
    bundle = json.loads(out.getvalue())
    evidence = log.evidence()
    assert verify.verify_document(bundle, evidence, issued).problems == []
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(issued.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    assert "it was changed" in verify.verify_document(bundle, evidence, changed).problems[0]
    with pytest.raises(NotIssued, match="改动"):
        prove_document(changed.read_bytes())
    bundle["rows"][0]["text"] = bundle["rows"][0]["text"].replace("fz", "zf")
    assert "is not under the head" in verify.verify_document(bundle, evidence, issued).problems[0]
