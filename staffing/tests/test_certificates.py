"""From request to paper: what is asked, refused, numbered, frozen, revoked."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from core.errors import RuleBroken
from core.jobs import ClaimLost, JobRun
from core.models import AuditEvent, Job
from core.rendering import OfficialDocument
from core.rendering.pdf import render_pdf
from core.services.jobs import job_claim, job_run
from core.tests.frozen import all_refused, open_columns, refused, sql, ways_to_lose
from staffing.jobs import render_certificate
from staffing.models import (
    AttendanceRow,
    CertificateSeries,
    CertificateStay,
    Inspection,
    InspectionFinding,
    MonthSheet,
    Posting,
    ServiceCertificate,
)
from staffing.models.certificate import CODE_ALPHABET
from staffing.selectors.certificates import certificates_to_issue, changed_since, proved_until
from staffing.services.certificate_freezing import certificate_freeze, new_code
from staffing.services.certificates import (
    certificate_decline,
    certificate_draw_again,
    certificate_issue,
    certificate_request,
    certificate_revoke,
)
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
MARCH, AUGUST = date(2026, 3, 1), date(2026, 8, 31)


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = "https://duikou.example.gov.cn"
    made = scene()
    made.officer = made.people["bureau_officer"]
    made.sender = made.people["hospital_coordinator"]
    made.recipient = made.people["recipient_coordinator"]
    return made


def ask(world, *postings, kind="certificate", by=None, **fields):
    return certificate_request(
        kind=kind, clinician=world.clinician, postings=list(postings), by=by or world.sender, **fields
    )


def end(posting, on=None):
    Posting.objects.filter(pk=posting.pk).update(status="ended", end_on=on or posting.end_on)
    posting.refresh_from_db()
    return posting


def run(job):
    job_run(job_id=job.pk)
    job.refresh_from_db()
    return job


def messages(error) -> list[str]:
    return error.value.messages


# ---- from unlocked data nothing, by any route


def test_a_request_names_every_month_that_is_not_locked(world):
    build.proved(world.posting, until=date(2026, 4, 30))
    MonthSheet.objects.create(recipient=world.clinic, month=date(2026, 5, 1))
    with pytest.raises(RuleBroken) as error:
        ask(world, world.posting, until=date(2026, 7, 31))
    place = world.clinic.display_name
    assert messages(error) == [
        f"2026-05 {place} 的考勤月表还没有提交锁定。",
        f"2026-06 {place} 的考勤月表还没有建立。",
        f"2026-07 {place} 的考勤月表还没有建立。",
    ]
    assert not ServiceCertificate.objects.exists()


def test_a_locked_sheet_without_the_persons_days_does_not_prove_them(world):
    build.proved(world.posting, marks={date(2026, 5, 4): "P.", date(2026, 5, 5): ".."})
    assert proved_until([world.posting]) == date(2026, 5, 3)
    with pytest.raises(RuleBroken) as error:
        ask(world, world.posting, until=AUGUST)
    assert messages(error) == [
        f"2026-05 {world.clinic.display_name} 的考勤月表已锁定，但没有本人 2026-05-04 至 2026-05-05 的考勤，需要更正考勤。"
    ]


def crafted(world, **fields):
    """A request as somebody with the database at hand would write it, approval included."""
    row = ServiceCertificate.objects.create(
        kind="certificate",
        clinician=world.clinician,
        sender=world.hospital,
        issuer=world.bureau,
        start_on=MARCH,
        end_on=AUGUST,
        requested_by=world.sender,
        **{"approved_by": world.officer, "approved_at": timezone.now(), **fields},
    )
    CertificateStay.objects.create(certificate=row, posting=world.posting, start_on=MARCH, end_on=AUGUST)
    return row


def test_the_desk_refuses_what_is_not_locked(world):
    row = crafted(world, approved_by=None, approved_at=None)
    with pytest.raises(RuleBroken) as error:
        certificate_issue(certificate=row, by=world.officer)
    assert len(messages(error)) == 6
    assert not Job.objects.exists()


def test_the_task_called_directly_on_a_row_made_by_hand_gives_no_paper(world, tmp_path):
    row = crafted(world)
    job = Job.objects.create(
        kind="staffing.render_certificate", unique_key="x", label="x", payload={"certificate": row.pk}
    )
    run(job)
    assert job.state == Job.State.FAILED and "2026-03" in job.error and not job.trace
    with pytest.raises(RuleBroken):
        certificate_freeze(certificate_id=row.pk)
    row.refresh_from_db()
    assert (row.status, row.number, row.code, row.document, bool(row.file)) == (
        "requested",
        None,
        None,
        None,
        False,
    )
    assert not list(tmp_path.rglob("*.pdf")) and not CertificateSeries.objects.exists()


def test_the_task_does_nothing_that_no_officer_allowed(world):
    build.proved(world.posting)
    asked = ask(world, world.posting)
    with pytest.raises(RuleBroken, match="没有经办人员同意"):
        certificate_freeze(certificate_id=asked.pk)
    with pytest.raises(RuleBroken, match="没有这份"):
        certificate_freeze(certificate_id=0)
    stranger = world.strangers["bureau_officer"]
    ServiceCertificate.objects.filter(pk=asked.pk).update(approved_by=stranger, approved_at=timezone.now())
    with pytest.raises(RuleBroken, match="不是.*经办人员"):
        certificate_freeze(certificate_id=asked.pk)


ISSUED = dict(
    status="issued",
    number="假〔2026〕1号",
    serial=1,
    code="2345-6789-ABCD-EFGH-JKLM-NPQR",
    content_hash="a" * 64,
    facts={},
    document={},
)


def by_hand(world, row):
    series = CertificateSeries.objects.create(
        bureau=world.bureau, kind="certificate", year=2026, prefix="假", last=1
    )
    return ServiceCertificate.objects.filter(pk=row.pk).update(
        series=series, issued_at=timezone.now(), **ISSUED
    )


def test_the_database_refuses_an_issued_row_over_unlocked_months(world):
    row = crafted(world)
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        by_hand(world, row)
    CertificateStay.objects.all().delete()
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        by_hand(world, row)


@pytest.mark.parametrize(
    "hole",
    [
        lambda: {"marks": {date(2026, 8, 31): "PP", date(2026, 5, 31): "P."}},
        lambda: {"until": date(2026, 8, 30)},
        lambda: {"until": date(2026, 7, 31)},
        lambda: {"locked": False},
    ],
    ids=["half a day unmarked", "last day outside", "last month missing", "not locked"],
)
def test_the_database_looks_at_every_day(world, hole):
    row = crafted(world)
    build.proved(world.posting, **hole())
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        by_hand(world, row)


def test_the_database_lets_proved_months_pass(world):
    row = crafted(world)
    build.proved(world.posting)
    assert by_hand(world, row) == 1


def test_the_database_refuses_days_outside_the_stay_and_other_peoples_stays(world):
    other = build.posting(world.agreement)
    build.proved(world.posting, other)
    row = crafted(world)
    CertificateStay.objects.update(end_on=date(2026, 9, 1))
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        by_hand(world, row)
    CertificateStay.objects.update(posting=other, end_on=AUGUST)
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        by_hand(world, row)


def test_an_issued_row_cannot_be_inserted(world):
    row = crafted(world)
    build.proved(world.posting)
    by_hand(world, row)
    known = ServiceCertificate.objects.get(pk=row.pk)
    known.pk, known.serial, known.number, known.code = None, 2, "假〔2026〕2号", new_code()
    with pytest.raises(IntegrityError, match="not locked"), transaction.atomic():
        known.save(force_insert=True)


# ---- who asks, and what else speaks against it


def test_all_problems_are_told_at_once(world):
    short = build.posting(
        world.agreement, world.clinician, date(2026, 9, 1), date(2026, 9, 10), kind="short_term"
    )
    later = build.posting(
        world.agreement, world.clinician, date(2026, 10, 1), date(2026, 10, 31), arrived=False
    )
    escort = build.posting(
        world.agreement, world.clinician, date(2026, 11, 1), date(2026, 11, 5), role="escort"
    )
    with pytest.raises(RuleBroken) as error:
        ask(world, world.posting, short, later, escort, kind="appraisal", until=date(2099, 1, 1))
    text = "\n".join(messages(error))
    for part in ("还没有到", "是短期", "还没有确认到岗", "身份是护送", "还没有结束"):
        assert part in text
    assert len(messages(error)) >= 5


def test_an_appraisal_needs_the_whole_ended_stay(world):
    build.proved(world.posting)
    with pytest.raises(RuleBroken, match="还没有结束"):
        ask(world, world.posting, kind="appraisal")
    end(world.posting)
    with pytest.raises(RuleBroken, match="应不早于 2026-08-31"):
        ask(world, world.posting, kind="appraisal", until=date(2026, 6, 30))
    assert ask(world, world.posting, kind="appraisal").end_on == AUGUST


def test_a_certificate_of_a_running_stay_goes_as_far_as_attendance_is_locked(world):
    build.proved(world.posting, until=date(2026, 6, 30))
    assert proved_until([world.posting]) == date(2026, 6, 30)
    asked = ask(world, world.posting)
    assert (asked.start_on, asked.end_on) == (MARCH, date(2026, 6, 30))


def test_only_the_person_and_the_two_sides_ask(world):
    build.proved(world.posting)
    for name in ("hospital_leader", "bureau_officer", "leadership", "system_admin"):
        with pytest.raises(RuleBroken, match="只有本人"):
            ask(world, world.posting, by=world.people[name])
    for name in ("hospital_coordinator", "recipient_coordinator"):
        with pytest.raises(RuleBroken, match="只有本人"):
            ask(world, world.posting, by=world.strangers[name])
    for name in ("clinician", "recipient_coordinator", "hospital_coordinator"):
        made = ask(world, world.posting, by=world.people[name])
        assert (made.issuer, made.sender) == (world.bureau, world.hospital)
        made.delete()


def test_one_request_at_a_time_and_no_second_paper_over_the_same_days(world):
    build.proved(world.posting)
    first = ask(world, world.posting)
    with pytest.raises(RuleBroken, match="等待出具"):
        ask(world, world.posting)
    certificate_issue(certificate=first, by=world.officer)
    first = certificate_freeze(certificate_id=first.pk)
    with pytest.raises(RuleBroken, match=first.number):
        ask(world, world.posting)
    ask(world, world.posting, until=date(2026, 5, 31))


def test_stays_of_two_bureaus_need_two_papers(world):
    other = build.agreement_in_force(world.hospital, world.clinic, within=build.cycle(build.programme()))
    second = build.posting(other, world.clinician, date(2026, 9, 1), date(2026, 9, 30))
    with pytest.raises(RuleBroken, match="请分别申请"):
        ask(world, world.posting, second)


def test_a_draft_inspection_holds_back_the_bureau_and_is_not_told_to_others(world):
    build.proved(world.posting)
    inspection = Inspection.objects.create(
        bureau=world.bureau,
        recipient=world.clinic,
        inspected_on=date(2026, 5, 12),
        half="am",
        inspectors="甲",
        recorded_by=world.officer,
    )
    InspectionFinding.objects.create(inspection=inspection, posting=world.posting, result="absent")
    asked = ask(world, world.posting)
    with pytest.raises(RuleBroken, match="2026-05-12 .*还没有办结"):
        certificate_issue(certificate=asked, by=world.officer)


# ---- the bureau's word


def test_only_an_officer_of_the_bureau_on_the_paper_issues(world):
    build.proved(world.posting)
    asked = ask(world, world.posting)
    province = build.officer(build.bureau("450000"))
    people = [world.people[name] for name in ("bureau_leader", "hospital_coordinator", "clinician")]
    for by in (*people, world.strangers["bureau_officer"], province):
        for act in (certificate_issue, certificate_draw_again):
            with pytest.raises(RuleBroken, match="只有"):
                act(certificate=asked, by=by)
        for act in (certificate_decline, certificate_revoke):
            with pytest.raises(RuleBroken, match="只有"):
                act(certificate=asked, by=by, reason="原因")
    with pytest.raises(IntegrityError, match="certificate_two_people"), transaction.atomic():
        ServiceCertificate.objects.update(approved_by=world.sender, approved_at=timezone.now())


def test_a_declined_request_keeps_its_reason_and_leaves_room_for_the_next(world):
    build.proved(world.posting)
    asked = ask(world, world.posting)
    with pytest.raises(RuleBroken, match="请写明原因"):
        certificate_decline(certificate=asked, by=world.officer, reason=" ")
    certificate_decline(certificate=asked, by=world.officer, reason="派驻科室有误")
    with pytest.raises(RuleBroken, match="只有待出具"):
        certificate_issue(certificate=asked, by=world.officer)
    assert ask(world, world.posting).pk != asked.pk


def test_issuing_twice_is_one_job_and_one_number(world):
    build.proved(world.posting)
    asked = ask(world, world.posting)
    assert list(certificates_to_issue(user=world.officer)) == [asked]
    first = certificate_issue(certificate=asked, by=world.officer)
    assert certificate_issue(certificate=asked, by=world.officer).pk == first.pk
    one = certificate_freeze(certificate_id=asked.pk)
    again = certificate_freeze(certificate_id=asked.pk)
    assert (one.number, one.code, one.content_hash) == (again.number, again.code, again.content_hash)
    assert not certificates_to_issue(user=world.officer)


def test_a_stay_changed_after_the_request_needs_a_new_request(world):
    build.proved(world.posting)
    asked = ask(world, world.posting)
    end(world.posting, date(2026, 7, 31))
    with pytest.raises(RuleBroken, match="请重新申请"):
        certificate_issue(certificate=asked, by=world.officer)


# ---- numbers and codes


def test_numbers_run_by_bureau_kind_and_year(world):
    CertificateSeries.objects.create(
        bureau=world.bureau, kind="certificate", year=2025, prefix="凌卫基服证", last=7
    )
    people = [build.posting(world.agreement) for _ in range(2)]
    build.proved(world.posting, *people)
    numbers = [build.certificate(stay).number for stay in (world.posting, *people)]
    assert numbers == [f"凌卫基服证〔2026〕000{n}号" for n in (1, 2, 3)]
    end(world.posting)
    form = build.certificate(world.posting, kind="appraisal")
    assert form.number == f"{world.bureau.display_name}基服鉴〔2026〕0001号"[-len(form.number) :]


def test_a_refused_freeze_uses_no_number(world):
    row = crafted(world)
    with pytest.raises(RuleBroken):
        certificate_freeze(certificate_id=row.pk)
    row.delete()
    build.proved(world.posting)
    assert build.certificate(world.posting).serial == 1


def test_a_prefix_that_another_bureau_uses_is_refused_with_what_to_do(world):
    CertificateSeries.objects.create(
        bureau=build.bureau(build.OTHER_COUNTY),
        kind="certificate",
        year=2026,
        prefix=f"{world.bureau.display_name}基服证"[-30:],
    )
    build.proved(world.posting)
    with pytest.raises(RuleBroken, match="另定字号"):
        build.certificate(world.posting)


def test_a_used_series_keeps_its_prefix_and_never_counts_down(world):
    build.proved(world.posting)
    series = build.certificate(world.posting).series
    for change in ({"prefix": "别的"}, {"year": 2030}, {"last": 0}):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            CertificateSeries.objects.filter(pk=series.pk).update(**change)


def test_codes_are_long_random_and_without_lookalikes():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    letters = "".join(codes).replace("-", "")
    assert set(letters) == set(CODE_ALPHABET) and not set("01IO") & set(letters)
    assert all(len(code.replace("-", "")) * 5 >= 100 for code in codes)


# ---- frozen


def test_an_issued_certificate_cannot_be_changed_or_removed(world):
    build.proved(world.posting)
    made = build.certificate(world.posting, drawn=True)
    assert made.is_ready
    all_refused(ways_to_lose(made))
    # what is left open is the file's place (its hash is not), the job, and the way to 已撤销
    revoking = {
        "revoked_by",
        "revoked_at",
        "revoke_reason",
    }  # a constraint wants them all together, with the status
    assert open_columns(made, constraint_counts=False) == {"job", "rendered_at", *revoking}
    stay = made.stays.get()
    all_refused(ways_to_lose_stay(stay))


def ways_to_lose_stay(stay):
    table = stay._meta.db_table
    return {
        "update": refused(lambda: sql(f"update {table} set end_on = end_on - 1 where id = %s", stay.pk)),
        "delete": refused(lambda: sql(f"delete from {table} where id = %s", stay.pk)),
        "insert": refused(
            lambda: sql(
                f"insert into {table} (certificate_id, posting_id, start_on, end_on)"
                f" select certificate_id, posting_id, start_on, end_on from {table} where id = %s",
                stay.pk,
            )
        ),
    }


def test_facts_stay_when_the_ledger_moves_on_and_the_bureau_is_told(world):
    build.proved(world.posting)
    made = build.certificate(world.posting)
    assert changed_since(made) == []
    before = made.facts
    row = AttendanceRow.objects.get(sheet__month=date(2026, 4, 1))
    sql("SET LOCAL session_replication_role = 'replica'")  # a correction, whatever its way
    AttendanceRow.objects.filter(pk=row.pk).update(marks="A" * 60)
    sql("SET LOCAL session_replication_role = 'origin'")
    AttendanceRow.pgh_event_model.objects.create(
        pgh_obj=row, pgh_label="update", id=row.pk, sheet=row.sheet, posting=row.posting, marks="A" * 60
    )
    made.refresh_from_db()
    assert made.facts == before
    assert changed_since(made) == [f"2026-04 {world.clinic.display_name} 的考勤在出具后有更正。"]


def test_revoking_needs_a_reason_and_is_for_good(world):
    build.proved(world.posting)
    made = build.certificate(world.posting)
    with pytest.raises(RuleBroken, match="请写明原因"):
        certificate_revoke(certificate=made, by=world.officer, reason="")
    certificate_revoke(certificate=made, by=world.officer, reason="考勤更正")
    made.refresh_from_db()
    assert (made.status, made.revoke_reason, made.revoked_by) == ("revoked", "考勤更正", world.officer)
    with pytest.raises(RuleBroken, match="只有有效的证明"):
        certificate_revoke(certificate=made, by=world.officer, reason="再来")
    for change in ({"status": "issued", "revoke_reason": "", "revoked_by": None, "revoked_at": None},):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            ServiceCertificate.objects.filter(pk=made.pk).update(**change)
    assert ask(world, world.posting).status == "requested", "a corrected one may follow"
    assert AuditEvent.objects.filter(note="撤销：考勤更正").count() == 1


# ---- the file


def test_one_file_the_same_bytes_and_its_hash(world):
    build.proved(world.posting)
    made = build.certificate(world.posting, drawn=True)
    content = Path(made.file.path).read_bytes()
    assert content.startswith(b"%PDF-") and hashlib.sha256(content).hexdigest() == made.file_sha256
    assert render_pdf(OfficialDocument.from_json(made.document)) == content
    Path(made.file.path).unlink()
    assert run(certificate_draw_again(certificate=made, by=world.officer)).state == Job.State.DONE
    made.refresh_from_db()
    assert Path(made.file.path).read_bytes() == content
    assert [path.name for path in Path(made.file.path).parent.iterdir()] == [Path(made.file.name).name]


def test_other_bytes_never_take_the_place_of_an_issued_file(world, monkeypatch):
    build.proved(world.posting)
    made = build.certificate(world.posting, drawn=True)
    content = Path(made.file.path).read_bytes()
    monkeypatch.setattr("core.rendering.pdf.render_pdf", lambda document: content + b"\n%")
    job = run(certificate_draw_again(certificate=made, by=world.officer))
    assert job.state == Job.State.FAILED and "没有替换" in job.error
    made.refresh_from_db()
    assert Path(made.file.path).read_bytes() == content and made.status == "issued"


def test_a_run_that_lost_its_claim_attaches_nothing(world):
    build.proved(world.posting)
    asked = build.certificate(world.posting, status="approved")
    run_ = JobRun(job_claim(job_id=asked.job_id))
    Job.objects.filter(pk=asked.job_id).update(claim=Job.new_claim())
    with pytest.raises(ClaimLost):
        render_certificate(run_)
    assert not ServiceCertificate.objects.get().file


# ---- the facts


def test_facts_of_three_stretches(world):
    first = end(world.posting)
    hospital, person = world.hospital, world.clinician
    others = [build.organisation("central_clinic"), build.organisation("community_centre")]
    agreements = [build.agreement_in_force(hospital, clinic, within=world.cycle) for clinic in others]
    second = build.posting(
        agreements[0], person, date(2026, 9, 1), date(2026, 9, 30), ended=True, department="内科"
    )
    third = build.posting(agreements[1], person, date(2026, 10, 1), date(2026, 10, 20), ended=True)
    build.proved(first, marks={date(2026, 4, 7): "AP", date(2026, 4, 8): "LL"})
    build.proved(second, third)
    build.activity(agreements[0], on=date(2026, 9, 2), participants=[person], measures={"lectures": 2})
    build.activity(agreements[0], on=date(2026, 10, 2), participants=[person], measures={"lectures": 5})
    build.activity(agreements[0], on=date(2026, 9, 3), measures={"lectures": 7})
    build.activity(agreements[0], on=date(2026, 9, 4), participants=[person], confirmed=False)
    made = build.certificate(first, second, third)
    facts = made.facts
    assert [row["recipient"] for row in facts["stretches"]] == [world.clinic.name, *(o.name for o in others)]
    assert [row["days"] for row in facts["stretches"]] == [184, 30, 20]
    # absent for half a day, a leave that nobody approved is off-post
    assert [row["qualifying"] for row in facts["stretches"]] == ["182.5", "30", "20"]
    assert (facts["totals"]["absent"], facts["totals"]["off_post"], facts["totals"]["leave"]) == (
        "0.5",
        "1",
        "0",
    )
    assert facts["totals"]["days"] == 234 and facts["totals"]["qualifying"] == "232.5"
    assert facts["stretches"][1]["department"] == "内科" and facts["stretches"][0]["is_finished"]
    lectures = next(row for row in facts["activities"] if row["code"] == "lectures")
    # the scene's own lecture and the one of September; not October's (no longer there), nor what is unconfirmed
    assert (lectures["value"], lectures["events"], facts["events"]) == ("3", 2, 2)
    assert len(facts["sources"]) == 8


def test_the_year_of_the_number_is_that_of_issuing(world):
    build.proved(world.posting)
    with time_machine.travel("2027-01-01 00:30+08:00", tick=False):
        made = build.certificate(world.posting)
    assert "〔2027〕0001号" in made.number
