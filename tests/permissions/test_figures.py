"""Behind the figures: only counted records of one's own reach, whatever organisation the address names."""

import pytest
from django.urls import reverse

from reports.selectors.facts import LISTED
from support.models.confirmation import RecordStatus
from tests.permissions.seen import leaked_words
from tests.permissions.world import BOSS, LEADER, OFFICER, OTHER, OWN, READER, RECIPIENT, SENDER, STRANGER

pytestmark = pytest.mark.django_db
# one figure for each kind of record
CODES = {
    "postings": "person_times",
    "activities": "lectures",
    "studies": "trainee_times",
    "donations": "donated_goods",
    "agreements": "agreements",
}


def counted(world, listing: str) -> set[int]:
    """What counts in the OWN ring, from its rows alone."""
    rows = world.own.rows[LISTED[listing]._meta.label].values()
    if listing == "postings":
        return {row.pk for row in rows if row.arrived_on}
    if listing == "agreements":
        return {row.pk for row in rows if row.effective_from}
    confirmed = {row for row in rows if row.status == RecordStatus.CONFIRMED}
    if listing == "activities":
        confirmed = {row for row in confirmed if row.activity_type.code == "lecture"}
    return {row.pk for row in confirmed}


def ask(world, browser, role: str, code: str, query: str, ring: str = OWN):
    response = browser.ask("GET", reverse("figure-records", args=[code]) + query, world.user(role, ring))
    assert not leaked_words(world, role, ring, response)
    return response


@pytest.mark.parametrize("listing", CODES)
@pytest.mark.parametrize(
    ("role", "unit"),
    [
        (SENDER, "hospital"),
        (BOSS, "hospital"),
        (RECIPIENT, "clinic"),
        *[(r, "bureau") for r in (OFFICER, LEADER, READER)],
    ],
)
def test_the_records_are_exactly_the_counted_ones(world, browser, role, unit, listing):
    organisation = getattr(world.own, unit)
    query = f"?organisation={organisation.pk}&cycle={world.own.cycle.pk}"
    response = ask(world, browser, role, CODES[listing], query)
    assert response.status_code == 200
    assert {row.pk for row in response.context["page"]} == counted(world, listing) != set()


def test_other_peoples_organisations_and_cycles(world, browser):
    """404 for every mixture that names something beyond the own reach, or only a partner's."""
    own, problems = world.own, []
    strangers = [world.rings[OTHER], world.rings[STRANGER]]
    tries = [(SENDER, own.clinic, own.cycle), (RECIPIENT, own.hospital, own.cycle)]
    tries += [(role, own.bureau, own.cycle) for role in (SENDER, RECIPIENT, BOSS)]
    for ring in strangers:
        tries += [(SENDER, ring.hospital, own.cycle), (SENDER, own.hospital, ring.cycle)]
        tries += [(RECIPIENT, ring.clinic, own.cycle), (RECIPIENT, own.clinic, ring.cycle)]
    far = world.rings[STRANGER]
    for role in (OFFICER, LEADER, READER):
        tries += [
            (role, far.bureau, own.cycle),
            (role, own.bureau, far.cycle),
            (role, far.hospital, far.cycle),
        ]
    for role, organisation, cycle in tries:
        query = f"?organisation={organisation.pk}&cycle={cycle.pk}"
        for more in ("", "&edition=bureau", "&edition=hospital", "&year=2026"):
            status = ask(world, browser, role, "agreements", query + more).status_code
            if status != 404:
                problems.append(f"{role} {organisation} {cycle}{more}: {status}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("base", ["frozen", "live"])
def test_the_share_of_one_recipient(world, browser, base):
    own = world.own
    live = f"?organisation={own.hospital.pk}&cycle={own.cycle.pk}"
    query = f"?summary={own.summary.pk}" if base == "frozen" else live
    assert ask(world, browser, SENDER, "lectures", f"{query}&recipient={own.clinic.pk}").status_code == 200
    for ring in (world.rings[OTHER], world.rings[STRANGER]):
        for unit in (ring.clinic, ring.hospital, ring.bureau):
            response = ask(world, browser, SENDER, "lectures", f"{query}&recipient={unit.pk}")
            assert response.status_code == 404, unit
    for nonsense in ("0", "abc", "-1", "99999999999999999999"):
        assert ask(world, browser, SENDER, "lectures", f"{query}&recipient={nonsense}").status_code == 404


@pytest.mark.parametrize(
    "nonsense", ["?summary=abc", "?summary=0", "?organisation=1", "?cycle=1", "", "?summary=1e9"]
)
def test_nonsense(world, browser, nonsense):
    assert ask(world, browser, SENDER, "lectures", nonsense).status_code == 404
