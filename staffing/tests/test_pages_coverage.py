"""The coverage pages: what each person finds, the filters, and as many statements for twice the rows."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role
from core.models import AuditEvent
from staffing.models import StayRule
from support.models import Speciality
from testing import builders as build
from testing.builders.ledger import filed_agreement, ledger_posting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LIST = reverse("coverage-list")


@pytest.fixture(autouse=True)
def summer(time_machine):
    time_machine.move_to("2026-06-10T10:00+08:00", tick=False)


class County:
    """A bureau with one hospital and as many clinics as asked for; each clinic has had two people."""

    def __init__(self, clinics: int = 2):
        self.today = timezone.localdate()
        self.year = self.today.year
        self.first, self.last = date(self.year, 1, 1), date(self.year, 12, 31)
        self.bureau = build.bureau(build.COUNTY)
        self.hospital = build.organisation("hospital", name="青山县人民医院")
        self.cycle = build.cycle(build.programme(self.bureau), self.first, self.last)
        self.subject = Speciality.objects.get(code="03")
        self.clinics, self.agreements = [], []
        self.reader = build.officer(self.bureau)
        self.add(clinics)

    def add(self, number: int) -> None:
        for _ in range(number):
            clinic = build.organisation("township_clinic", name=f"第{len(self.clinics)}镇卫生院")
            agreement = filed_agreement(
                self.hospital, clinic, self.cycle, self.first, self.last, [self.subject]
            )
            self.clinics.append(clinic)
            self.agreements.append(agreement)
            StayRule.objects.create(
                programme=self.cycle.programme,
                recipient=clinic,
                measure="floor",
                minimum=1,
                unit="persons",
                basis="县卫健〔2026〕5号",
                is_active=True,
            )
            self.stay(-1, self.first, self.first + DAY * 9, department="内科")
            self.stay(-1, self.first + DAY * 8, self.today + DAY * 3, department="内科")

    def stay(self, number: int, start: date, end: date, **fields):
        return ledger_posting(
            self.agreements[number],
            start,
            min(end, self.last),
            arrived=start,
            confirmed_by=self.reader,
            **fields,
        )

    def people(self) -> dict:
        return {
            "bureau": self.reader,
            "leader": build.user(Role.LEADERSHIP, self.bureau),
            "hospital": build.coordinator(self.hospital),
            "clinic": build.coordinator(self.clinics[0]),
        }


@pytest.fixture
def county():
    return County()


def listed(response) -> list[str]:
    return [(row.recipient or row.sender).name for row in response.context["page"]]


def test_each_finds_what_is_theirs(client, county):
    told = {}
    for name, user in county.people().items():
        client.force_login(user)
        told[name] = {
            by: len(client.get(LIST, {"by": by}).context["page"]) for by in ("recipient", "pair", "sender")
        }
    everything = {"recipient": 2, "pair": 2, "sender": 1}
    assert told["bureau"] == told["leader"] == everything
    # a way that has nothing to show is not offered: the list falls back to the first that has
    assert told["hospital"] == {"recipient": 2, "pair": 2, "sender": 1}
    assert told["clinic"] == {"recipient": 1, "pair": 1, "sender": 1}
    client.force_login(build.coordinator(county.hospital))
    assert client.get(LIST).context["by"] == "pair"


def test_the_worst_first_or_by_place(client, county):
    """The second clinic has nobody for longer; by place the first stays first."""
    county.add(1)
    worst = county.clinics[2]
    county.agreements[2].postings.all().delete()
    client.force_login(county.reader)
    assert listed(client.get(LIST))[0] == worst.name
    assert listed(client.get(LIST, {"order": "place"})) == [clinic.name for clinic in county.clinics]
    assert listed(client.get(LIST, {"only": "gap"}))[0] == worst.name
    assert listed(client.get(LIST, {"q": "第1镇"})) == [county.clinics[1].name]
    assert listed(client.get(LIST, {"year": county.year - 40})) == listed(client.get(LIST))


def test_who_leaves_soon_is_counted(client, county):
    client.force_login(county.reader)
    response = client.get(LIST, {"only": "warning"})
    assert len(response.context["page"]) == 2
    county.stay(0, county.today, county.today + DAY * 60)
    assert listed(client.get(LIST, {"only": "warning"})) == [county.clinics[1].name]


def test_a_strip_covers_the_year_without_overlap(client, county):
    client.force_login(county.reader)
    response = client.get(LIST)
    for row in response.context["page"]:
        edge = 0
        for bar in row.strip.bars:
            assert bar.x == edge and bar.width > 0
            edge = bar.x + bar.width
        assert edge == row.strip.days
    assert b"style=" not in response.content and len(re.findall(rb"<rect", response.content)) < 40


def test_the_unit_page_tells_everything(client, county):
    client.force_login(county.reader)
    county.stay(0, county.first, county.first + DAY * 2, role="liaison")
    text = client.get(reverse("coverage-recipient", args=[county.clinics[0].pk])).content.decode()
    assert "县卫健〔2026〕5号" in text and "同时在岗人数不少于1人" in text
    assert "交接期间两人同在" in text and "交接同在 2 天" in text
    assert "另有 2 名在岗人员的专业未填" in text
    assert "有人在岗但人数不足的日子" not in text
    StayRule.objects.filter(recipient=county.clinics[0]).update(minimum=2)
    text = client.get(reverse("coverage-recipient", args=[county.clinics[0].pk])).content.decode()
    assert "有人在岗但人数不足的日子" in text
    assert "首尾两天都计" in text and "本岗位历任" in text


def test_whole_units_only_for_those_who_see_all_of_them(client, county):
    pages = {
        "coverage-recipient": county.clinics[0].pk,
        "coverage-sender": county.hospital.pk,
        "coverage-pair": county.agreements[0].pk,
    }
    told = {}
    for name, user in county.people().items():
        client.force_login(user)
        told[name] = [client.get(reverse(page, args=[pk])).status_code for page, pk in pages.items()]
    assert told == {
        "bureau": [200, 200, 200],
        "leader": [200, 200, 200],
        "hospital": [404, 200, 200],
        "clinic": [200, 404, 200],
    }
    client.force_login(build.user(Role.CLINICIAN, county.hospital))
    assert client.get(LIST).status_code == 403


def test_an_empty_year_is_explained(client, county):
    client.force_login(county.reader)
    url = reverse("coverage-recipient", args=[county.clinics[0].pk])
    assert "没有应有人在岗的日子" in client.get(url, {"year": county.year - 3}).content.decode()
    assert client.get(url, {"year": "abc"}).status_code == 200
    client.force_login(build.officer(build.bureau(build.FAR_AWAY)))
    assert "这一年没有生效的协议" in client.get(LIST).content.decode()


def test_the_gap_list_as_a_workbook(client, county):
    """One row a run of empty days, by the filters of the list; the download is on record."""
    county.agreements[1].postings.all().delete()
    client.force_login(county.reader)
    response = client.get(reverse("coverage-gaps"), {"q": "第1镇"})
    sheet = load_workbook(BytesIO(response.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    days = (county.last - county.first).days + 1
    ahead = (county.last - county.today).days
    (row,) = rows
    assert row[:2] == [None, county.clinics[1].name]
    assert (row[2].date(), row[3].date()) == (county.first, county.last)
    assert row[4:8] == [days, ahead, 0, "断档"] and "县卫健〔2026〕5号" in row[8]
    event = AuditEvent.objects.get(verb=AuditEvent.Verb.EXPORT)
    assert event.user == county.reader and "无人在岗清单 1 行" in event.note
    assert response["Cache-Control"] == "no-store"


def statements(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_twice_the_rows_same_statements(client):
    county = County(3)
    client.force_login(county.reader)
    urls = [
        *(f"{LIST}?by={by}" for by in ("recipient", "pair", "sender")),
        reverse("coverage-gaps"),
        reverse("coverage-recipient", args=[county.clinics[0].pk]),
        reverse("coverage-pair", args=[county.agreements[0].pk]),
        reverse("coverage-sender", args=[county.hospital.pk]),
    ]
    first = {url: statements(client, url) for url in urls}
    county.add(3)
    for days in range(3):
        county.stay(0, county.first + DAY * days, county.today + DAY * days, speciality=county.subject)
    county.agreements.append(
        filed_agreement(
            build.organisation("hospital"), county.clinics[0], county.cycle, county.first, county.last
        )
    )
    county.stay(-1, county.first, county.today + DAY * 2, department="外科")
    again = {url: statements(client, url) for url in urls}
    # the clinic has got a second pair, whose strips take one look of their own, however many they are
    whole = reverse("coverage-recipient", args=[county.clinics[0].pk])
    assert again.pop(whole) - first.pop(whole) <= 4
    assert again == first
    assert max(again.values()) <= 25, again
