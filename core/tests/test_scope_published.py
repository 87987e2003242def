"""Rows that partners and the people concerned see only from a certain state on."""

from dataclasses import replace

import pytest
from django.db.models import Q

from core.models import Job
from core.scope import Reach, own, restrict
from core.services.jobs import job_request
from testing import builders as build

pytestmark = pytest.mark.django_db


class Visitor:
    is_authenticated = is_active = True

    def __init__(self, reach: Reach):
        self._reach = reach

    def reach(self) -> Reach:
        return self._reach


@pytest.fixture
def jobs():
    """An open and a done job of the same person at the same hospital."""
    owner = build.user("hospital_coordinator", build.organisation())
    rows = [job_request(kind="x", unique_key=key, label=key, requester=owner) for key in ("open", "done")]
    Job.objects.filter(pk=rows[1].pk).update(state=Job.State.DONE)
    return owner, *rows


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_partners_and_people_wait_for_publication_the_organisation_does_not(jobs, monkeypatch, many):
    owner, opened, done = jobs
    place = "requester__organisation"
    path = f"{place}__users__organisation" if many else place
    mine = type(owner.organisation).objects.filter(pk=owner.organisation_id).values("pk")
    as_unit, as_person = Visitor(Reach(organisations=mine)), Visitor(Reach(person=owner.pk))

    def seen(visitor, door=restrict) -> set[int]:
        return set(door(Job.objects.all(), visitor).values_list("pk", flat=True))

    nobody = replace(Job.scope, organisations=(), viewers=(), people=())
    published = Q(state=Job.State.DONE)
    monkeypatch.setattr(Job, "scope", replace(nobody, viewers=(path,), published=published))
    assert seen(as_unit) == {done.pk} and seen(as_unit, own) == set()
    monkeypatch.setattr(Job, "scope", replace(nobody, people=("requester",), published=published))
    assert seen(as_person) == {done.pk}
    monkeypatch.setattr(
        Job, "scope", replace(nobody, organisations=(path,), viewers=(path,), published=published)
    )
    assert seen(as_unit) == seen(as_unit, own) == {opened.pk, done.pk}
    monkeypatch.setattr(Job, "scope", replace(nobody, viewers=(path,)))
    assert seen(as_unit) == {opened.pk, done.pk}
