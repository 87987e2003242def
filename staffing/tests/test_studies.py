"""Advanced study: the recipient's people at the sender, under an agreement, one place at a time."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.errors import RuleBroken
from core.tests.together import split, together
from staffing.models import AdvancedStudy
from staffing.services.studies import study_create
from testing import builders as build

pytestmark = pytest.mark.django_db

SPRING = (date(2026, 3, 1), date(2026, 8, 31))


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


def study(agreement, trainee, start=SPRING[0], end=SPRING[1], **fields) -> AdvancedStudy:
    return study_create(
        agreement=agreement,
        trainee=trainee,
        start_on=start,
        end_on=end,
        by=build.side(agreement, True),
        **fields,
    )


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    return caught.value.message_dict


def test_a_trainee_with_teacher_and_waivers(agreement):
    trainee, teacher = build.clinician(agreement.recipient), build.clinician(agreement.sender)
    made = study(agreement, trainee, teacher=teacher, lodging_waived=True, meals_waived=True)
    assert made.waivers == "进修费、住宿费、伙食费"
    assert made.period.days == 184
    bare = study(agreement, build.clinician(agreement.recipient), tuition_waived=False)
    assert bare.waivers == "无"


def test_trainee_and_teacher_come_from_their_sides(agreement):
    of_sender, of_recipient = build.clinician(agreement.sender), build.clinician(agreement.recipient)
    found = refusal(lambda: study(agreement, of_sender, teacher=of_recipient))
    assert found == {
        "trainee": [f"{of_sender.name}不是受援单位的人员。"],
        "teacher": [f"带教老师{of_recipient.name}不是支援单位的人员。"],
    }


def test_overlapping_studies_are_told_with_their_days(agreement):
    trainee = build.clinician(agreement.recipient)
    study(agreement, trainee)
    found = refusal(lambda: study(agreement, trainee, date(2026, 8, 31), date(2026, 10, 31)))
    assert found["trainee"] == [f"{trainee.name}与 2026-03-01 至 2026-08-31 的进修重叠。"]
    study(agreement, trainee, date(2026, 9, 1), date(2026, 10, 31))


def test_a_study_begins_within_the_agreement_and_may_end_after_it():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"), *SPRING)
    trainee = build.clinician(agreement.recipient)
    for start in (date(2026, 2, 28), date(2026, 9, 1)):
        found = refusal(lambda start=start: study(agreement, trainee, start, date(2026, 12, 31)))
        assert found["start_on"] == ["进修开始日期不在协议有效期 2026-03-01 至 2026-08-31 之内。"]
    study(agreement, trainee, date(2026, 8, 31), date(2027, 2, 28))


def test_end_before_start(agreement):
    trainee = build.clinician(agreement.recipient)
    found = refusal(lambda: study(agreement, trainee, date(2026, 5, 2), date(2026, 5, 1)))
    assert found["end_on"] == ["结束日期早于开始日期。"]
    made = study(agreement, trainee)
    with pytest.raises(IntegrityError, match="study_range"), transaction.atomic():
        AdvancedStudy.objects.filter(pk=made.pk).update(end_on=date(2026, 2, 28))


@pytest.mark.django_db(transaction=True)
def test_two_enter_the_same_trainee_at_once():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    build.side(agreement, True)
    for number in range(1, 6):
        trainee = build.clinician(agreement.recipient)
        done, refused = split(together(*[lambda trainee=trainee: study(agreement, trainee)] * 3))
        assert len(done) == 1 and AdvancedStudy.objects.count() == number
        assert all("的进修重叠" in error.messages[0] for error in refused)
