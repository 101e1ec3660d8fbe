"""`plant FILE --by NUMBER`: put a file with known problems among those that are to be read."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection.planting import plant
from zhunsheng.apps.inspection.refusals import PlantRefused
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection.planting import PlantingRefused, read_file


class Command(BaseCommand):
    """Files it; its number is said once, here, and stands nowhere else but in the sealed log."""

    help = "放入一件已知问题的卷宗，用来检验阅卷。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The description, and who puts it in."""
        parser.add_argument("file", type=Path, help="描述文件（TOML），图片放在同一文件夹")
        parser.add_argument("--by", required=True, help="放入的纪检督察民警的警号")

    def handle(self, *args: Any, **options: Any) -> None:
        """File it."""
        del args
        path: Path = options["file"]
        try:
            described = read_file(path.read_text(encoding="utf-8"))
            names = {name for paper in described.papers for name in paper.pages}
            images = {name: (path.parent / Path(name).name).read_bytes() for name in sorted(names)}
            with as_process("plant", purpose="检验阅卷"):
                by = Officer.objects.filter(number=options["by"], left_on=None).first()
                if by is None:
                    raise CommandError(f"没有警号为 {options['by']} 的在岗民警。请核对。")
                number = plant(described, images, by=by, at=clock.now())
        except (PlantingRefused, PlantRefused, OSError, UnicodeDecodeError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(number)
