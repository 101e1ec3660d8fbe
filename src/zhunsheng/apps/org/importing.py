"""Units, officers, posts and duty from tables (CSV or XLSX): all rows or none, each fault told with its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from zhunsheng.apps.org.models import Duty, Unit
from zhunsheng.apps.org.selectors import ZONE, officer_by_number
from zhunsheng.apps.org.services import add_officer, add_unit, give_post
from zhunsheng.apps.refusals import DomainError
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.refusal import ROW

Row = Mapping[str, str]


class TableRefused(DomainError):
    """Nothing was imported; every faulty row is named."""

    text = "{file} 没有导入，{count} 处要改：\n{faults}"


class OfficerNotFound(DomainError):
    """The number belongs to nobody now."""

    text = "没有警号为 {province}{number} 的在岗人员。请核对警号，或先导入人员。"


@dataclass(frozen=True)
class Kind:
    """One kind of table: its columns, those that may be empty, and what one row does."""

    columns: tuple[str, ...]
    optional: frozenset[str]
    add: Callable[[Row], object]


def _unit(row: Row) -> object:
    kinds = {title: value for value, title in Unit.Kind.choices}
    return add_unit(
        code=row["单位代码"],
        name=row["名称"],
        short_name=row["简称"],
        kind=kinds.get(row["类别"], row["类别"]),
        parent=row["上级代码"] or None,
    )


def _officer(row: Row) -> object:
    kinds = {"民警": "police", "辅警": "auxiliary", "外部人员": "outside"}
    return add_officer(
        province=row["省份"],
        number=row["警号"],
        name=row["姓名"],
        kind=kinds.get(row["类别"], row["类别"]),
        joined_on=date.fromisoformat(row["启用日期"]),
        mobile=row["手机"],
    )


def _post(row: Row) -> object:
    officer = officer_by_number(province=row["省份"], number=row["警号"])
    if officer is None:
        raise OfficerNotFound(province=row["省份"], number=row["警号"])
    return give_post(
        officer=officer,
        unit=row["单位代码"],
        role=row["岗位"],
        from_on=date.fromisoformat(row["起"]),
        part_time=row["兼任"] == "是",
    )


def _duty(row: Row) -> object:
    officer = officer_by_number(province=row["省份"], number=row["警号"])
    if officer is None:
        raise OfficerNotFound(province=row["省份"], number=row["警号"])
    starts_at, ends_at = (datetime.fromisoformat(row[name]).replace(tzinfo=ZONE) for name in ("起", "止"))
    line = Duty(unit_id=row["单位代码"], officer=officer, starts_at=starts_at, ends_at=ends_at)
    line.full_clean()
    line.save()
    return line


KINDS: Final = {
    "units": Kind(("单位代码", "名称", "简称", "类别", "上级代码"), frozenset({"上级代码"}), _unit),
    "officers": Kind(("省份", "警号", "姓名", "类别", "启用日期", "手机"), frozenset({"手机"}), _officer),
    "posts": Kind(("省份", "警号", "单位代码", "岗位", "起", "兼任"), frozenset({"兼任"}), _post),
    "duty": Kind(("单位代码", "省份", "警号", "起", "止"), frozenset(), _duty),
}


def import_table(path: Path, *, kind: str, tell: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """
    Import one table, in one transaction. Returns its number of rows. `tell`: told how many are done, of how many.

    :raises TableRefused: a row is faulty; nothing was imported.
    :raises InputRefused: the file itself cannot be read.
    """
    how = KINDS[kind]
    rows = _rows(path)
    missing = [name for name in how.columns if rows and name not in rows[0][1]]
    faults = [f"缺少列“{name}”。请补上这一列。" for name in missing]
    with transaction.atomic():
        if not missing:
            for done, (number, row) in enumerate(rows):
                tell(done, len(rows))
                if fault := _fault(row, how):
                    faults.append(f"第 {number} 行：{fault}")
        if faults:
            transaction.set_rollback(True)
    if faults:
        raise TableRefused(file=path.name, count=len(faults), faults="\n".join(faults))
    return len(rows)


def _fault(row: Row, how: Kind) -> str:
    empty = [name for name in how.columns if not row[name] and name not in how.optional]
    if empty:
        return f"“{empty[0]}”是空的。请填写。"
    try:
        with transaction.atomic():
            how.add(row)
    except DomainError as problem:
        return str(problem)
    except ValidationError as problem:
        return " ".join(problem.messages)
    except ValueError:
        return "日期或时间写法不对。请写成 2026-03-01 或 2026-03-01 08:30。"
    return ""


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with FileReader() as reader:
        frame = reader.read_table(path)
    return [
        (row[ROW], {name: (value or "").strip() for name, value in row.items() if name != ROW})
        for row in frame.iter_rows(named=True)
    ]
