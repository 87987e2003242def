"""Examples of discipline rules to start from. The wording is ours; the measures are the document's.

Source: notice on the unannounced inspection of 2014 in Gansu (45 off post of 305 checked, 14.75%).
"""

from dataclasses import dataclass
from types import MappingProxyType

from staffing.models.discipline import DisciplineConsequence

When, Whom, Kind = (
    DisciplineConsequence.When,
    DisciplineConsequence.Whom,
    DisciplineConsequence.Kind,
)


@dataclass(frozen=True)
class Example:
    """``measures``: (when, whom, kind, text) in order."""

    name: str
    basis: str
    figures: MappingProxyType
    measures: tuple[tuple[str, str, str, str], ...]


GANSU_2014 = Example(
    "甘肃 2014 年暗访处理办法",
    "甘肃省 2014 年支农队员在岗情况暗访通报",
    MappingProxyType({"findings_for_veto": 2, "working_days_minimum": 180, "promotion_bar_years": 2}),
    (
        (When.OFF_POST, Whom.PERSON, Kind.SUBSIDY, "扣发本人全部下乡补助"),
        (When.OFF_POST, Whom.PERSON, Kind.PROMOTION_BAR, "两年内不得晋升职称"),
        (When.OFF_POST, Whom.PERSON, Kind.SELF_CRITICISM, "作出书面检查"),
        (When.OFF_POST, Whom.PERSON, Kind.RECORD, "记不良记录一次"),
        (When.FAILED, Whom.PERSON, Kind.FAIL, "年度考核定为不合格"),
        (When.FAILED, Whom.PERSON, Kind.EXTRA_YEAR, "延长服务一年，费用自理"),
        (When.OFF_POST, Whom.SENDER, Kind.AWARD, "取消当年评先资格"),
        (When.OFF_POST, Whom.SENDER, Kind.NOTICE, "通报批评"),
        (When.OFF_POST, Whom.SENDER_HEAD, Kind.NOTICE, "通报批评"),
        (When.OFF_POST, Whom.RECIPIENT, Kind.NOTICE, "通报批评"),
        (When.OFF_POST, Whom.RECIPIENT_HEAD, Kind.NOTICE, "通报批评"),
        (When.OFF_POST, Whom.BUREAU, Kind.NOTICE, "通报批评"),
        (When.OFF_POST, Whom.BUREAU_HEAD, Kind.NOTICE, "通报批评"),
    ),
)
EXAMPLES = {"gansu-2014": GANSU_2014}
