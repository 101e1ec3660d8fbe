"""What the watcher says: at most 70 characters, one short message; no person, no case."""

from datetime import date

from watch.judging import News

SIGN = "【准绳监视】"
TEXTS = {
    "database": "数据库已{amount}秒没有应答，请立即检查。",
    "never": "{about} 从未报过心跳，请检查是否已启动。",
    "heartbeat": "{about} 已{amount}秒没有心跳，请立即检查。",
    "watermark": "{about} 有到期事项{amount}秒未处理，请立即检查。",
    "unsent_red": "有红色预警{amount}秒未发出，请检查短信网关。",
    "sealer": "日志已{amount}秒未封存，请检查封存进程。",
    "archive": "数据库归档已{amount}秒没有成功，请检查归档目录。",
    "probe": "巡检已{amount}秒没有走完全程，请检查监督和发送。",
    "clocks": "在算期限一小时内减少{amount}%，请核对规则库和数据。",
    "source": "来源 {about} 超过规定时间没有数据，请检查接口。",
    "untold": "有{amount}条预警无人可通知，请立即补齐岗位或值班。",
    "unhandled": "有{amount}项无法判断或处理，已搁置，请查看监督程序的日志。",
    "skew": "数据库时间与本机相差{amount}秒，请校时。",
    "disk": "磁盘只剩{amount}%，请清理。",
}
OVER_TEXTS = {
    "database": "已恢复：数据库有应答。",
    "never": "已恢复：{about} 已启动，有心跳。",
    "heartbeat": "已恢复：{about} 有心跳。",
    "watermark": "已恢复：{about} 的到期事项已处理。",
    "unsent_red": "已恢复：红色预警已发出。",
    "sealer": "已恢复：日志已封存。",
    "archive": "已恢复：数据库归档成功。",
    "probe": "已恢复：巡检走完全程。",
    "clocks": "在算期限不再减少，请核对减少的是否应当。",  # over without being as it was
    "source": "已恢复：来源 {about} 有数据。",
    "untold": "已恢复：没有预警无人可通知。",
    "unhandled": "已恢复：没有搁置的事项。",
    "skew": "已恢复：数据库时间与本机一致。",
    "disk": "已恢复：磁盘空间充足。",
}
"""What is said when it is over: how it is now, and nothing to be done any more."""
DAILY = "{month}月{day}日系统正常，昨日预警{alerts}条，链尾{head}。"
DAILY_WITH_FAULTS = "{month}月{day}日有{faults}项异常未恢复，昨日预警{alerts}条，链尾{head}。"
LONGEST = 70


def text_of(news: News) -> str:
    """What is said of a fault."""
    texts = OVER_TEXTS if news.is_over else TEXTS
    return (SIGN + texts[news.fault.name].format(about=news.fault.about, amount=news.fault.amount))[:LONGEST]


def daily_text(day: date, *, alerts: int, head: str, faults: int) -> str:
    """The message of every morning. `head`: the first digits of the log's head, which makes its readers witnesses."""
    template = DAILY_WITH_FAULTS if faults else DAILY
    return SIGN + template.format(month=day.month, day=day.day, alerts=alerts, head=head or "无", faults=faults)
