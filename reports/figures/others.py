"""Figures about agreements, advanced study and donations (three kinds, never one sum)."""

from django.db.models import Count, Q, QuerySet, Sum

from reports.figures.frame import Frame
from reports.figures.registry import Figure, register
from staffing.models import AdvancedStudy
from support.models import Agreement, Donation
from support.models.confirmation import RecordStatus

CONFIRMED = Q(status=RecordStatus.CONFIRMED)
PARTIES = {"recipient": "agreement__recipient", "sender": "agreement__sender", "agreement": "agreement"}


def _agreements(frame: Frame) -> QuerySet[Agreement]:
    # unfiled ones have no days yet; they are the figure's pending rows
    return Agreement.objects.filter(pk__in=frame.agreement_ids).filter(
        Q(effective_from__isnull=True)
        | Q(effective_from__lte=frame.period.end, effective_to__gte=frame.period.start)
    )


def _studies(frame: Frame) -> QuerySet[AdvancedStudy]:
    return (
        AdvancedStudy.objects.filter(
            agreement__in=frame.agreement_ids, start_on__range=(frame.period.start, frame.period.end)
        )
        .exclude(status=RecordStatus.SUPERSEDED)
        .exclude(is_withdrawal=True)
    )


def _donations(kind: str):
    def rows(frame: Frame) -> QuerySet[Donation]:
        return (
            Donation.objects.filter(
                kind=kind,
                agreement__in=frame.agreement_ids,
                given_on__range=(frame.period.start, frame.period.end),
            )
            .exclude(status=RecordStatus.SUPERSEDED)
            .exclude(is_withdrawal=True)
        )

    return rows


FILED = Q(effective_from__isnull=False)
OWN_PARTIES = {"recipient": "recipient", "sender": "sender", "agreement": "pk"}
register(
    Figure(
        "agreements",
        "对口支援协议",
        "份",
        "已备案且在本期内有效的协议。",
        _agreements,
        FILED,
        Count("pk"),
        "agreements",
        groups=OWN_PARTIES,
        pending_label="未备案",
    )
)
register(
    Figure(
        "recipients",
        "受援单位",
        "家",
        "本期内有有效协议的受援单位，每家只计一次。",
        _agreements,
        FILED,
        Count("recipient", distinct=True),
        "agreements",
        groups=OWN_PARTIES,
        pending_label="未备案",
        adds_up=False,
    )
)
register(
    Figure(
        "senders",
        "支援单位",
        "家",
        "本期内有有效协议的支援单位，每家只计一次。",
        _agreements,
        FILED,
        Count("sender", distinct=True),
        "agreements",
        groups=OWN_PARTIES,
        pending_label="未备案",
        adds_up=False,
    )
)
register(
    Figure(
        "trainees",
        "接收进修",
        "人",
        "按进修开始日期归入本期的不同人员，每人只计一次。",
        _studies,
        CONFIRMED,
        Count("trainee", distinct=True),
        "studies",
        groups=PARTIES,
        day="start_on",
        column=11,
    )
)
register(
    Figure(
        "trainee_times",
        "进修人次",
        "人次",
        "同一人每来进修一次计一次，按开始日期归入本期。",
        _studies,
        CONFIRMED,
        Count("pk"),
        "studies",
        groups=PARTIES,
        day="start_on",
    )
)
register(
    Figure(
        "trainees_meals_waived",
        "免伙食费进修",
        "人",
        "进修期间免收伙食费的不同人员。",
        lambda frame: _studies(frame).filter(meals_waived=True),
        CONFIRMED,
        Count("trainee", distinct=True),
        "studies",
        groups=PARTIES,
        day="start_on",
    )
)
for code, kind, label in (
    ("donated_cash", Donation.Kind.CASH, "捐赠资金"),
    ("donated_goods", Donation.Kind.GOODS, "捐赠物资设备"),
    ("waived_fees", Donation.Kind.WAIVED, "减免费用"),
):
    register(
        Figure(
            code,
            label,
            "元",
            "按捐赠日期归入本期；资金、物资、减免费用分别统计，不相加；没有金额的不估计。",
            _donations(kind),
            CONFIRMED,
            Sum("amount"),
            "donations",
            groups=PARTIES | {"qualifier": "qualifier"},
            day="given_on",
            column=14,
            is_money=True,
        )
    )
