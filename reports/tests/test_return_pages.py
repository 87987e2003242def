"""The pages of the monthly returns: looking, submitting, correcting, the list, years, workbooks."""

import io
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.waiting import work_waiting
from reports.models import MonthlyReturn
from reports.return_columns import WORKLOAD
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
APRIL, TODAY = date(2026, 4, 1), "2026-05-05T10:00:00+08:00"


@pytest.fixture
def world():
    found = scene()
    build.month_sheet(found.clinic, APRIL)
    return found


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY):
        yield


def signed_in(client, world, role):
    client.force_login(world.people[role])
    return client


def address(subject, name="return-open"):
    return f"{reverse(name)}?{subject.query}"


def clinic_subject(world, form="workload"):
    return build.return_subject("clinic", world.clinic, APRIL, form=form)


def person_subject(world, form="workload"):
    return build.return_subject("person", world.clinic, APRIL, form=form, clinician=world.clinician)


def test_the_doctor_submits_both_forms_at_once(client, world):
    doctor = signed_in(client, world, "clinician")
    page = doctor.get(reverse("return-list"))
    assert len(page.context["due"]) == 4  # March and April, two forms each
    assert doctor.get(address(person_subject(world))).status_code == 200
    answer = doctor.post(
        address(person_subject(world), "return-submit"), {"both": "on", "remark": "本月在岗"}, follow=True
    )
    assert answer.status_code == 200 and "已提交" in answer.content.decode()
    assert set(MonthlyReturn.objects.values_list("form", "remark")) == {
        ("workload", "本月在岗"),
        ("attendance", "本月在岗"),
    }
    again = doctor.get(address(person_subject(world)))
    assert again.status_code == 302 and again.url == reverse(
        "return-detail", args=[MonthlyReturn.objects.get(form="workload").pk]
    )


def test_the_clinic_submits_with_remarks_and_corrects(client, world):
    clinic = signed_in(client, world, "recipient_coordinator")
    line = {f"line-{world.agreement.pk}": "=1+1 讲座两次合并"}
    made = clinic.post(address(clinic_subject(world), "return-submit"), {"remark": "无", **line}, follow=True)
    row = MonthlyReturn.objects.get()
    assert "讲座两次合并" in made.content.decode() and row.lines[0]["remark"] == line.popitem()[1]
    correct = reverse("return-correct", args=[row.pk])
    assert "更正原因" in clinic.get(correct).content.decode()
    refused = clinic.post(correct, {"remark": "无"})
    assert refused.status_code == 400 and MonthlyReturn.objects.count() == 1
    build.activity(world.agreement, on=date(2026, 4, 20))
    assert "台账有变动" in clinic.get(reverse("return-detail", args=[row.pk])).content.decode()
    clinic.post(correct, {"reason": "补登讲座"})
    newest = MonthlyReturn.objects.newest().get()
    page = clinic.get(reverse("return-detail", args=[newest.pk])).content.decode()
    assert "学术讲座：1 改为 2 期，增加 1 期" in page and "补登讲座" in page
    old = clinic.get(reverse("return-detail", args=[row.pk])).content.decode()
    assert "已被更正" in old and clinic.get(correct).status_code == 404


def test_the_hospital_is_told_why_it_cannot_submit(client, world):
    build.monthly_return("clinic", world.clinic, APRIL)
    build.activity(world.agreement, on=date(2026, 4, 20))
    hospital = signed_in(client, world, "hospital_coordinator")
    subject = build.return_subject("hospital", world.hospital, APRIL)
    page = hospital.get(address(subject)).content.decode()
    assert "不能提交" in page and "上报 1 期，台账 2 期" in page and "disabled" in page
    refused = hospital.post(address(subject, "return-submit"))
    assert refused.status_code == 400 and "上报少 1 期" in refused.content.decode()
    lines = work_waiting(world.people["hospital_coordinator"], day=date(2026, 5, 6))
    assert any("下级月报与台账不一致" in line.what and line.count == 1 for line in lines)
    lines = work_waiting(world.people["recipient_coordinator"], day=date(2026, 5, 6))
    assert any("需要更正" in line.what and line.count == 1 for line in lines)


def test_only_those_who_report_see_a_form(client, world):
    for role, shown in (("recipient_coordinator", True), ("bureau_officer", False), ("leadership", False)):
        page = signed_in(client, world, role).get(address(clinic_subject(world)))
        assert (page.context["form"] is not None) == shown, role
    assert signed_in(client, world, "bureau_officer").post(
        address(clinic_subject(world), "return-submit")
    ).status_code == 403  # fmt: skip
    of_hospital = build.return_subject("hospital", world.hospital, APRIL)
    for role, subject in (
        ("hospital_coordinator", clinic_subject(world)),
        ("clinician", clinic_subject(world)),
        ("clinician", of_hospital),
    ):
        assert signed_in(client, world, role).get(address(subject)).status_code == 404, role


@pytest.mark.parametrize(
    "query",
    [
        "",
        "form=workload&level=clinic&unit=x&month=2026-04",
        "form=workload&level=clinic&unit=99999999999999999999&month=2026-04",
        "form=workload&level=clinic&unit={clinic}&month=2026-13",
        "form=workload&level=clinic&unit={clinic}&month=9999-12",
        "form=workload&level=bureau&unit={clinic}&month=2026-04",
        "form=other&level=clinic&unit={clinic}&month=2026-04",
        "form=workload&level=person&unit={clinic}&month=2026-04",
        "form=workload&level=person&unit={clinic}&month=2026-04&person=99999999999999999999",
    ],
)
def test_senseless_addresses_do_not_exist(client, world, query):
    clinic = signed_in(client, world, "recipient_coordinator")
    asked = query.format(clinic=world.clinic.pk)
    assert clinic.get(f"{reverse('return-open')}?{asked}").status_code == 404


def test_the_list_is_filtered_by_the_address(client, world):
    build.monthly_return("clinic", world.clinic, APRIL)
    build.monthly_return("clinic", world.clinic, date(2026, 3, 1))
    build.monthly_return("hospital", world.hospital, APRIL)
    officer = signed_in(client, world, "bureau_officer")

    def found(query):
        page = officer.get(f"{reverse('return-list')}?{query}").context["page"]
        return {(row.level, row.month.month) for row in page}

    everything = {("clinic", 4), ("clinic", 3), ("hospital", 4)}
    assert found("") == everything
    assert found("month=2026-04") == {("clinic", 4), ("hospital", 4)}
    assert found("level=hospital") == {("hospital", 4)}
    assert found(f"q={world.clinic.name}") == {("clinic", 4), ("clinic", 3)}
    assert found("state=late") == {("clinic", 3)} and found("state=corrected") == set()
    build.activity(world.agreement, on=date(2026, 4, 20))
    assert found("state=behind") == {("clinic", 4), ("hospital", 4)}
    assert found("sort=unit&size=50&form=workload") == everything and found("form=attendance") == set()
    below = officer.get(f"{reverse('return-list')}?month=2026-04").context["below"]
    assert [(row.name, row.in_order[0][1], bool(row.in_order[1][1])) for row in below] == [
        (world.hospital.display_name, False, True)
    ]


def test_former_names_find_the_unit(client, world):
    world.clinic.former_names.create(name="南充部县中医院")
    build.monthly_return("clinic", world.clinic, APRIL)
    officer = signed_in(client, world, "bureau_officer")
    page = officer.get(f"{reverse('return-list')}?q=南充部县").context["page"]
    assert [row.organisation for row in page] == [world.clinic]


def test_the_workbook_is_the_official_form(client, world):
    build.activity(world.agreement, on=date(2026, 4, 21), topic="=cmd|' /C calc'!A0", participants=[])
    row = build.monthly_return("clinic", world.clinic, APRIL, remark="@SUM(A1)")
    answer = signed_in(client, world, "recipient_coordinator").get(reverse("return-export", args=[row.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["月报", "人员", "主题清单"]
    sheet = book["月报"]
    texts = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert texts[0][0] == "派驻医师月工作量月报" and world.clinic.display_name in texts[1][0]
    assert texts[2][:1] == ["列次"] and texts[2][4:-1] == [column.number or None for column in WORKLOAD]
    assert texts[3] == ["序号", "支援单位", "受援单位", "派驻（人）", *(c.heading for c in WORKLOAD), "备注"]
    assert texts[4][:4] == [1, world.hospital.display_name, world.clinic.display_name, 1]
    place = 4 + [column.code for column in WORKLOAD].index("lectures")
    assert texts[4][place] == texts[5][place] == 2 and texts[5][0] == "合计"
    assert texts[5][4] == 0  # zero is said
    assert "负责人" in texts[-1][0] and "2026-05-05" in texts[-1][0]
    cells = [cell for page in book for line in page.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = {cell.value for cell in cells}
    assert "'=cmd|' /C calc'!A0" in values and "备注：@SUM(A1)" in values
    bridge = [[cell.value for cell in line] for line in book["人员"].iter_rows()]
    assert [line[1] for line in bridge if line[1] and "：" in str(line[1])] == [
        "加：没有列出参加人员的",
        "减：共同参与，合计只计一次",
    ]


def test_the_attendance_workbook_lists_people(client, world):
    row = build.monthly_return("clinic", world.clinic, APRIL, form="attendance")
    answer = signed_in(client, world, "recipient_coordinator").get(reverse("return-export", args=[row.pk]))
    sheet = load_workbook(io.BytesIO(answer.content))["考勤"]
    texts = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert texts[2][:6] == ["序号", "支援单位", "受援单位", "姓名", "应出勤（天）", "在岗（天）"]
    assert texts[3][3] == world.clinician.name and texts[3][4] == texts[3][5] == texts[4][4]
    assert texts[3][-2] == 100


def test_years_for_everybody_in_reach(client, world):
    for role, unit in (
        ("recipient_coordinator", world.clinic),
        ("hospital_leader", world.hospital),
        ("leadership", world.bureau),
    ):
        page = signed_in(client, world, role).get(f"{reverse('return-year')}?first=2026")
        assert page.status_code == 200 and page.context["table"].organisation == unit
        assert page.context["table"].total.values["lectures"] == 1
    assert signed_in(client, world, "clinician").get(reverse("return-year")).context["table"] is None
    assert client.get(reverse("return-year-export")).status_code == 404
    stranger = world.strangers["hospital_coordinator"]
    client.force_login(stranger)
    page = client.get(f"{reverse('return-year')}?unit={world.hospital.pk}")
    assert page.context["table"].organisation == stranger.organisation


def counted(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_statements_do_not_grow(client, world):
    """Every page with twice the pairs, people, activities and returns."""

    def grow():
        clinic = build.organisation("township_clinic")
        agreement = build.agreement_in_force(world.hospital, clinic, within=world.cycle)
        doctors = [build.clinician(world.hospital) for _ in range(2)]
        for pair in (agreement, world.agreement):
            for doctor in (build.clinician(world.hospital), *doctors[:1]):
                if pair == agreement or doctor not in doctors:
                    build.posting(pair, doctor)
            build.activity(pair, on=date(2026, 4, 12), participants=doctors)
            build.activity(pair, on=date(2026, 4, 13), status="submitted", participants=doctors)
        build.monthly_return("clinic", clinic, APRIL)
        return clinic

    grow()
    officer, hospital = world.people["bureau_officer"], world.people["hospital_coordinator"]
    keeper = world.people["recipient_coordinator"]
    row = build.monthly_return("hospital", world.hospital, APRIL)
    pages = [
        (officer, reverse("return-list")),
        (hospital, f"{reverse('return-list')}?month=2026-04"),
        (keeper, reverse("return-list")),
        (keeper, address(clinic_subject(world))),
        (keeper, address(clinic_subject(world, "attendance"))),
        (hospital, address(build.return_subject("hospital", world.hospital, APRIL, form="attendance"))),
        (hospital, reverse("return-correct", args=[row.pk])),
        (hospital, reverse("return-detail", args=[row.pk])),
        (officer, address(build.return_subject("bureau", world.bureau, APRIL))),
        (officer, f"{reverse('return-year')}?first=2026"),
        (officer, f"{reverse('return-year')}?first=2025&last=2026"),
    ]

    def measure():
        found = []
        for user, url in pages:
            client.force_login(user)
            found.append(counted(client, url))
        return found

    few = measure()
    for _ in range(3):
        grow()
    assert measure() == few
