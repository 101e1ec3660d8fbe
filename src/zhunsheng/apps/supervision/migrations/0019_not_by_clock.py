"""Nobody looks findings up by their clock: an index less that each row is written into."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("supervision", "0018_kept_count_now")]
    operations = [migrations.RemoveIndex("finding", "finding_clock")]
