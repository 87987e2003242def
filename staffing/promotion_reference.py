"""Shipped rules of promotion service: the statute, and local rules to choose from or to copy.

Figures are those of the documents as far as published extracts tell them; what an extract does not say is
named in the note, dates it does not give stay empty, and the bureau checks the original before it applies
a rule.
Loading only adds rules whose code is missing; a rule that exists keeps what its bureau made of it.
"""

from datetime import date

from django.db import transaction

from staffing.models import (
    PromotionEquivalent,
    PromotionExemption,
    PromotionLocationNeed,
    PromotionRule,
)
from staffing.models.promotion_rule import NATIONAL
from staffing.promotion.terms import Effect, ExemptionKind, ServiceKind, Unit, Where
from staffing.titles import Series, TitleLevel

INTERMEDIATE, ASSOCIATE, SENIOR = TitleLevel.INTERMEDIATE, TitleLevel.ASSOCIATE, TitleLevel.SENIOR
MONTHS, WORKING_DAYS = Unit.MONTHS, Unit.WORKING_DAYS
PHYSICIANS = [Series.PHYSICIAN.value]
SCOPE_NOT_QUOTED = "摘录没有写明系列和级别，这里按医师申报高级职称登记，采用前请核对原文。"

RULES = (
    {
        "code": NATIONAL,
        "name": "国家：医师法",
        "region_words": "全国",
        "target_levels": [ASSOCIATE.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "basis": "《中华人民共和国医师法》第四十六条；《中华人民共和国基本医疗卫生与健康促进法》第五十六条",
        "quoted": "执业医师晋升为副高级技术职称的，应当有累计一年以上在县级以下或者对口支援的医疗卫生机构"
        "提供医疗卫生服务的经历。",
        "note": "只对医师申报副高作要求。取得副高后再累计一年的，申报正高同等条件下优先。本局没有采用其他规定时按它计算。",
        "effective_from": date(2020, 6, 1),
    },
    {
        "code": "beijing-2003",
        "name": "北京 2003",
        "region_words": "北京市",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "basis": "京卫人字〔2003〕37号",
        "quoted": "服务一年；在 89 个边远乡镇服务的为 8 个月。填写城市医生到农村服务鉴定表。",
        "note": f"边远乡镇由采用部门列出。{SCOPE_NOT_QUOTED}",
        "needs": [{"where": Where.REMOTE, "minimum": 8, "effect": Effect.INSTEAD}],
    },
    {
        "code": "taiyuan-2014",
        "name": "太原 2014",
        "region_words": "山西省太原市",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 200,
        "required_unit": WORKING_DAYS,
        "basis": "太原市 2014 年城市医师晋升前到基层服务的规定",
        "quoted": "服务一年以不少于 200 个工作日计，其中乡镇不少于 6 个月，社区不少于 3 个月。",
        "note": SCOPE_NOT_QUOTED,
        "needs": [{"where": Where.TOWNSHIP, "minimum": 6}, {"where": Where.COMMUNITY, "minimum": 3}],
    },
    {
        "code": "shanxi-associate",
        "name": "山西（副高）",
        "region_words": "山西省",
        "target_levels": [ASSOCIATE.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "basis": "山西省卫生系列高级职称申报条件（基层服务）",
        "quoted": "申报副高：基层服务 1 年，其中在（原）贫困县不少于 6 个月。",
        "needs": [{"where": Where.KEY_COUNTY, "minimum": 6}],
    },
    {
        "code": "shanxi-senior",
        "name": "山西（正高）",
        "region_words": "山西省",
        "target_levels": [SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 6,
        "basis": "山西省卫生系列高级职称申报条件（基层服务）",
        "quoted": "申报正高：基层服务 6 个月，其中在（原）贫困县不少于 3 个月。",
        "needs": [{"where": Where.KEY_COUNTY, "minimum": 3}],
    },
    {
        "code": "hunan-2016",
        "name": "湖南 2016",
        "region_words": "湖南省",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 6,
        "since_title": True,
        "basis": "湖南省 2016 年卫生系列高级职称申报评审通知",
        "quoted": "任现职以来到基层服务 6 个月；年满 50 岁或在县级及以下连续工作满 5 年的免；"
        "疾控机构和社会办医机构申报人员不作要求。",
        "note": SCOPE_NOT_QUOTED,
        "exemptions": [
            {"kind": ExemptionKind.AGE, "threshold": 50},
            {"kind": ExemptionKind.GRASSROOTS_YEARS, "threshold": 5},
            {"kind": ExemptionKind.CDC},
            {"kind": ExemptionKind.PRIVATE_SECTOR},
        ],
    },
    {
        "code": "hunan-2023",
        "name": "湖南 2023",
        "region_words": "湖南省",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "min_stretch": 6,
        "needs_assessment": True,
        "basis": "湖南省 2023 年医师晋升前基层服务管理办法（正式稿）",
        "quoted": "累计 1 年，每次连续不少于 6 个月，每家机构分别考核，结果只分合格、不合格；"
        "由派出单位、接收单位和接收地县级卫生健康行政部门签署意见。",
        "note": f"征求意见稿为每次不少于 3 个月。{SCOPE_NOT_QUOTED}",
    },
    {
        "code": "guangdong",
        "name": "广东",
        "region_words": "广东省",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "min_stretch": 1,
        "basis": "粤卫 93 号文补充通知",
        "quoted": "服务 1 年；连续 1 个月以上的时间段才可以累计。",
        "note": SCOPE_NOT_QUOTED,
    },
    {
        "code": "zhejiang",
        "name": "浙江",
        "region_words": "浙江省",
        "target_levels": [ASSOCIATE.value, SENIOR.value],
        "series": PHYSICIANS,
        "required_total": 6,
        "basis": "浙江省城市医生晋升前到基层服务鉴定表填表说明",
        "quoted": "服务半年；连续带教基层进修人员 6 个月以上的按三分之一折算，最多折算 2 个月；指令性任务 1 个月以上的计算在内。",
        "note": SCOPE_NOT_QUOTED,
        "equivalents": [
            {"kind": ServiceKind.HOSTING, "numerator": 1, "denominator": 3, "cap": 2, "minimum": 6},
            {"kind": ServiceKind.ASSIGNED, "minimum": 1},
        ],
    },
    {
        "code": "yijun-2012",
        "name": "宜君 2012",
        "region_words": "陕西省宜君县",
        "target_levels": [INTERMEDIATE.value, ASSOCIATE.value, SENIOR.value],
        "required_total": 10,
        "min_stretch": 10,
        "basis": "宜君县中医医院 2012-01-15 对口支援工作方案",
        "quoted": "每期不少于 10 个月；派出拟晋升中级、副高、正高人员，不足 10 个月的当年不得申报。",
        "note": "对申报中级的也作要求，与国家规定不同；不分系列。",
        "effective_from": date(2012, 1, 15),
    },
    {
        "code": "equivalents-sample",
        "name": "视同服务示例（某省）",
        "region_words": "来源未写明省份",
        "target_levels": [ASSOCIATE.value],
        "series": PHYSICIANS,
        "required_total": 12,
        "basis": "某省职称评审关于基层服务“视同”和“不作要求”的说明",
        "quoted": "申报当年年底年满 50 岁、军队转业首次申报的不作要求；援外、援藏、援疆、突发事件医疗救援、"
        "经批准的三级医院支援县级医院按实际天数视同基层服务。",
        "note": "摘录没有写总量，按国家规定的 12 个月登记。用作自行制定规定的底稿。",
        "equivalents": [
            {"kind": ServiceKind.FOREIGN_AID},
            {"kind": ServiceKind.TIBET},
            {"kind": ServiceKind.XINJIANG},
            {"kind": ServiceKind.EMERGENCY},
            {"kind": ServiceKind.COUNTY_SUPPORT},
        ],
        "exemptions": [
            {"kind": ExemptionKind.AGE, "threshold": 50},
            {"kind": ExemptionKind.EX_MILITARY},
        ],
    },
)
PARTS = {
    "needs": PromotionLocationNeed,
    "equivalents": PromotionEquivalent,
    "exemptions": PromotionExemption,
}


@transaction.atomic
def load_promotion_rules() -> int:
    """Adds the missing rules with everything below them; returns how many rows."""
    known = set(PromotionRule.objects.values_list("code", flat=True))
    added = 0
    for number, entry in enumerate(RULES, 1):
        if entry["code"] in known:
            continue
        fields = {name: value for name, value in entry.items() if name not in PARTS}
        rule = PromotionRule.objects.create(order=number * 10, **fields)
        added += 1
        for name, model in PARTS.items():
            rows = [model(rule=rule, **row) for row in entry.get(name, ())]
            model.objects.bulk_create(rows)
            added += len(rows)
    return added
