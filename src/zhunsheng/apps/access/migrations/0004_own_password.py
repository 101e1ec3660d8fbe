from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_read_token")]

    operations = [
        migrations.AddField(
            "account", "password_is_initial", models.BooleanField(default=False, verbose_name="初始口令")
        ),
        migrations.AddField(
            "account", "sessions_from", models.DateTimeField(blank=True, null=True, verbose_name="会话起点")
        ),
    ]
