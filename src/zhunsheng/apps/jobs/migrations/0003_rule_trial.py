"""Kinds of task more: the back-test of a rule's draft, and its proposal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_alter_job_kind")]
    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cases_sheet", "导出案件"),
                    ("cards", "批量监督卡"),
                    ("org_table", "导入组织数据"),
                    ("points_check", "积分办法的推一推和模拟"),
                    ("rule_trial", "规则回测"),
                    ("rule_proposal", "提出规则发布"),
                ],
                max_length=20,
                verbose_name="任务",
            ),
        ),
    ]
