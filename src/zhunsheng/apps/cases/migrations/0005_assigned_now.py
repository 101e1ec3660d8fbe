"""What somebody works on now is found in an index that holds all that is asked of it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Row security and most pages ask for it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("cases", "0004_case_index")]
    operations: ClassVar[list[migrations.AddIndex]] = [
        migrations.AddIndex(
            "assignment",
            models.Index(
                fields=["officer", "role", "case"], name="cases_assigned_now", condition=models.Q(until_at=None)
            ),
        ),
    ]
