"""Large appends that the supervisor has not taken up yet, by their transaction."""

from django.db import migrations

TABLE = "CREATE TABLE supervision_appended (xid bigint PRIMARY KEY)"


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_judged")]
    operations = [migrations.RunSQL(TABLE)]
