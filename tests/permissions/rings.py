"""One ring of the world: a bureau, a hospital, a clinic and everything they can have with each other.

Every text of a ring carries its mark, so that a page which shows a row it must not show is caught by
its words, whatever the page is. Rows are reached by attribute (``ring.agreement``) for the tables.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.utils import timezone

from accounts.models import DigestSent, FormerName, Notice, Role, User
from assessment.models import ScoreTemplate
from assessment.services.assessments import Mark, assessment_decide, assessment_open, assessment_score
from core.checks import our_models
from core.jobs import store_atomically
from core.models import CalendarDay, Job
from reports.models import ReturnRule, Summary
from reports.services.summaries import summary_attach, summary_file_name, summary_freeze
from staffing.marks import Cell
from staffing.models import (
    Activity,
    ActivityFinding,
    CertificateSeries,
    InspectionPhoto,
    LeavePolicy,
    PromotionRule,
    SimilarPair,
    TextPrint,
)
from staffing.services.activities import Outcome
from staffing.services.certificate_freezing import certificate_attach, certificate_file_name
from staffing.services.corrections import correction_request
from staffing.services.identities import identity_save
from staffing.services.inspections import inspection_conclude, photo_add
from staffing.services.mentorships import (
    PlannedItem,
    contact_write,
    deed_write,
    plan_write,
    summary_write,
    technique_add,
)
from staffing.services.posting_changes import posting_change_refuse
from staffing.services.studies import study_log_write
from staffing.services.text_prints import similarity_judge
from staffing.tests.honest_texts import HONEST
from support.models import AgreementAttachment, Cycle, CycleDeadline
from support.models.confirmation import RecordStatus
from support.services.agreements import agreement_amend, version_confirm
from support.services.disputes import record_dispute
from support.services.donations import donation_use_add
from testing import builders as build
from testing.builders.deadlines import deadline_rule
from testing.files import png
from testing.scene import people_for

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


PNG = png()


@dataclass(repr=False)
class Ring:
    """``mark``/``code``: the words no other ring has; ``rows``: all its rows by model label."""

    name: str
    mark: str
    code: str
    place: str
    year: int
    people: dict[str, User] = field(default_factory=dict)
    named: dict[str, Model] = field(default_factory=dict)
    rows: dict[str, dict[int, Model]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Model:
        try:
            return self.__dict__["named"][name]
        except KeyError as error:
            raise AttributeError(name) from error

    def on(self, month: int, day: int) -> date:
        return date(self.year, month, day)


def build_ring(ring: Ring) -> Ring:
    """Fill the ring; what it made is found by comparing the tables before and after."""
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in our_models()}
    it = SimpleNamespace()
    for step in (
        _places,
        _agreements,
        _people,
        _rotation,
        _records,
        _inspections,
        _mentorships,
        _disputes,
        _evidence,
        _similar_texts,
        _promotion,
        _judgements,
        _papers,
        _attendance,
        _certificates,
        _entries,
        _exports,
        _returns,
        _reminders,
    ):
        step(ring, it)
    ring.named = {name: _fresh(row) for name, row in vars(it).items()}
    ring.rows = {
        model._meta.label: model.objects.exclude(pk__in=known).in_bulk() for model, known in before.items()
    }
    return ring


def _fresh(row: Model) -> Model:
    return type(row)._base_manager.get(pk=row.pk)


def _places(ring: Ring, it) -> None:
    mark, code = ring.mark, ring.code
    kinds = {"bureau": "bureau", "hospital": "hospital", "clinic": "township_clinic"}
    for name, kind in kinds.items():
        made = build.organisation(
            kind, at=ring.place, name=f"{mark}{build_name(kind)}", code=f"{code}-{name.upper()}", contact=mark
        )
        setattr(it, name, made)
        setattr(it, f"{name}_former", FormerName.objects.create(organisation=made, name=f"{mark}旧名"))
    ring.people = people_for(it.bureau, it.hospital, it.clinic)
    for role, user in ring.people.items():
        user.name, user.username = f"{mark}用户", f"{code}-{role}".lower()
        user.save()
    it.programme = build.programme(it.bureau, name=f"{mark}项目", basis=f"{mark}依据")
    it.cycle = build.cycle(it.programme, ring.on(1, 1), ring.on(12, 31), code=f"{code}-C", name=f"{mark}周期")
    it.cycle.recipients_planned.add(it.clinic)
    it.deadline = build.deadline(it.cycle, due=ring.on(7, 30))
    # nothing hangs on these two, so that they can be removed
    it.spare_programme = build.programme(it.bureau, name=f"{mark}备用项目")
    it.spare_cycle = build.cycle(
        it.programme, ring.on(1, 1), ring.on(6, 30), code=f"{code}-S", name=f"{mark}备用周期"
    )


def build_name(kind: str) -> str:
    return {"bureau": "卫生健康局", "hospital": "人民医院", "township_clinic": "镇卫生院"}[kind]


def _draft(ring: Ring, it, name: str):
    return build.agreement_draft(
        it.hospital,
        it.clinic,
        ring.on(1, 1),
        ring.on(12, 31),
        within=it.cycle,
        number=f"{ring.code}-{name}",
        title=f"{ring.mark}协议书",
        year_goal=f"{ring.mark}目标",
    )


def _agreements(ring: Ring, it) -> None:
    """Filed, with an amendment under way; besides one agreement at each step before the file."""
    it.agreement = _draft(ring, it, "XY")
    it.filed = build.open_version(it.agreement)
    it.target = build.target(it.agreement, detail=f"{ring.mark}指标说明")
    it.party = it.filed.parties.get(part="sender")
    it.party.contact = f"{ring.mark}联络人"
    it.party.save()
    it.attachment = AgreementAttachment(
        version=it.filed, name=f"{ring.mark}扫描件", uploaded_by=ring.people[Role.BUREAU_OFFICER]
    )
    it.attachment.file.save("scan.pdf", ContentFile(PDF), save=True)
    it.agreement = build.confirm_and_file(it.agreement)
    it.amendment = agreement_amend(
        agreement=it.agreement, reason=f"{ring.mark}变更", by=ring.people[Role.BUREAU_OFFICER]
    )
    it.pending = _draft(ring, it, "CAO")
    it.draft = build.open_version(it.pending)
    half, ready = _draft(ring, it, "BAN"), _draft(ring, it, "DAI")
    sender, recipient = (
        ring.people[role] for role in (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
    )
    it.half = version_confirm(version=build.open_version(half), by=sender)
    it.ready = version_confirm(version=build.open_version(ready), by=sender)
    it.ready = version_confirm(version=it.ready, by=recipient)
    # in force and with nothing under way, so that it can be amended and renewed
    it.calm = build.confirm_and_file(_draft(ring, it, "JING"))


def _person(ring: Ring, of, number: int, **fields):
    return build.clinician(
        of,
        f"{ring.mark}医师{number}",
        staff_no=f"{ring.code}-{number}",
        department=f"{ring.mark}科",
        **fields,
    )


def _phone(ring: Ring, number: int) -> str:
    """Another one in each ring."""
    return f"139{sum(map(ord, ring.mark)):07d}{number}"


def _people(ring: Ring, it) -> None:
    it.doctor = _person(ring, it.hospital, 1, user=ring.people[Role.CLINICIAN])
    it.colleague, it.idle = _person(ring, it.hospital, 2), _person(ring, it.hospital, 3)
    it.trainee, it.local = _person(ring, it.clinic, 4), _person(ring, it.clinic, 5)
    it.doctor_identity = identity_save(clinician=it.doctor, phone=_phone(ring, 1))
    it.local_identity = identity_save(clinician=it.local, phone=_phone(ring, 2))
    departed = ring.on(3, 1)
    it.batch = build.batch(it.agreement, departed=departed, code=f"{ring.code}-PC", task=f"{ring.mark}任务")
    it.empty_batch = build.batch(it.agreement, departed=departed, code=f"{ring.code}-PC2")
    days = {"start": departed, "end": ring.on(8, 31), "within": it.batch}
    it.posting = build.posting(it.agreement, it.doctor, department=f"{ring.mark}内科", **days)
    it.planned = build.posting(it.agreement, it.colleague, arrived=False, **days)
    past = {"start": ring.on(3, 1), "end": ring.on(4, 30), "within": it.batch}
    it.former_doctor = _person(ring, it.hospital, 6)
    it.ended = build.posting(it.agreement, it.former_doctor, ended=True, **past)


def _rotation(ring: Ring, it) -> None:
    """A plan at each step, a request at each outcome, an active rule and one that waits."""
    mark = ring.mark
    it.rule = build.stay_rule(it.programme, basis=f"{mark}依据", quoted=f"{mark}原文")
    it.rule_idle = build.stay_rule(it.programme, minimum=3, active=False, basis=f"{mark}旧依据")
    days = {"start_on": ring.on(9, 1), "end_on": ring.on(11, 30)}
    for number, step in enumerate(("draft", "submitted", "accepted"), start=11):
        plan = build.plan(
            it.agreement,
            {"clinician": _person(ring, it.hospital, number), "note": f"{mark}备注", **days},
            upto=step,
            code=f"{ring.code}-JH-{step}",
            task=f"{mark}轮换",
            explanation=f"{mark}说明",
            departed_on=days["start_on"],
        )
        setattr(it, f"plan_{step}", plan)
        setattr(it, f"line_{step}", plan.lines.get())
        setattr(it, f"next_{step}", plan.lines.get().clinician)
    it.next_posting = it.plan_submitted.postings.get()
    it.accepted_posting = it.plan_accepted.postings.get()
    it.acceptance = it.plan_accepted.acceptances.get()
    officer, sender = (ring.people[role] for role in (Role.BUREAU_OFFICER, Role.HOSPITAL_COORDINATOR))
    it.asked_doctor = _person(ring, it.hospital, 14)
    it.asked_posting = build.posting(
        it.agreement, it.asked_doctor, ring.on(3, 1), ring.on(8, 31), within=it.batch
    )
    it.change = build.change_request(it.asked_posting, ring.on(10, 31), f"{mark}原因", sender)
    refused = build.change_request(it.posting, ring.on(10, 31), f"{mark}因由", sender)
    it.change_refused = posting_change_refuse(change=refused, by=officer, note=f"{mark}不同意")


def _records(ring: Ring, it) -> None:
    """Each kind of two-sided record in each of its states."""
    on = ring.on(4, 10)
    clinician = ring.people[Role.CLINICIAN]
    for number, (name, how) in enumerate(
        {
            "activity": {"participants": [it.doctor]},
            "activity_submitted": {"status": "submitted"},
            "activity_returned": {"status": "returned"},
            "activity_draft": {"status": "draft"},
            "activity_own": {"status": "draft", "by": clinician, "participants": [it.doctor]},
            "activity_bureau": {"status": "draft", "by": ring.people[Role.BUREAU_OFFICER]},
            "activity_theirs": {"status": "submitted", "by_sender": False},
            "activity_old": {},
        }.items()
    ):
        day = on + timedelta(number)  # on one day they would be held to be the same
        made = build.activity(it.agreement, on=day, topic=f"{ring.mark}讲座{number}", place=ring.mark, **how)
        setattr(it, name, made)
    Activity.objects.filter(pk=it.activity_old.pk).update(status=RecordStatus.SUPERSEDED)
    it.technique = build.activity(
        it.agreement,
        "technique",
        on,
        measures={"techniques": 1},
        participants=[it.doctor],
        outcomes=[Outcome("technique", f"{ring.mark}新技术", it.doctor)],
        topic=f"{ring.mark}技术",
    )
    study = {"start": ring.on(3, 1), "end": ring.on(5, 31), "department": f"{ring.mark}进修科"}
    it.study = build.study(it.agreement, it.trainee, **study)
    later = study | {"start": ring.on(6, 1), "end": ring.on(8, 31)}
    it.study_draft = build.study(it.agreement, it.trainee, status="draft", **later)
    last = study | {"start": ring.on(9, 1), "end": ring.on(10, 31)}
    it.study_submitted = build.study(it.agreement, it.trainee, status="submitted", **last)
    given = ring.on(5, 1)
    it.donation = build.donation(
        it.agreement, "goods", None, given, items=[(f"{ring.mark}床", 2, "张")], title=f"{ring.mark}捐物"
    )
    it.donation_draft = build.donation(
        it.agreement, on=given, status="draft", title=f"{ring.mark}捐款", amount=100
    )
    it.donation_submitted = build.donation(
        it.agreement, on=given, status="submitted", title=f"{ring.mark}捐款二", amount=200
    )
    officer = ring.people[Role.BUREAU_OFFICER]
    it.outcome = build.outcome_value(
        it.clinic, 100, ring.year, confirmed_by=officer, source=f"{ring.mark}来源"
    )
    it.outcome_submitted = build.outcome_value(it.clinic, 90, ring.year - 1, status="submitted")


def _promotion(ring: Ring, it) -> None:
    """Rules are public and carry no mark. The policy has ended: two rings share a county, and what its
    bureau applies would concern the people of both."""
    officer = ring.people[Role.BUREAU_OFFICER]
    it.national = PromotionRule.objects.get(code="national")
    it.spare_promotion_rule = build.promotion_rule(like="hunan-2016", by=officer)
    it.policy = build.promotion_policy(
        it.bureau, "zhejiang", date(2020, 1, 1), effective_to=date(2020, 12, 31), remote_places=[it.clinic]
    )
    it.facts = build.promotion_facts(it.doctor, source=f"{ring.mark}档案")
    it.candidate, it.other_candidate = build.candidate(it.doctor), build.candidate(it.colleague)
    entry = {"place": f"{ring.mark}乡", "evidence": f"{ring.mark}证明", "confirmed_by": officer}
    it.recognised = build.recognised(
        it.doctor, date(2020, 1, 1), date(2020, 6, 30), evidence_file=ContentFile(PDF, "proof.pdf"), **entry
    )
    it.recognised_draft = build.recognised(
        it.doctor, date(2021, 1, 1), date(2021, 6, 30), status="draft", **entry
    )
    it.recognised_submitted = build.recognised(
        it.colleague, date(2022, 1, 1), date(2022, 6, 30), status="submitted", **entry
    )


def _inspections(ring: Ring, it) -> None:
    """One concluded, one being recorded, each with a photo; a rule in use and one put aside."""
    officer = ring.people[Role.BUREAU_OFFICER]
    texts = {"by": officer, "inspectors": f"{ring.mark}检查组", "note": f"{ring.mark}情况"}

    def photo(inspection) -> InspectionPhoto:
        file = SimpleUploadedFile("door.png", PNG)
        return photo_add(inspection=inspection, by=officer, file=file, caption=f"{ring.mark}大门")

    it.inspected = build.inspection(it.clinic, ring.on(5, 12), concluded=False, **texts)
    it.inspected.findings.exclude(posting=it.posting).delete()
    it.photo = photo(it.inspected)
    it.inspected = inspection_conclude(inspection=it.inspected, by=officer)
    it.recording = build.inspection(it.clinic, ring.on(4, 20), concluded=False, **texts)
    it.recording.findings.filter(posting=it.ended).delete()  # somebody who can still be added
    it.draft_photo = photo(it.recording)
    it.discipline = build.discipline_rule(it.programme, name=f"{ring.mark}规定", basis=f"{ring.mark}文件")
    it.spare_rule = build.discipline_rule(
        it.programme, name=f"{ring.mark}备用规定", basis=f"{ring.mark}文件", active=False
    )


def _mentorships(ring: Ring, it) -> None:
    """Each state of the record; the confirmed pair with everything that is written below it."""
    words = {"direction": f"{ring.mark}方向"}
    days = {
        "pair": ("confirmed", it.doctor, ring.on(1, 1), ring.on(3, 31)),
        "pair_draft": ("draft", it.colleague, ring.on(4, 1), ring.on(5, 31)),
        "pair_submitted": ("submitted", it.colleague, ring.on(6, 1), ring.on(7, 31)),
    }
    for name, (status, mentor, start, end) in days.items():
        made = build.mentorship(it.agreement, mentor, it.trainee, start, end, status=status, **words)
        setattr(it, name, made)
    by, text = ring.people[Role.HOSPITAL_COORDINATOR], f"{ring.mark}内容"
    plan_write(mentorship=it.pair, lines=[PlannedItem(text, "次", Decimal(4))], by=by)
    contact_write(mentorship=it.pair, month=ring.on(1, 1), number=3, note=text, by=by)
    deed_write(mentorship=it.pair, kind="plan", done_on=ring.on(2, 1), note=text, by=by)
    summary_write(mentorship=it.pair, year=ring.year, text=text, by=by)
    it.skill = technique_add(
        mentorship=it.pair, name=text, mastered_on=ring.on(2, 1), assessor=it.doctor, by=by
    )
    study_log_write(study=it.study, month=ring.on(3, 1), text=text, by=by)


def _disputes(ring: Ring, it) -> None:
    """One record of each kind in dispute between the two sides; an outcome figure not yet sent; a use."""
    by, text = ring.people[Role.RECIPIENT_COORDINATOR], f"{ring.mark}争议"
    on, sent = ring.on(4, 11), {"status": "submitted"}
    it.activity_disputed = build.activity(it.agreement, on=on, topic=f"{ring.mark}有争议", **sent)
    it.donation_disputed = build.donation(it.agreement, on=on, amount=300, title=f"{ring.mark}捐款三", **sent)
    days = {"start": ring.on(1, 1), "end": ring.on(2, 28)}
    it.study_disputed = build.study(it.agreement, it.trainee, **days, **sent)
    days = {"start": ring.on(12, 1), "end": ring.on(12, 31)}
    it.pair_disputed = build.mentorship(it.agreement, it.colleague, it.trainee, **days, **sent)
    for row in (it.activity_disputed, it.donation_disputed, it.study_disputed, it.pair_disputed):
        record_dispute(record=row, by=by, reason=text)
    it.outcome_draft = build.outcome_value(it.clinic, 80, ring.year - 2, status="draft")
    it.donation_use = donation_use_add(
        donation=it.donation, noted_on=ring.on(5, 2), text=f"{ring.mark}在用", by=by
    )


def _evidence(ring: Ring, it) -> None:
    """A photo of the hospital's draft, one of the doctor's own, one of a donation."""
    it.evidence = build.evidence(it.activity_draft, caption=f"{ring.mark}现场")
    it.evidence_own = build.evidence(it.activity_own, caption=f"{ring.mark}现场")
    it.donation_evidence = build.evidence(it.donation_draft, caption=f"{ring.mark}验收")


def _similar_texts(ring: Ring, it) -> None:
    """Mentor and apprentice hand in the same words; another text in each ring, or the rings would be alike."""
    words = {"own": HONEST[7], "other": HONEST[12], "stranger": HONEST[20]}[ring.name]
    sides = {
        "first": (Role.HOSPITAL_COORDINATOR, it.hospital),
        "second": (Role.RECIPIENT_COORDINATOR, it.clinic),
    }
    for name, (role, unit) in sides.items():
        summary_write(mentorship=it.pair, year=ring.year, text=f"{ring.mark}：{words}", by=ring.people[role])
        setattr(it, f"print_{name}", TextPrint.objects.get(unit=unit))
    it.similar = SimilarPair.objects.get(first=it.print_first)
    it.verdict = similarity_judge(
        pair=it.similar, result="copied", reason=f"{ring.mark}理由", by=ring.people[Role.BUREAU_OFFICER]
    )


def _judgements(ring: Ring, it) -> None:
    officer, leader = (ring.people[role] for role in (Role.BUREAU_OFFICER, Role.BUREAU_LEADER))
    tables = {row.subject: row for row in ScoreTemplate.objects.order_by("version")}
    it.scoring = assessment_open(cycle=it.cycle, template=tables["person"], by=officer, clinician=it.doctor)
    graded = {"final": ("hospital", it.hospital), "scored": ("recipient", it.clinic)}
    for name, (subject, unit) in graded.items():
        made = assessment_open(cycle=it.cycle, template=tables[subject], by=officer, organisation=unit)
        full = {item: Mark(item.weight, ring.mark) for item in tables[subject].items.all()}
        setattr(it, name, assessment_score(assessment=made, scores=full, by=officer))
    it.final = assessment_decide(assessment=it.final, by=leader, final_grade=it.final.computed_grade)


def _papers(ring: Ring, it) -> None:
    """One summary frozen with its file, three drafts (as rows: wording them would take seconds)."""
    coordinator, officer = (ring.people[role] for role in (Role.HOSPITAL_COORDINATOR, Role.BUREAU_OFFICER))
    common = {"cycle": Cycle.objects.get(pk=it.cycle.pk), "issued_on": ring.on(12, 31)}
    hospital = {"organisation": it.hospital, "edition": "hospital", "requested_by": coordinator, **common}
    it.summary = summary_freeze(summary=Summary.objects.create(**hospital), by=coordinator)
    summary_attach(summary=it.summary, name=store_atomically(summary_file_name(it.summary), PDF), pages=1)
    it.summary_draft = Summary.objects.create(version=2, reason=f"{ring.mark}更正", **hospital)
    it.clinic_summary = Summary.objects.create(organisation=it.clinic, edition="clinic", **common)
    it.bureau_summary = Summary.objects.create(organisation=it.bureau, edition="bureau", **common)
    for name, requester in (("job", coordinator), ("bureau_job", officer)):
        made = Job.objects.create(
            kind="reports.render_summary",
            unique_key=f"{ring.code}-{name}",
            label=f"{ring.mark}总结",
            requester=requester,
            payload={"summary": it.summary.pk},
            state=Job.State.FAILED,
            error=f"{ring.mark}原因",
        )
        setattr(it, name, made)


def _certificates(ring: Ring, it) -> None:
    """One issued with its file, one asked for. What the public page shows carries no mark of the ring."""
    it.served = build.posting(
        it.agreement, it.doctor, ring.on(10, 1), ring.on(10, 31), within=it.batch, ended=True
    )
    (it.sheet_served,) = build.proved(it.served)
    it.row_served = it.sheet_served.rows.get()
    series = {"bureau": it.bureau, "year": timezone.localdate().year}
    CertificateSeries.objects.create(kind="certificate", prefix=f"证{ring.name}", **series)
    it.spare_series = CertificateSeries.objects.create(kind="appraisal", prefix=f"{ring.mark}鉴", **series)
    made = build.certificate(it.served)
    name = store_atomically(certificate_file_name(made), certificate_pdf(ring))
    sha256 = hashlib.sha256(certificate_pdf(ring)).hexdigest()
    certificate_attach(certificate=made, name=name, sha256=sha256, pages=1)
    it.certificate, it.series, it.certificate_job = made, made.series, made.job
    it.certificate_asked = build.certificate(it.served, kind="appraisal", status="requested")


def _exports(ring: Ring, it) -> None:
    """A sheet of a list that a worker made for the coordinator."""
    it.export_job = Job.objects.create(
        kind="core.list_export",
        unique_key=f"{ring.code}-sheet",
        label=f"{ring.mark}导出",
        requester=ring.people[Role.HOSPITAL_COORDINATOR],
        payload={"listing": "activity-list", "query": ""},
        state=Job.State.DONE,
    )
    it.export_job.result_file = store_atomically(f"jobs/{it.export_job.pk}/sheet.xlsx", b"PK")
    it.export_job.save()


def _reminders(ring: Ring, it) -> None:
    """Rules, the deadline of one pair beside that of all, and one notice each for some."""
    it.deadline_rule = deadline_rule(
        it.bureau, "cycle_end", name=f"{ring.mark}时限", basis=f"{ring.mark}文件"
    )
    it.spare_deadline_rule = deadline_rule(it.bureau, "cycle_start", name=f"{ring.mark}备用时限", kind="plan")
    it.deadline_of_pair = CycleDeadline.objects.create(
        cycle=it.cycle,
        kind="arrival",
        period=it.agreement.number,
        agreement=it.agreement,
        due_on=ring.on(8, 1),
        note=f"{ring.mark}单独约定",
    )
    for role in (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR, Role.CLINICIAN, Role.BUREAU_OFFICER):
        made = Notice.objects.create(
            user=ring.people[role],
            kind="plan",
            text=f"{ring.mark}通知",
            url="/todo/",
            key=f"{ring.code}-{role}",
        )
        setattr(it, f"notice_{role.value}", made)
    it.digest = DigestSent.objects.create(
        user=ring.people[Role.HOSPITAL_COORDINATOR],
        day=ring.on(3, 2),
        state="failed",
        reason=f"{ring.mark}原因",
        finished_at=timezone.now(),
    )


def certificate_pdf(ring: Ring) -> bytes:
    return PDF + f"% {ring.name}\n".encode()


def _attendance(ring: Ring, it) -> None:
    """A locked month and one being filled in, a correction and leave that wait, one approved."""
    keeper, account = (ring.people[role] for role in (Role.RECIPIENT_COORDINATOR, Role.CLINICIAN))
    it.calendar_day, _ = CalendarDay.objects.get_or_create(
        day=ring.on(12, 25), defaults={"is_working": True, "name": "照常上班"}
    )
    it.leave_policy = LeavePolicy.objects.create(
        programme=it.programme, up_to_days=2, levels=["recipient"], basis=f"{ring.mark}请假规定"
    )
    it.sheet = build.month_sheet(it.clinic, ring.on(3, 1), by=keeper)
    it.sheet_open = build.month_sheet(it.clinic, ring.on(4, 1), by=keeper, locked=False)
    it.row, it.row_open = (sheet.rows.get(posting=it.posting) for sheet in (it.sheet, it.sheet_open))
    it.correction = correction_request(
        sheet=it.sheet,
        posting=it.posting,
        cells=[Cell(it.posting.pk, ring.on(3, 12), "am", "A")],
        reason=f"{ring.mark}更正",
        by=keeper,
    )
    asked = {"by": account, "reason": f"{ring.mark}事由", "approved": False}
    it.leave = build.leave(it.posting, ring.on(5, 6), **asked)
    it.leave_long = build.leave(it.posting, ring.on(6, 1), ring.on(6, 10), **asked)
    it.leave_approved = build.leave(it.posting, ring.on(7, 6), **asked | {"approved": True})


def _entries(ring: Ring, it) -> None:
    """What two people are typing, a template of the hospital, and what a free clinic found."""
    sender, doctor = ring.people[Role.HOSPITAL_COORDINATOR], ring.people[Role.CLINICIAN]
    texts = {"topic": [f"{ring.mark}半句"]}
    it.entry_draft, it.doctor_draft = build.entry_draft(sender, texts), build.entry_draft(doctor, texts)
    it.entry_template = build.activity_template(sender, f"{ring.mark}模板", texts)
    ActivityFinding.objects.create(activity=it.activity_own, disease=f"{ring.mark}病", patients=2)


def _returns(ring: Ring, it) -> None:
    """March as every level reported it; a deadline of the bureau's own."""
    keeper, officer = (ring.people[role] for role in (Role.RECIPIENT_COORDINATOR, Role.BUREAU_OFFICER))
    march, remark = ring.on(3, 1), f"{ring.mark}备注"
    it.person_return = build.monthly_return(
        "person", it.clinic, march, clinician=it.doctor, by=ring.people[Role.CLINICIAN], remark=remark
    )
    it.clinic_return = build.monthly_return("clinic", it.clinic, march, by=keeper, remark=remark)
    it.hospital_return = build.monthly_return(
        "hospital", it.hospital, march, by=ring.people[Role.HOSPITAL_COORDINATOR], remark=remark
    )
    it.bureau_return = build.monthly_return("bureau", it.bureau, march, by=officer, remark=remark)
    it.return_rule = ReturnRule.objects.create(
        bureau=it.bureau, level="clinic", due_day=6, from_month=ring.on(1, 1), basis=f"{ring.mark}文件"
    )
