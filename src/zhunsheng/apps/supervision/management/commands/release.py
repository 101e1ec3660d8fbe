"""`release RULEBOOK`: show what a rulebook would change and propose it; a second person puts it in force."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localtime

from zhunsheng.apps.access.at_command import admitted
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.supervision import releases, rulebooks
from zhunsheng.apps.supervision.batch import allow_long_batches
from zhunsheng.apps.supervision.models import Release
from zhunsheng.book import RulebookRefused

WORDS: Final = {"appeared": "新增", "vanished": "消失", "moved": "变动"}


class Command(BaseCommand):
    """Each of the two gives his account, password and one-time code; neither stands in the command line."""

    help = "发布规则库：先列出会新增、消失、变动的发现并提出，再由第二人用 --confirm 或 --refuse 决定。"

    def add_arguments(self, parser: CommandParser) -> None:
        """A folder to propose, or one of --confirm and --refuse."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("rulebook", nargs="?", type=Path, help="规则库目录")
        what.add_argument("--confirm", action="store_true", help="第二人确认，立即生效")
        what.add_argument("--refuse", action="store_true", help="第二人否决")
        parser.add_argument("--account", required=True, help="操作人的账号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Propose or decide."""
        del args
        try:
            account = admitted(
                options["account"],
                action=Action.RULEBOOK_RELEASE,
                process="release",
                remedy="没有发布规则库的权限。请由法制部门的人办理。",
            )
            if options["rulebook"]:
                self._propose(options["rulebook"], account)
            else:
                self._decide(account, confirmed=options["confirm"])
        except (DomainError, RulebookRefused) as problem:
            raise CommandError(str(problem)) from problem

    def _propose(self, folder: Path, account: str) -> None:
        files = rulebooks.files_of(folder)
        with as_process("release"):
            allow_long_batches()
            shown = releases.preview(rulebooks.loaded(files), as_of=clock.now())
        self._show(shown)
        with acting(Acting(f"account:{account}"), session_scope(None)):  # every key, also of what he may not see
            release = releases.propose(files, by=account, shown=shown)
        if release.over_budget:
            self.stdout.write(
                f"民警最忙的一班会收到 {release.per_shift:g} 条（第95百分位），超出打扰限额，需要再加一人签字。"
            )
        self.stdout.write(f"规则库 {release.sha256[:12]} 已提出。请另一个人运行 release --confirm 或 --refuse。")

    def _show(self, shown: releases.Preview) -> None:
        for rule, change, findings in shown.by_rule.iter_rows():
            self.stdout.write(f"{rule}  {WORDS[change]} {findings}")
        counts = "，".join(f"{word} {shown.count(change)}" for change, word in WORDS.items())
        self.stdout.write(f"共计：{counts}（按 {localtime(shown.as_of):%Y-%m-%d %H:%M} 判断）")
        self.stdout.write(f"一次发出 {shown.storm} 项预警。")

    def _decide(self, account: str, *, confirmed: bool) -> None:
        with acting(Acting(f"account:{account}"), session_scope(None)):  # every key, also of what he may not see
            release = releases.decide(second=account, confirmed=confirmed)
        if release.state == Release.State.PROPOSED:
            self.stdout.write(f"规则库 {release.sha256[:12]}：已加签，还需要另一个人确认。")
            return
        self.stdout.write(f"规则库 {release.sha256[:12]}：{release.get_state_display()}。")
