"""`plant FILE --by NUMBER [--tell NUMBER]`: put a file with known problems among those that are to be read."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection.planting import number_of, plant
from zhunsheng.apps.inspection.refusals import PlantRefused
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection.planting import PlantedFile, PlantingRefused, read_file


class Command(BaseCommand):
    """Files it; its number is said once, here, and afterwards to discipline inspection and to those who are told."""

    help = "放入一件已知问题的卷宗，用来检验阅卷。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The description, and who puts it in."""
        parser.add_argument("file", type=Path, help="描述文件（TOML），图片放在同一文件夹")
        parser.add_argument("--by", default="", help="放入的纪检督察民警的警号")
        parser.add_argument("--number", action="store_true", help="只给出它将用的编号，印在卷内文书上；不放入")
        parser.add_argument(
            "--tell", action="append", default=[], help="告知法制支队的谁（警号，可多次）：他不阅这批卷"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """File it, or say its number."""
        del args
        path: Path = options["file"]
        try:
            described = read_file(path.read_text(encoding="utf-8"))
            with as_process("plant", purpose="检验阅卷"):
                number = number_of(described) if options["number"] else filed(described, path.parent, options)
        except (PlantingRefused, PlantRefused, OSError, UnicodeDecodeError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(number)


def filed(described: PlantedFile, folder: Path, options: dict[str, Any]) -> str:
    """Put it among the others with the pages that lie beside its description. Returns its number."""
    names = {name for paper in described.papers for name in paper.pages}
    images = {name: (folder / Path(name).name).read_bytes() for name in sorted(names)}
    told = [officer(number) for number in options["tell"]]
    return plant(described, images, by=officer(options["by"]), at=clock.now(), told=told)


def officer(number: str) -> Officer:
    """Who has a number now."""
    found = Officer.objects.filter(number=number, left_on=None).first()
    if found is None:
        raise CommandError(f"没有警号为 {number} 的在岗民警。请核对。")
    return found
