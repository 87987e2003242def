"""One form saved and handed in at the same moment, with real transactions."""

import uuid
from datetime import date

import pytest
from django.db import transaction

from core.tests.together import split, together
from staffing.models import Activity, ActivityTemplate, ActivityType, EntryDraft
from staffing.services.activities import activity_save
from staffing.services.activity_days import activity_save_days
from staffing.services.entry_drafts import draft_discard, draft_save, template_save
from testing import builders as build


@pytest.mark.django_db(transaction=True)
def test_autosaving_and_handing_in_at_once_leave_no_draft_behind():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    by, round_ = build.side(agreement, True), ActivityType.objects.get(code="ward_round")

    for _ in range(4):
        key = uuid.uuid4()

        def hand_in(key=key):
            with transaction.atomic():
                activity_save(
                    agreement=agreement,
                    activity_type=round_,
                    start_on=date(2026, 4, 1),
                    by=by,
                    measures=build.quantities({"ward_rounds": 1}),
                    client_key=key,
                    submit=True,
                )
                draft_discard(user=by, client_key=key)

        def autosave_it(key=key):
            draft_save(user=by, client_key=key, activity_type=round_, data={"note": ["一"]})

        _, refused = split(together(hand_in, autosave_it, autosave_it))
        assert all("已经提交" in str(error) for error in refused)
        assert not EntryDraft.objects.filter(client_key=key).exists()
        assert Activity.objects.filter(client_key=key).count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_days_twice_at_once_are_one_record_a_day():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    by, key = build.side(agreement, True), uuid.uuid4()
    days = [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)]

    def save(order):
        return activity_save_days(
            days=order,
            client_key=key,
            agreement=agreement,
            activity_type=ActivityType.objects.get(code="ward_round"),
            by=by,
            measures=build.quantities({"ward_rounds": 1}),
            submit=True,
        )

    done, refused = split(together(lambda: save(days), lambda: save(days[::-1]), lambda: save(days)))
    assert refused == [] and len(done) == 3
    assert sorted(Activity.objects.values_list("start_on", flat=True)) == days


@pytest.mark.django_db(transaction=True)
def test_two_templates_of_one_name_at_once_are_one():
    by = build.coordinator(build.organisation(), sending=True)
    kind = ActivityType.objects.get(code="lecture")
    calls = [lambda: template_save(by=by, name="讲座", activity_type=kind, data={"topic": ["一"]})] * 3
    done, refused = split(together(*calls))
    assert len(done) == 1 and all("已有名为“讲座”的模板" in str(error) for error in refused)
    assert ActivityTemplate.objects.count() == 1
