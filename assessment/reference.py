"""Default score templates (评分表): for the supporting hospital, the posted person, the recipient.

No complete official 100-point table for counterpart support could be found, so all weights are ours
and say so in their basis; the bureau confirms or replaces them with a new version. Loading adds a
template that is missing and never touches one that exists.
"""

from decimal import Decimal

from django.db import transaction

from assessment.models import GradeBand, ScoreItem, ScoreTemplate
from assessment.models.template import Grade

BASIS = "系统默认，须由主管部门确认"
FLOOR = "扣完为止"

# the lower bound belongs to the band
BANDS = ((Grade.EXCELLENT, 90), (Grade.PASS, 80), (Grade.BASIC, 60), (Grade.FAIL, 0))

# code, name, subject, ((item code, name, weight, method), …)
TEMPLATES = (
    (
        "HOSPITAL",
        "支援单位考核评分表",
        ScoreTemplate.Subject.HOSPITAL,
        (
            (
                "A1",
                "组织领导与工作计划",
                8,
                f"有领导小组、专人负责、年度计划；每缺一项扣 2 分，{FLOOR}。",
            ),
            ("A2", "按期签订并备案协议", 7, f"每迟备案或缺一份扣 2 分，{FLOOR}。"),
            ("A3", "派驻人数与协议相符", 12, f"按协议人数，每少派 1 人扣 2 分，{FLOOR}。"),
            ("A4", "派驻人员职称、专业匹配", 6, f"每有 1 人不符合协议要求扣 1 分，{FLOOR}。"),
            ("A5", "驻点时间与全年不断档", 15, f"每有 1 人未满规定时间或断档 10 天扣 3 分，{FLOOR}。"),
            ("A6", "派驻人员出勤", 8, f"每发现脱岗 1 人次扣 2 分，{FLOOR}。"),
            ("A7", "帮扶活动与协议数量相符", 14, f"每有一项目标未完成扣 2 分，{FLOOR}。"),
            ("A8", "新技术新业务", 6, f"按协议项数，每少 1 项扣 1 分，{FLOOR}。"),
            ("A9", "接收进修（人数、时间）", 8, f"每少 1 人或不足规定时间扣 2 分，{FLOOR}。"),
            ("A10", "师带徒", 4, f"每缺一对师徒协议或总结扣 1 分，{FLOOR}。"),
            ("A11", "受援单位成效增长", 6, f"每有一项指标未达到协议目标扣 2 分，{FLOOR}。"),
            ("A12", "报表按时报送", 6, f"每迟报一次扣 1 分，{FLOOR}。"),
        ),
    ),
    (
        "PERSON",
        "派驻人员考核评分表",
        ScoreTemplate.Subject.PERSON,
        (
            ("B1", "出勤与纪律", 30, f"出勤率低于 80% 不得分；每脱岗一次扣 10 分，{FLOOR}。"),
            ("B2", "工作量", 25, "按计划完成率计分，完成计划得满分。"),
            ("B3", "带教与培训", 20, f"每少一次带教查房或讲座扣 2 分，{FLOOR}。"),
            ("B4", "新技术与管理建议", 10, "每项新技术 5 分，管理建议被采纳每条 2 分，最多 10 分。"),
            ("B5", "工作日志与月报", 10, f"每缺一次扣 1 分，{FLOOR}。"),
            ("B6", "受援单位与患者满意度", 5, "满意度 90% 以上得满分，每低 5 个百分点扣 1 分。"),
        ),
    ),
    (
        "RECIPIENT",
        "受援单位考核评分表",
        ScoreTemplate.Subject.RECIPIENT,
        (
            ("C1", "工作生活条件保障", 20, f"住宿、工作场所、设备每缺一项扣 5 分，{FLOOR}。"),
            ("C2", "派驻人员考勤登记", 20, f"每缺一个月扣 4 分，{FLOOR}。"),
            ("C3", "按计划选派进修", 15, f"每少 1 人扣 3 分，{FLOOR}。"),
            ("C4", "按时确认帮扶记录", 15, f"每有一个月未按时确认扣 2 分，{FLOOR}。"),
            ("C5", "成效数据完整", 15, f"每缺一项指标扣 3 分，{FLOOR}。"),
            ("C6", "技术与设备的使用", 15, f"新技术停用或捐赠设备闲置每项扣 3 分，{FLOOR}。"),
        ),
    ),
)


@transaction.atomic
def load_reference() -> int:
    """Adds missing templates whole, with items and bands; returns how many templates were added."""
    added = 0
    for code, name, subject, items in TEMPLATES:
        if ScoreTemplate.objects.filter(code=code).exists():
            continue
        template = ScoreTemplate.objects.create(code=code, name=name, subject=subject, basis=BASIS)
        ScoreItem.objects.bulk_create(
            ScoreItem(
                template=template,
                code=item,
                name=title,
                weight=Decimal(weight),
                method=method,
                order=number * 10,
            )
            for number, (item, title, weight, method) in enumerate(items, 1)
        )
        GradeBand.objects.bulk_create(
            GradeBand(template=template, grade=grade, minimum=Decimal(minimum)) for grade, minimum in BANDS
        )
        added += 1
    return added
