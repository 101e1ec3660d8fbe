"""What a release tells at once and costs an officer, and the signature that it needs above the budget."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("supervision", "0008_found")]
    operations = [
        migrations.AddField("release", "storm", models.IntegerField(default=0, verbose_name="一次发出")),
        migrations.AddField("release", "per_shift", models.FloatField(null=True, verbose_name="每名民警每班")),
        migrations.AddField("release", "over_budget", models.BooleanField(default=False, verbose_name="超出打扰限额")),
        migrations.AddField("release", "signed", models.TextField(blank=True, default="", verbose_name="加签")),
        migrations.AddField("release", "signed_at", models.DateTimeField(null=True, verbose_name="加签时间")),
        migrations.AddField("release", "reason", models.TextField(blank=True, default="", verbose_name="事由")),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(signed="") | ~Q(signed=F("by")) & ~Q(signed=F("second")),
                name="another_signature_is_anothers",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=~Q(state="released", over_budget=True, signed=""),
                name="over_budget_needs_another_signature",
            ),
        ),
    ]
