"""Thousands of activities in a few statements, as the services would leave them: triggers and constraints hold.

For tests that double a ledger and for benchmarks.
"""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from staffing.models import Activity, ActivityMeasure, ActivityType, Clinician
from support.models import Agreement
from support.models.confirmation import RecordStatus

TOPICS = (
    "新生儿复苏技术培训",
    "高血压规范化管理",
    "内科教学查房",
    "疑难病例讨论",
    "糖尿病足换药示教",
    "中医适宜技术推广",
    "手卫生与院感防控",
    "乡镇巡回义诊",
    "超声引导下穿刺示教",
    "急诊心肺复苏演练",
)
PLACES = ("门诊楼会议室", "住院部三楼", "村卫生室", "文化广场", "急诊科示教室")
RARE = "蜂窝织炎"  # once in a thousand
DAYS = 700
BATCH = 2_000


@transaction.atomic
def fill_activities(
    agreements: list[Agreement],
    people: dict[int, list[Clinician]],
    count: int,
    *,
    confirmed_by: User,
    entered_by: User,
    last: date = date(2026, 11, 20),
    first: int = 0,
) -> None:
    """``count`` activities spread evenly over the agreements, types and 700 days; a fifth awaits confirmation.

    ``people``: by sending organisation. ``first``: where the numbering goes on for a second helping.
    """
    measures = {
        kind: [row.measure_id for row in kind.type_measures.all()[:2]]
        for kind in ActivityType.objects.prefetch_related("type_measures")
    }
    kinds = list(measures)
    for start in range(first, first + count, BATCH):
        made = [
            _activity(number, agreements[number % len(agreements)], kinds, entered_by, last)
            for number in range(start, min(start + BATCH, first + count))
        ]
        Activity.objects.bulk_create(made)
        ActivityMeasure.objects.bulk_create(
            ActivityMeasure(activity=row, measure_id=measure, value=1 + row.pk % 40)
            for row in made
            for measure in measures[row.activity_type]
        )
        led = Activity.participants.through
        led.objects.bulk_create(
            led(activity=row, clinician=team[row.pk % len(team)])
            for row in made
            if (team := people.get(row.agreement.sender_id))
        )
        recipient = Agreement.objects.filter(pk=OuterRef("agreement")).values("recipient")
        Activity.objects.filter(pk__in=[row.pk for n, row in enumerate(made) if n // 5 % 5]).update(
            status=RecordStatus.CONFIRMED,
            confirmed_by=confirmed_by,
            confirmed_for=Subquery(recipient),
            confirmed_at=timezone.now(),
        )
        _analyze()


def _analyze() -> None:
    """Plans of checks and triggers made while the tables were empty would read them whole for every row."""
    with connection.cursor() as cursor:
        for model in (Activity, ActivityMeasure, Activity.participants.through):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _activity(number: int, agreement: Agreement, kinds: list, entered_by: User, last: date) -> Activity:
    on = last - timedelta(days=number * 37 % DAYS)
    topic = TOPICS[number // 7 % len(TOPICS)]
    return Activity(
        agreement=agreement,
        activity_type=kinds[number % len(kinds)],
        start_on=on,
        end_on=on,
        topic=f"{topic}（{RARE}）" if number % 997 == 0 else topic,
        place=PLACES[number // 3 % len(PLACES)],
        content=f"第{number}次：讲解要点后分组练习，逐人考核并记录存在的问题。",
        status=RecordStatus.SUBMITTED,
        submitted_at=timezone.now(),
        entered_by=entered_by,
        entered_for_id=agreement.sender_id,
    )
