"""The scope's own arithmetic: default-deny, partners, many-sided paths. Roles and rows: accounts/tests."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from core.models import AuditEvent, Job, ServiceBeat
from core.scope import Reach, Scope, _is_many, own, restrict, scope_of, visible_or_404
from core.services.jobs import job_request
from testing import builders as build

pytestmark = pytest.mark.django_db


class Visitor:
    """Anybody with a reach; core knows no roles."""

    is_authenticated = is_active = True

    def __init__(self, reach: Reach):
        self._reach = reach

    def reach(self) -> Reach:
        return self._reach


def organisations(*rows):
    model = type(rows[0])
    return model.objects.filter(pk__in=[row.pk for row in rows]).values("pk")


def test_a_model_without_a_scope_shows_nothing_even_to_those_who_see_everything():
    ServiceBeat.objects.create(name="x", seen_at="2026-01-01T00:00Z")
    everything = Visitor(Reach(everything=True))
    assert scope_of(ServiceBeat) is None
    assert not restrict(ServiceBeat.objects.all(), everything).exists()


def test_nobody_without_signing_in():
    build.organisation()
    hospital = build.organisation()
    gone = Visitor(Reach(everything=True))
    gone.is_active = False
    for visitor in (None, AnonymousUser(), gone, object()):
        assert not restrict(type(hospital).objects.all(), visitor).exists()


def test_an_empty_reach_sees_reference_lists_only():
    hospital = build.organisation()
    nothing = Visitor(Reach())
    assert not restrict(type(hospital).objects.all(), nothing).exists()
    regions = type(hospital.region).objects
    assert restrict(regions.all(), nothing).count() == regions.count() > 0


def test_own_rows_are_those_of_the_person():
    mine, other = build.user("clinician", build.organisation()), build.user("clinician", build.organisation())
    jobs = [
        job_request(kind="x", unique_key=str(user.pk), label="x", requester=user) for user in (mine, other)
    ]
    assert list(restrict(Job.objects.all(), Visitor(Reach(person=mine.pk)))) == [jobs[0]]
    assert not restrict(AuditEvent.objects.all(), Visitor(Reach(person=mine.pk))).exists()


def test_an_organisation_is_no_key_to_rows_of_persons():
    user = build.user("clinician", build.organisation())
    job_request(kind="x", unique_key="1", label="x", requester=user)
    colleague = Visitor(Reach(organisations=organisations(user.organisation)))
    assert not restrict(Job.objects.all(), colleague).exists()


def test_viewers_see_and_do_not_own():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    clinic, hospital = agreement.recipient, agreement.sender
    partner = Visitor(Reach(organisations=organisations(hospital)))
    rows = type(clinic).objects.all()
    assert clinic in restrict(rows, partner) and clinic not in own(rows, partner)
    assert set(own(rows, partner)) == {hospital}


def test_a_row_met_by_several_paths_is_one_row():
    sender, recipient = build.organisation(), build.organisation("township_clinic")
    agreement = build.agreement_in_force(sender, recipient)
    for _ in range(3):
        build.posting(agreement, arrived=False)
    both = Visitor(Reach(organisations=organisations(sender, recipient)))
    for model in (type(agreement), type(sender), type(agreement.cycle), type(agreement.cycle.programme)):
        found = list(restrict(model.objects.all(), both).values_list("pk", flat=True))
        assert len(found) == len(set(found)), model


def test_many_sided_paths_are_recognised():
    agreement = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    organisation = type(agreement.sender)
    assert _is_many(organisation, "agreements_sent__recipient") and not _is_many(organisation, "pk")
    assert not _is_many(type(agreement), "cycle__programme__bureau")


def test_a_filter_before_or_after_changes_nothing():
    one, other = build.organisation(), build.organisation()
    visitor = Visitor(Reach(organisations=organisations(one)))
    model = type(one)
    assert not restrict(model.objects.filter(pk=other.pk), visitor).exists()
    assert not restrict(model.objects.all(), visitor).filter(pk=other.pk).exists()
    assert restrict(model.objects.filter(pk=one.pk), visitor).get() == one


def test_outside_is_404_not_403():
    one, other = build.organisation(), build.organisation()
    visitor = Visitor(Reach(organisations=organisations(one)))
    assert visible_or_404(type(one), visitor, pk=one.pk) == one
    for key in (other.pk, 10**12, "x", None):
        with pytest.raises(Http404):
            visible_or_404(type(one), visitor, pk=key)


def test_an_empty_scope_belongs_to_nobody():
    assert scope_of(AuditEvent) == Scope()
