"""The commands of operation, run as their user runs them."""

import io
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.platform.databases import OwnDatabase
from tests.platform.people import CLERK, EAST_STATION, city, noon, officer
from tools import verify
from zhunsheng.apps.access.login import Attempt, check_first_factor
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.passwords import PasswordTooShort
from zhunsheng.apps.access.services import OneselfRefused, create_account, disable_account, reset_factors
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.heads import HEADS_FILE
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.sources import source_behind


def said(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_sealing_exporting_and_verifying_by_commands(
    own: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = {role: own.dsn(role) for role in ("zs_app", "zs_sealer", "zs_verifier")}
    monkeypatch.setattr(settings, "DATABASE_URLS", urls)
    monkeypatch.setattr(settings, "HEADS", tmp_path / "heads")
    with acting(CLERK):
        record_read(kind="case", key="A1", persons=["P1"])
    call_command("seal", "--once")
    export = tmp_path / "log.tsv"
    assert said("export_log", str(export)).strip() == "1 条"
    arguments = [
        str(export),
        "--public-key",
        str(settings.KEYS / PUBLIC),
        "--heads",
        str(tmp_path / "heads" / HEADS_FILE),
    ]
    assert verify.main(["log", *arguments]) == 0
    assert capsys.readouterr().out == "OK: 1 rows, 1 heads, 0 not sealed yet\n"
    export.write_bytes(export.read_bytes().replace(b"A1", b"A2"))
    assert verify.main(["log", *arguments]) == 1
    assert capsys.readouterr().out.startswith("FIRST BAD ROW 0: audit_entry ")
    export.write_text("nonsense\n", encoding="utf-8")
    assert verify.main(["log", *arguments]) == 2


@pytest.mark.usefixtures("db")
def test_the_breach_question_is_one_command_and_is_itself_recorded() -> None:
    clock.set_city_clock(noon("2026-03-05"), seconds_per_second=0)
    with acting(Acting("account:alice", purpose="核对身份")):
        record_read(kind="case", key="A1", persons=["P1", "P2"])
    answer = said("persons_seen", "alice", "--since", "2026-03-05T00:00:00+08:00")
    assert answer.splitlines()[-1] == "共 2 人"
    assert answer.startswith("P1\t1\t2026-03-05T04:00:00+00:00\t2026-03-05T04:00:00+00:00\t核对身份\n")
    assert said("persons_seen", "alice", "--since", "2026-03-06T00:00:00+08:00") == "共 0 人\n"
    with pytest.raises(CommandError, match="没有时区"):
        said("persons_seen", "alice", "--since", "2026-03-05T00:00:00")


@pytest.mark.usefixtures("db")
def test_an_account_is_made_with_its_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    city()
    officer("035001", ("officer", EAST_STATION))
    monkeypatch.setattr(sys, "stdin", io.StringIO("several unrelated words\n"))
    said("add_account", "alice", "--officer", "35/035001")
    attempt = Attempt("alice", None, clock.real_now())
    assert check_first_factor(attempt, "several unrelated words").officer is not None
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="至少要 12 个"):
        said("add_account", "root1", "--admin", "system_admin")
    with pytest.raises(CommandError, match="没有警号为 35/999999"):
        said("add_account", "bob", "--officer", "35/999999")


@pytest.mark.usefixtures("db")
def test_nobody_changes_his_own_account() -> None:
    with acting(CLERK):
        account = create_account(
            username="root1", password="several words here", officer=None, admin_role="audit_admin"
        )
        for change in (disable_account, reset_factors):
            with pytest.raises(OneselfRefused, match="另一位管理员"):
                change(account=account, by="root1")
        disable_account(account=account, by="root2")
        with pytest.raises(PasswordTooShort):
            create_account(username="root3", password="short", officer=None)
    assert not Account.objects.get(username="root1").is_active


@pytest.mark.usefixtures("db")
def test_taking_in_an_empty_folder_says_nothing() -> None:
    assert said("take_in") == ""


@pytest.mark.usefixtures("db")
def test_polling_an_unknown_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有启用的来源 nowhere"):
        said("poll", "nowhere", str(tmp_path / "view.toml"))


@pytest.mark.usefixtures("db")
def test_a_source_gets_its_key_once_and_a_new_one_ends_the_old() -> None:
    first = said("add_source", "jz", "警综平台", "--zone", "Asia/Shanghai").strip()
    known = source_behind(f"Bearer {first}")
    assert known is not None
    assert (known.id, known.zone) == ("jz", "Asia/Shanghai")
    second = said("add_source", "jz", "警综平台").strip()
    assert source_behind(f"Bearer {first}") is None
    assert source_behind(f"Bearer {second}") is not None
    with pytest.raises(CommandError, match="Moon/Base 不是时区"):
        said("add_source", "x", "某", "--zone", "Moon/Base")


@pytest.mark.usefixtures("db")
def test_the_organisation_is_imported_by_command(tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text("单位代码,名称,简称,类别,上级代码\n350200000000,甲市公安局,甲市局,市局,\n", encoding="utf-8")
    assert said("import_org", "units", str(table)) == "已导入 1 行\n"
    with pytest.raises(CommandError, match="第 2 行"):
        said("import_org", "units", str(table))  # it is there already
