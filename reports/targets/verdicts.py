"""The words of a verdict, and what is worse than what."""

from django.db.models import TextChoices


class Verdict(TextChoices):
    MISSED = "missed", "未完成"
    BEHIND = "behind", "落后"
    UNKNOWN = "unknown", "无法计算"
    ON_PACE = "on_pace", "正常"
    NOT_DUE = "not_due", "未到期"
    AHEAD = "ahead", "超前"
    MET = "met", "已完成"
    NOT_STARTED = "not_started", "未开始"


# the first is the worst; the order of the names above
RANK = {verdict: number for number, verdict in enumerate(Verdict)}
LAGGING = (Verdict.MISSED, Verdict.BEHIND)
# colour is never the only sign: the chip carries the word
TONES = {
    Verdict.MISSED: "late",
    Verdict.BEHIND: "late",
    Verdict.UNKNOWN: "off",
    Verdict.ON_PACE: "running",
    Verdict.NOT_DUE: "off",
    Verdict.AHEAD: "done",
    Verdict.MET: "done",
    Verdict.NOT_STARTED: "off",
}
