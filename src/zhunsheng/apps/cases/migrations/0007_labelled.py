"""The cases with another label than ordinary, by number: few among all, counted and listed on a page of their own."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One index."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("cases", "0006_headed_now")]
    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["number"], name="cases_case_labelled", condition=~Q(label="ordinary")),
        ),
    ]
