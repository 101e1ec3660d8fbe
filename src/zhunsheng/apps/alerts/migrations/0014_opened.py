"""A message that is not sent because its receiver opened the alert himself."""

from django.db import migrations, models

OPENED = ("opened", "已在收件箱打开，不再发送")


class Migration(migrations.Migration):
    dependencies = [("alerts", "0013_concern_to_do")]
    operations = [
        migrations.AlterField(
            "delivery",
            "state",
            models.CharField(
                "状态",
                choices=[
                    ("queued", "待发送"),
                    ("leased", "发送中"),
                    ("sent", "已提交网关"),
                    ("confirmed", "已送达"),
                    ("failed", "未送达"),
                    ("superseded", "不再需要"),
                    OPENED,
                ],
                default="queued",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            "deliveryoutcome",
            "what",
            models.CharField(
                "结果",
                choices=[
                    ("accepted", "网关已接收"),
                    ("confirmed", "已送达"),
                    ("undeliverable", "未送达"),
                    ("second_channel", "改用第二途径"),
                    ("no_second_channel", "没有第二途径"),
                    ("superseded", "不再需要"),
                    OPENED,
                ],
                max_length=20,
            ),
        ),
    ]
