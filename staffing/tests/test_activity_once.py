"""A form sent twice at the same moment makes one activity, shown with real connections."""

import uuid
from datetime import date

import pytest

from core.tests.together import together
from staffing.models import Activity, ActivityType
from staffing.services.activities import activity_save
from testing import builders as build


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_make_one_record():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    key, kind = uuid.uuid4(), ActivityType.objects.get(code="lecture")
    author = build.coordinator(agreement.sender, sending=True)
    lecture = build.quantities({"lectures": 1})

    def submit():
        return activity_save(
            agreement=agreement,
            activity_type=kind,
            start_on=date(2026, 4, 20),
            by=author,
            measures=lecture,
            client_key=key,
        ).pk

    done = together(submit, submit, submit)
    assert Activity.objects.filter(client_key=key).count() == 1
    assert set(done) == {Activity.objects.get(client_key=key).pk}
