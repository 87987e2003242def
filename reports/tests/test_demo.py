"""The demonstration holds every figure of cases C01 and C02, counted here straight from the records.

The figures registry is tested elsewhere against the same numbers; nothing here goes through it.
"""

from datetime import date
from decimal import Decimal
from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import Organisation, User
from assessment.models import Assessment
from core.checks import OUR_APPS
from core.numbers import percent_change
from reports import demo
from reports.demo import organisations as places
from reports.demo.people import RARE
from staffing.models import (
    Activity,
    ActivityMeasure,
    ActivityOutcome,
    AdvancedStudy,
    Batch,
    Clinician,
    Posting,
)
from staffing.selectors.readiness import Readiness, not_on_post
from support.models import Agreement, AgreementVersion, Cycle, Donation, OutcomeValue, Programme
from testing.demo import DemoTestCase

LINGYUN = (places.LINGYUN_HOSPITAL, places.LUOLOU, places.JIAYOU)
C01 = {"agreement__cycle__code": "C01"}


def total(measure: str) -> Decimal:
    rows = ActivityMeasure.objects.filter(
        activity__status="confirmed", activity__agreement__cycle__code="C01"
    )
    return rows.filter(measure__code=measure).aggregate(total=Sum("value"))["total"] or 0


class C01Dispatch:
    def postings(self, **lookup):
        return Posting.objects.arrived().filter(**C01, **lookup)

    def counts(self, **lookup):
        found = self.postings(**lookup)
        return found.values("batch").distinct().count(), found.count()

    def test_batches_and_person_times_by_type_and_recipient(self):
        assert self.counts() == (17, 69)
        assert self.counts(kind="short_term") == (12, 50)
        assert self.counts(kind="resident") == (5, 19)
        assert self.counts(agreement__recipient__code__in=LINGYUN) == (8, 26)
        assert self.counts(agreement__recipient__code=places.SHITANG) == (9, 43)

    def test_every_batch_goes_to_one_recipient(self):
        spread = (
            Batch.objects.filter(cycle__code="C01")
            .annotate(recipients=Count("postings__agreement__recipient", distinct=True))
            .values_list("recipients", flat=True)
        )
        assert list(spread) == [1] * 17

    def test_some_go_several_times(self):
        assert self.postings().values("clinician").distinct().count() == 42

    def test_every_stay_arrived_and_ended_on_its_last_day(self):
        assert not Posting.objects.filter(**C01).exclude(status="ended").exists()
        assert not [row for row in self.postings() if row.end_on != row.planned_end_on]

    def test_first_long_term_team(self):
        team = self.postings(start_on=date(2024, 6, 15)).order_by("pk")
        assert [row.department for row in team] == ["内科", "外科", "妇产科", "放射科", "检验科"]
        assert {row.end_on for row in team} == {date(2025, 6, 14)}
        assert {row.agreement.recipient.name for row in team} == {"凌云县人民医院"}
        # deputy head of a department by post, attending by title: the two are kept apart
        assert [(row.clinician.post, row.title) for row in team][:3] == [("科副主任", "233")] * 3

    def test_posts_and_titles(self):
        assert self.postings(clinician__post="科副主任").count() == 5
        assert self.postings(title__in=["232", "252"]).count() == 2
        assert self.postings(title="").count() == 4

    def test_cataract_team(self):
        trips = self.postings(batch__task="白内障复明手术").order_by("start_on", "pk")
        days = [(row.start_on, row.end_on) for row in trips]
        first, second = (date(2024, 9, 20), date(2024, 9, 28)), (date(2024, 10, 13), date(2024, 10, 16))
        assert days == [first] * 3 + [second] * 3
        assert [row.title for row in trips] == ["233", "234", "253"] * 2


class C01Agreements:
    def test_four_three_party_agreements_with_seven_goals(self):
        agreements = Agreement.objects.filter(cycle__code="C01").order_by("pk")
        assert [row.recipient.name for row in agreements] == [
            "凌云县人民医院",
            "凌云县逻楼中心卫生院",
            "凌云县加尤中心卫生院",
            "灵山县石塘镇卫生院",
        ]
        assert {row.sender.name for row in agreements} == {"××市第一人民医院"}
        assert [row.third_party.region.code for row in agreements] == ["451027"] * 3 + ["450721"]
        assert [row.current_version.signed_on for row in agreements] == [date(2024, 6, 3)] * 3 + [
            date(2024, 6, 7)
        ]
        assert [row.current_version.targets.count() for row in agreements] == [7] * 4
        assert [row.current_version.parties.count() for row in agreements] == [3] * 4

    def test_filed_on_the_days_of_the_case(self):
        filed = AgreementVersion.objects.filter(agreement__cycle__code="C01")
        assert {timezone.localdate(row.filed_at) for row in filed} == {date(2024, 6, 12)}


class C01Results:
    def test_teaching_sessions(self):
        lectures = Activity.objects.filter(**C01, activity_type__code="lecture", status="confirmed")
        assert total("lectures") == 73 == lectures.count()
        assert total("lecture_audience") == 3000
        audience = {
            (row.start_on, measure.value, measure.qualifier)
            for row in lectures.filter(
                topic__in=["医院管理与学科建设", "县级医院能力提升", "基层常见病诊疗规范"]
            )
            for measure in row.measures.filter(measure__code="lecture_audience")
        }
        assert audience == {
            (date(2024, 5, 8), 300, "about"),
            (date(2024, 7, 15), 300, "about"),
            (date(2024, 7, 24), 500, "about"),
        }

    def test_an_audience_that_is_not_given_stays_empty(self):
        whole_staff = Activity.objects.get(**C01, start_on=date(2024, 11, 8))
        assert [row.measure.code for row in whole_staff.measures.all()] == ["lectures"]

    def test_sessions_by_residents_and_those_only_counted(self):
        by_residents = Activity.objects.filter(
            **C01,
            activity_type__code="lecture",
            participants__postings__batch__code="YS-C01-01",
        )
        assert by_residents.count() == 52
        assert by_residents.exclude(topic="").count() == 31
        for activity in by_residents:
            lecturer = activity.participants.get()
            assert lecturer.postings.arrived().on_day(activity.start_on).exists(), activity
        counted = Activity.objects.filter(**C01, activity_type__code="lecture", note__contains="余数分摊")
        assert counted.count() == 17
        over = ActivityMeasure.objects.filter(activity__in=counted, measure__code="lecture_audience")
        assert set(over.values_list("qualifier", flat=True)) == {"over"}

    def test_trainees(self):
        studies = AdvancedStudy.objects.confirmed().filter(**C01)
        split = dict(studies.order_by().values_list("agreement__recipient__code").annotate(Count("trainee")))
        assert split == {places.LINGYUN_HOSPITAL: 12, places.LUOLOU: 3, places.JIAYOU: 4, places.SHITANG: 6}
        assert studies.values("trainee").distinct().count() == 25
        assert studies.filter(tuition_waived=True, lodging_waived=True).count() == 25
        assert studies.filter(meals_waived=True).count() == 19
        assert not studies.filter(meals_waived=True, agreement__recipient__code=places.SHITANG).exists()

    def test_rules_techniques_operations_and_free_clinics(self):
        assert total("rules_revised") == 87
        assert total("techniques") == 48
        assert (
            ActivityOutcome.objects.filter(kind="technique", activity__agreement__cycle__code="C01").count()
            == 18
        )
        cataract = ActivityMeasure.objects.filter(activity__topic="白内障复明手术")
        assert cataract.aggregate(total=Sum("value"))["total"] == 80
        obstetrics = ActivityMeasure.objects.get(activity__topic="产科手术")
        assert (obstetrics.value, obstetrics.qualifier, obstetrics.quoted) == (100, "nearly", "近百例")
        free = ActivityMeasure.objects.get(
            measure__code="free_clinic_patients", activity__agreement__cycle__code="C01"
        )
        assert (free.value, free.qualifier, free.activity.place) == (1000, "over", "逻楼、加尤、沙里")

    def test_donations_by_kind_are_never_added(self):
        given = Donation.objects.confirmed().filter(**C01)
        sums = dict(given.order_by().values_list("kind").annotate(Sum("amount")))
        assert sums == {"goods": Decimal("52250.00"), "cash": Decimal("5154.00")}
        devices = given.get(given_on=date(2024, 9, 20))
        assert (devices.amount, devices.qualifier) == (Decimal("18000.00"), "about")
        assert [str(item) for item in devices.items.all()] == ["囊膜切开仪2台"]
        shitang = given.get(kind="goods", agreement__recipient__code=places.SHITANG)
        assert shitang.amount == Decimal("34250.00")
        assert [str(item) for item in shitang.items.all()] == [
            "工作服50套",
            "病床12张",
            "床垫12张",
            "担架车1台",
            "心电监护仪1台",
        ]

    def test_revenue_before_support_and_now(self):
        growth = {}
        for code in (places.LINGYUN_HOSPITAL, places.SHITANG):
            values = OutcomeValue.objects.confirmed().filter(recipient__code=code, indicator__code="revenue")
            base, now = values.get(is_baseline=True), values.get(is_baseline=False)
            assert (base.year, now.year) == (2023, 2025)
            growth[code] = (base.value, now.value, percent_change(base.value, now.value))
        assert growth == {
            places.LINGYUN_HOSPITAL: (Decimal("570"), Decimal("745.7"), Decimal("30.8")),
            places.SHITANG: (Decimal("90"), Decimal("153"), Decimal("70.0")),
        }

    def test_everything_is_confirmed_by_the_other_side(self):
        records = [
            *Activity.objects.filter(**C01),
            *AdvancedStudy.objects.filter(**C01),
            *Donation.objects.filter(**C01),
        ]
        assert len(records) == 73 + 9 + 4 + 4 + 25 + 3
        for record in records:
            parties = {record.agreement.sender_id, record.agreement.recipient_id}
            assert record.status == "confirmed"
            assert {record.entered_for_id, record.confirmed_for_id} == parties, record
            assert record.entered_at <= record.confirmed_at <= timezone.now()
            filed = record.agreement.current_version.filed_at
            assert filed <= record.entered_at, record

    def test_assessments(self):
        hospital, person = Assessment.objects.filter(cycle__code="C01").order_by("pk")
        assert (str(hospital.total), hospital.final_grade) == ("93.0", "excellent")
        assert (str(person.total), person.computed_grade, person.final_grade) == ("91.0", "excellent", "pass")
        assert person.reason
        assert {hospital.status, person.status} == {"final"}


class C02:
    @property
    def cycle(self) -> Cycle:
        return Cycle.objects.get(code="C02-2012")

    def missing(self, day: date, start: int) -> dict[str, Readiness]:
        """Expected: the clinics from ``start`` on, whose order is that of the case's pairs."""
        rows = not_on_post(cycle=self.cycle, on=day)
        assert {row.agreement.recipient.name for row in rows} == set(places.C02_CLINICS[start - 1 :])
        return {row.state for row in rows}

    def test_seven_hospitals_ten_clinics_each_with_one_supporter(self):
        agreements = Agreement.objects.filter(cycle=self.cycle)
        assert agreements.count() == agreements.values("recipient").distinct().count() == 10
        held = sorted(
            agreements.order_by().values_list("sender").annotate(n=Count("pk")).values_list("n", flat=True)
        )
        assert held == [1, 1, 1, 1, 2, 2, 2]

    def test_full_coverage_with_agreements_in_force(self):
        planned = self.cycle.recipients_planned
        for day in (date(2012, 7, 29), date(2012, 12, 30)):
            covered = planned.filter(
                agreements_received__cycle=self.cycle,
                agreements_received__effective_from__lte=day,
                agreements_received__effective_to__gte=day,
            )
            assert (covered.distinct().count(), planned.count()) == (10, 10)

    def test_deadlines(self):
        assert [(row.kind, row.due_on) for row in self.cycle.deadlines.order_by("due_on")] == [
            ("plan", date(2012, 6, 15)),
            ("agreement", date(2012, 6, 30)),
            ("arrival", date(2012, 7, 30)),
            ("summary", date(2012, 12, 30)),
        ]
        filed = {
            row.agreement.recipient.name
            for row in AgreementVersion.objects.filter(agreement__cycle=self.cycle)
            if timezone.localdate(row.filed_at) > date(2012, 6, 30)
        }
        assert filed == {"东岭镇卫生院"}

    def test_not_on_post_the_day_before_the_deadline(self):
        assert self.missing(date(2012, 7, 29), 6) == {Readiness.WAITING}

    def test_not_on_post_on_the_deadline(self):
        assert self.missing(date(2012, 7, 30), 8) == {Readiness.DUE_TODAY}

    def test_not_on_post_the_day_after_the_deadline(self):
        assert self.missing(date(2012, 7, 31), 9) == {Readiness.OVERDUE}

    def test_everybody_came_and_stayed_a_year(self):
        stays = Posting.objects.arrived().filter(agreement__cycle=self.cycle)
        assert stays.count() == 20 == stays.values("clinician").distinct().count()
        assert set(stays.values_list("title", flat=True)) == {"233", "234"}
        assert not_on_post(cycle=self.cycle, on=date(2012, 8, 3)) == []
        for stay in stays:
            assert (stay.end_on - stay.arrived_on).days + 1 >= 365


class UnderWay:
    def test_every_account_finds_what_waits_for_it(self):
        versions = AgreementVersion.objects.filter(agreement__cycle__code="2026")
        assert versions.get(status="recipient_confirmed").agreement.recipient.code == places.LUOLOU
        assert versions.get(status="sender_confirmed").agreement.recipient.code == places.JIAYOU
        activities = Activity.objects.filter(agreement__cycle__code="2026")
        waiting = activities.filter(status="submitted").values_list(
            "agreement__recipient__code", "entered_for__code"
        )
        assert sorted(waiting) == [
            (places.LINGYUN_HOSPITAL, places.LINGYUN_HOSPITAL),
            *[(places.LINGYUN_HOSPITAL, places.SENDER)] * 3,
            (places.SHITANG, places.SHITANG),
            (places.SHITANG, places.SENDER),
        ]
        doctor = User.objects.get(username="yisheng")
        assert (
            activities.get(status="returned").entered_by
            == activities.get(status="draft").entered_by
            == doctor
        )
        assert {row.agreement.recipient.code for row in Posting.objects.not_arrived()} == {places.SHITANG}
        quarter = OutcomeValue.objects.filter(status="submitted")
        assert {row.recipient.code for row in quarter} == {places.SHITANG} and quarter.count() == 3
        assert activities.get(status="disputed").dispute_answer
        assert activities.get(replaces__isnull=False).replaces.status == "confirmed"

    def test_everything_lies_in_demonstration_programmes(self):
        assert Programme.objects.count() == 2
        assert all(row.is_demo for row in Programme.objects.all())
        assert not Organisation.objects.exclude(code__startswith="YS-").exists()
        marked = ("（演示）", "演示市", "镇卫生院", "乡卫生院")
        invented = Organisation.objects.filter(region__code="459900")
        assert invented.count() == 18
        assert all(any(mark in row.name for mark in marked) for row in invented)

    def test_a_person_and_an_account_of_one_name(self):
        doctor = Clinician.objects.get(user__username="yisheng")
        assert doctor.name == doctor.user.name
        everybody = [*Clinician.objects.values_list("name", flat=True)]
        assert len(everybody) == len(set(everybody))
        assert set(RARE) <= set(everybody)


def everything() -> dict[str, list]:
    """All rows of all our tables, history and audit log included."""
    models = [
        model
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


class Again:
    def test_loading_twice_changes_nothing(self):
        before = everything()
        assert sum(map(len, before.values())) > 8000
        call_command("load_demo", verbosity=0, stdout=StringIO())
        assert everything() == before

    def test_what_a_person_changed_stays(self):
        Organisation.objects.filter(code=places.LUOLOU).update(contact="农望舒")
        User.objects.filter(username="weijian").update(is_active=False)
        assert demo.load_demo() == []
        assert Organisation.objects.get(code=places.LUOLOU).contact == "农望舒"
        assert not User.objects.get(username="weijian").is_active


class TestDemonstration(C01Dispatch, C01Agreements, C01Results, C02, UnderWay, Again, DemoTestCase):
    """All of the above on one loading."""
