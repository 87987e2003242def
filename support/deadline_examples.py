"""Examples of deadline rules to start from, each with the document it stands in. Bureaus change them freely.

The documents disagree: nobody is meant to use them all. A set is loaded as it is and then edited.
"""

from dataclasses import dataclass, field

from support.models import DeadlineKind, DeadlineRule, DeadlineSide

Anchor = DeadlineRule.Anchor
Kind, Side = DeadlineKind, DeadlineSide


@dataclass(frozen=True)
class Example:
    """One rule; ``after`` names another of the same set."""

    name: str
    kind: str
    side: str
    anchor: str
    offset_days: int = 0
    month: int | None = None
    day: int | None = None
    after: str = ""
    part: str = ""
    remind_days: tuple[int, ...] = (7, 1)
    basis: str = ""


@dataclass(frozen=True)
class ExampleSet:
    title: str
    rules: tuple[Example, ...] = field(default_factory=tuple)


CITY_2012 = "市二级医院对口支援乡镇卫生院实施方案（2012 年）"
CITY = ExampleSet(
    "2012 年市级方案（6 月 15 日起，间隔 15、30、153 天）",
    (
        Example(
            "印发方案、确定结对", Kind.PLAN, Side.BUREAU, Anchor.MONTH_DAY, month=6, day=15, basis=CITY_2012
        ),
        Example(
            "制定计划、签订协议并备案",
            Kind.AGREEMENT,
            Side.HOSPITAL,
            Anchor.AFTER,
            15,
            after="印发方案、确定结对",
            basis=CITY_2012,
        ),
        Example(
            "培训后人员到岗",
            Kind.ARRIVAL,
            Side.HOSPITAL,
            Anchor.AFTER,
            30,
            after="制定计划、签订协议并备案",
            remind_days=(14, 7, 1),
            basis=CITY_2012,
        ),
        Example(
            "年度总结、考核和交流",
            Kind.SUMMARY,
            Side.HOSPITAL,
            Anchor.AFTER,
            153,
            after="培训后人员到岗",
            remind_days=(30, 7, 1),
            basis=CITY_2012,
        ),
    ),
)
RETURNS = ExampleSet(
    "月报、季报和年终",
    (
        Example(
            "每月报送考勤和工作量",
            Kind.RETURN_MONTH,
            Side.CLINIC,
            Anchor.MONTH_END,
            5,
            remind_days=(3, 1),
            basis="卫生健康行政部门月报制度",
        ),
        Example(
            "每季度报送进展",
            Kind.RETURN_QUARTER,
            Side.HOSPITAL,
            Anchor.QUARTER_END,
            10,
            basis="卫生健康行政部门季报制度",
        ),
        Example(
            "年度自查自评",
            Kind.SELF_ASSESSMENT,
            Side.HOSPITAL,
            Anchor.MONTH_DAY,
            month=11,
            day=23,
            basis="四川某县 2022 年考核通知",
        ),
        Example(
            "县级考核评估",
            Kind.EVALUATION,
            Side.BUREAU,
            Anchor.AFTER,
            4,
            after="年度自查自评",
            basis="四川某县 2022 年考核通知",
        ),
        Example(
            "报送年度总结",
            Kind.SUMMARY,
            Side.BUREAU,
            Anchor.MONTH_DAY,
            month=12,
            day=25,
            remind_days=(30, 7, 1),
            basis="广东省 2016 年对口支援工作通知",
        ),
    ),
)
WINDOWS = ExampleSet(
    "每年两次派出（3 月、9 月）",
    (
        Example(
            "上半年派出",
            Kind.DISPATCH,
            Side.HOSPITAL,
            Anchor.MONTH_DAY,
            month=3,
            day=31,
            part="上半年",
            basis="医院对口支援管理制度",
        ),
        Example(
            "下半年派出",
            Kind.DISPATCH,
            Side.HOSPITAL,
            Anchor.MONTH_DAY,
            month=9,
            day=30,
            part="下半年",
            basis="医院对口支援管理制度",
        ),
        Example(
            "派出后确认到岗（上半年）",
            Kind.ARRIVAL,
            Side.CLINIC,
            Anchor.AFTER,
            10,
            after="上半年派出",
            basis="医院对口支援管理制度",
        ),
        Example(
            "派出后确认到岗（下半年）",
            Kind.ARRIVAL,
            Side.CLINIC,
            Anchor.AFTER,
            10,
            after="下半年派出",
            basis="医院对口支援管理制度",
        ),
        Example(
            "协议备案后派出第一批人员",
            Kind.ARRIVAL,
            Side.HOSPITAL,
            Anchor.FILED,
            30,
            basis="医院对口支援管理制度",
        ),
    ),
)
EXAMPLES = {"city-2012": CITY, "returns": RETURNS, "windows": WINDOWS}
