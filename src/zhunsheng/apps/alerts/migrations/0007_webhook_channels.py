from django.db import migrations, models


class Migration(migrations.Migration):
    """The channel of a program that is told by web hook is named after its token."""

    dependencies = [
        ("alerts", "0006_reply_refused"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="channel",
            field=models.CharField(max_length=48, verbose_name="途径"),
        ),
        migrations.AlterField(
            model_name="deliveryoutcome",
            name="channel",
            field=models.CharField(max_length=48, verbose_name="途径"),
        ),
    ]
