"""`fence`: what a restored database needs before it may send again."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.at_command import admitted
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery import fence
from zhunsheng.apps.alerts.delivery.gateway_record import RecordRefused, read_record
from zhunsheng.apps.alerts.delivery.lines import LinesRefused, load_lines
from zhunsheng.apps.alerts.delivery.loop import now
from zhunsheng.apps.refusals import DomainError

REMEDY = "没有解除停发的权限。请由系统、安全或审计管理员办理。"


class Command(BaseCommand):
    """`compare LINE FILE` or `compare LINE --no-record REASON` for each line, then `lift` by two administrators."""

    help = "恢复的库先停发：逐条线路与网关记录核对，再由两名管理员解除。"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and who does it; password and one-time code are asked for."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        compare = verbs.add_parser("compare", help="读入一条线路的网关记录，已发的记为已发")
        compare.add_argument("line", help="线路，如 sms")
        what = compare.add_mutually_exclusive_group(required=True)
        what.add_argument("record", nargs="?", type=Path, help="网关导出的记录：每行一个 JSON，或 .csv")
        what.add_argument("--no-record", metavar="原因", help="这条线路的网关没有记录")
        lift = verbs.add_parser("lift", help="解除停发；需要两个人先后办理")
        put_up = verbs.add_parser("put-up", help="停发：数据库文件是用别的办法恢复的，启动发送之前先运行")
        for one in (compare, lift, put_up):
            one.add_argument("--account", required=True, help="操作人的账号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare or lift."""
        del args
        try:
            lines = load_lines(settings.LINES).by_name
            if options["verb"] == "compare" and options["line"] not in lines:
                raise CommandError(f"没有线路 {options['line']}。线路文件里有：{'、'.join(lines)}。")
            by = admitted(options["account"], action=Action.FENCE_LIFT, process="fence", remedy=REMEDY)
            if options["verb"] == "put-up":
                with as_process("fence", purpose=by):
                    fence.put_up(moment=now())
                self.stdout.write("已停发。请逐条线路核对，再由两名管理员解除。")
            elif options["verb"] == "lift":
                self._lift(by, list(lines))
            elif options["no_record"]:
                with as_process("fence", purpose=by):
                    fence.without_record(options["line"], reason=options["no_record"], by=by, moment=now())
                self.stdout.write(f"{options['line']}：记下没有网关记录。队列里的消息解除后会发出，可能有重复。")
            else:
                self._compare(options["line"], options["record"], by)
        except (DomainError, RecordRefused, LinesRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem

    def _compare(self, line: str, path: Path, by: str) -> None:
        record = read_record(path)
        with as_process("fence", purpose=by):
            found = fence.compare(line, record, by=by, moment=now())
        for title, keys in (("本库没有，不会再发", found.unknown), ("队列里待发，记为已发", found.marked)):
            for key in keys:
                self.stdout.write(f"{key}  {title}")
        self.stdout.write(
            f"{line}：网关记录 {len(record)} 条；本库也记为已发 {found.agreed} 条，"
            f"待发改记已发 {len(found.marked)} 条，本库没有 {len(found.unknown)} 条。"
        )

    def _lift(self, by: str, channels: list[str]) -> None:
        with as_process("fence", purpose=by):
            row = fence.lift(by=by, channels=channels, moment=now())
        for channel, what in sorted(row.compared.items()):
            self.stdout.write(f"{channel}  {what}")
        self.stdout.write("已解除，开始发送。" if row.second_by else "已签。请另一位管理员运行 fence lift 复核。")
