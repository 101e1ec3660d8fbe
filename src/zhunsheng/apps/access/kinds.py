"""What the log calls the things that are looked at and what was done with them, in words."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KINDS: Final = {
    "case": _("案件"),
    "case_list": _("案件列表"),
    "case_sheet": _("导出案件列表"),
    "alert": _("预警"),
    "alert_inbox": _("预警收件箱"),
    "clock": _("期限的计算"),
    "own_limits": _("我的期限"),
    "person": _("人员信息"),
    "person_search": _("按人查"),
    "search": _("搜索"),
    "dossier": _("卷宗"),
    "document": _("文书"),
    "supervision_card": _("监督卡"),
    "computation": _("计算说明"),
    "daily_brief": _("今日简报"),
    "rectification_letter": _("督察函"),
    "city": _("全市"),
    "city_sheet": _("导出各单位"),
    "overdue_ledger": _("超期台账"),
    "overdue_sheet": _("导出超期台账"),
    "leads": _("线索"),
    "leads_sheet": _("导出线索"),
    "withdrawn": _("撤回记录"),
    "withdrawn_sheet": _("导出撤回记录"),
    "own_looks": _("查阅记录"),
    "premises": _("办案区"),
    "premises_sheet": _("导出办案区"),
    "wall": _("大屏"),
    "data_quality": _("数据质量"),
    "held_events": _("待双人确认"),
    "label_list": _("密级标签"),
    "rules": _("规则列表"),
    "rule": _("规则"),
    "rule_draft": _("规则草稿"),
    "rule_trial": _("回测结果"),
    "rule_skeleton": _("起草规则"),
    "releases": _("规则发布"),
    "rule_proposed": _("提出规则发布"),
    "silences": _("静默"),
    "plans": _("质量巡查"),
    "plan": _("抽查计划"),
    "draw_record": _("抽取记录"),
    "draw_verified": _("抽签验证"),
    "tasks": _("检查任务列表"),
    "task": _("检查任务"),
    "task_plans": _("检查任务计划"),
    "task_photo": _("现场照片"),
    "reading_tasks": _("阅卷任务"),
    "sheet": _("评查表"),
    "problems": _("问题确认"),
    "readings_out": _("更换阅卷人"),
    "cards": _("整改"),
    "card": _("整改单"),
    "oversight": _("督察指标"),
    "oversight_counted": _("督察指标明细"),
    "check": _("核查单"),
    "points_own": _("我的积分"),
    "points_unit": _("所队积分"),
    "points_sheet": _("导出所队积分"),
    "points_entry": _("积分"),
    "points_policies": _("积分办法"),
    "points_policy": _("积分办法"),
    "points_published": _("公布的积分"),
    "points_decisions": _("积分审批"),
    "urgent_accesses": _("紧急查阅"),
    "reading_watch": _("查阅监督"),
    "export_ledger": _("导出台账"),
    "jobs": _("我的任务"),
    "job": _("后台任务"),
    "job_result": _("后台任务的结果"),
    "accounts": _("用户与权限"),
    "account": _("账号"),
    "audit_entry": _("审计"),
    "sources": _("来源"),
    "page": _("页面"),
    "key": _("密钥"),
}
"""Kind of an entry → what it is about. What is not here is the name of a table or of a question of the interface."""
ACTIONS: Final = {
    "read": _("查看"),
    "give": _("提交"),
    "cancel": _("取消"),
    "end": _("结束"),
    "save": _("保存"),
    "label": _("改标签"),
    "urgent": _("紧急打开"),
    "appeal": _("申诉"),
    "answer": _("答复"),
    "close": _("关账"),
    "correct": _("更正"),
    "prove": _("核验"),
    "GET": _("打开"),
    "POST": _("提交"),
    "insert": _("新增"),
    "update": _("修改"),
    "delete": _("删除"),
}
"""Act of an entry → word."""
WHOLE: Final = {
    **dict.fromkeys(("", "?", "all", "first", "heard", "text", "wall"), _("全部")),
    "alarms": _("报警和核查单"),
    "own": _("本人的"),
    "running": _("有期限在走的"),
    "today": _("今天"),
    "waiting": _("等待处理的"),
}
"""What an entry names where it is about no single thing → word."""
RESULTS: Final = {"done": _("完成"), "denied": _("拒绝"), "failed": _("失败")}


def object_words(object_id: str) -> str:
    """What was looked at: a list whole or under conditions in words, a single thing by its own name."""
    if object_id in WHOLE:
        return str(WHOLE[object_id])
    return gettext("按条件筛选") if object_id.startswith("?") else object_id
