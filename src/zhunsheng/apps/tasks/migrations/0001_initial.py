import django.db.models.deletion
from django.db import migrations, models

import zhunsheng.apps.audit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("onsite", "现场执法检查"), ("online", "网上巡查"), ("daily", "日常任务")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("unit", models.CharField(max_length=12, verbose_name="单位代码")),
                ("sheet", models.CharField(blank=True, default="", max_length=4, verbose_name="评查表")),
                (
                    "every",
                    models.CharField(
                        choices=[("day", "每个工作日"), ("week", "每周"), ("month", "每月")],
                        max_length=8,
                        verbose_name="周期",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="起")),
                ("until_on", models.DateField(verbose_name="止（不含）")),
                ("at", models.DateTimeField(verbose_name="制订")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="制订人",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("number", models.CharField(max_length=24, primary_key=True, serialize=False, verbose_name="任务编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("onsite", "现场执法检查"), ("online", "网上巡查"), ("daily", "日常任务")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("plan", "计划"), ("risk", "风险"), ("hand", "指定")],
                        max_length=8,
                        verbose_name="来由",
                    ),
                ),
                ("occasion", models.CharField(blank=True, default="", max_length=80, verbose_name="由头")),
                ("unit", models.CharField(max_length=12, verbose_name="单位代码")),
                ("place", models.CharField(blank=True, default="", max_length=80, verbose_name="场所")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("due_at", models.DateTimeField(null=True, verbose_name="期限")),
                ("at", models.DateTimeField(verbose_name="生成")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="指派人",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("key", models.UUIDField(primary_key=True, serialize=False, verbose_name="发送编号")),
                ("place", models.CharField(blank=True, default="", max_length=80, verbose_name="地点")),
                ("note", models.CharField(blank=True, default="", max_length=1000, verbose_name="情况")),
                ("began_at", models.DateTimeField(null=True, verbose_name="开始")),
                ("made_at", models.DateTimeField(null=True, verbose_name="填完")),
                ("digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("at", models.DateTimeField(verbose_name="收到")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="检查人",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Given",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="改派原因")),
                ("at", models.DateTimeField(verbose_name="分派")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="改派人",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="检查人",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="given", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Thing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("n", models.PositiveIntegerField(verbose_name="序号")),
                ("question", models.CharField(blank=True, default="", max_length=4, verbose_name="问题")),
                ("text", models.CharField(max_length=200, verbose_name="看什么")),
                ("look_at", models.CharField(blank=True, default="", max_length=200, verbose_name="看哪里")),
                ("basis", models.CharField(blank=True, default="", max_length=200, verbose_name="依据")),
                ("severity", models.CharField(max_length=8, verbose_name="轻重")),
                ("case", models.CharField(blank=True, default="", max_length=40, verbose_name="案件编号")),
                ("finding", models.CharField(blank=True, default="", max_length=64, verbose_name="发现")),
                ("data_said", models.CharField(blank=True, default="", max_length=8, verbose_name="数据判断")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="things", to="tasks.task"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Said",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("version", models.PositiveIntegerField(verbose_name="第几次")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("pass", "合格"),
                            ("flaw", "瑕疵"),
                            ("problem", "问题"),
                            ("not_applicable", "不涉及"),
                            ("cannot_tell", "看不出"),
                        ],
                        max_length=16,
                        verbose_name="回答",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=400, verbose_name="说明")),
                ("where", models.CharField(blank=True, default="", max_length=40, verbose_name="位置")),
                ("basis", models.CharField(blank=True, default="", max_length=80, verbose_name="依据")),
                ("responsible", models.CharField(blank=True, default="", max_length=20, verbose_name="责任人")),
                ("remedy_days", models.PositiveIntegerField(blank=True, null=True, verbose_name="整改期限（日）")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="said", to="tasks.report"
                    ),
                ),
                (
                    "thing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="said", to="tasks.thing"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("n", models.PositiveIntegerField(verbose_name="序号")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("media_type", models.CharField(max_length=40, verbose_name="格式")),
                ("size_bytes", models.PositiveBigIntegerField(verbose_name="字节数")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="tasks.report"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["xid"], name="photo_xid")],
                "constraints": [models.UniqueConstraint(fields=("report", "n"), name="tasks_photo_once")],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                (
                    "said",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="ruling",
                        serialize=False,
                        to="tasks.said",
                    ),
                ),
                ("confirmed", models.BooleanField(verbose_name="确认")),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="说明")),
                ("card", models.CharField(blank=True, default="", max_length=24, verbose_name="整改单")),
                ("at", models.DateTimeField(verbose_name="确认时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="确认人",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScheduleEnd",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                (
                    "schedule",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="tasks.schedule",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("at", models.DateTimeField(verbose_name="终止")),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.officer"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(fields=["xid"], name="schedule_xid"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["xid"], name="task_xid"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("occasion", ""), _negated=True), fields=("occasion",), name="tasks_once_an_occasion"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_task_says_why"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["xid"], name="report_xid"),
        ),
        migrations.AddIndex(
            model_name="given",
            index=models.Index(fields=["xid"], name="given_xid"),
        ),
        migrations.AddIndex(
            model_name="thing",
            index=models.Index(fields=["xid"], name="thing_xid"),
        ),
        migrations.AddIndex(
            model_name="thing",
            index=models.Index(
                condition=models.Q(("finding", ""), _negated=True), fields=["finding"], name="tasks_thing_finding"
            ),
        ),
        migrations.AddConstraint(
            model_name="thing",
            constraint=models.UniqueConstraint(fields=("task", "n"), name="tasks_thing_once"),
        ),
        migrations.AddIndex(
            model_name="said",
            index=models.Index(fields=["xid"], name="said_xid"),
        ),
        migrations.AddConstraint(
            model_name="said",
            constraint=models.UniqueConstraint(fields=("thing", "version"), name="tasks_said_version"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["xid"], name="ruling_xid"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed", True), models.Q(("card", ""), _negated=True)),
                    models.Q(("card", ""), ("confirmed", False)),
                    _connector="OR",
                ),
                name="a_confirmed_one_has_a_card",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduleend",
            index=models.Index(fields=["xid"], name="scheduleend_xid"),
        ),
    ]
