"""Unannounced inspections: recorded on site, concluded once, revoked only by the bureau's leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.photos import read_photo
from core.services.audit import audit_record
from staffing.models import Inspection, InspectionFinding, InspectionPhoto, Posting
from staffing.selectors.inspections import people_expected, postings_covering

PHOTOS_AT_MOST = 20


@dataclass(frozen=True)
class Found:
    """What was found about one posted person; an empty result is not yet found out."""

    posting: Posting
    result: str = ""
    note: str = ""


@transaction.atomic
def inspection_record(
    *, recipient: Organisation, inspected_on: date, half: str, inspectors: str, by: User, note: str = ""
) -> Inspection:
    """A draft with everybody to be met that half-day; leave on the books is already suggested."""
    problems = Problems()
    if not by.has_role(Role.BUREAU_OFFICER):
        problems.add("只有主管部门的经办人员可以登记抽查。")
    elif not Organisation.objects.owned_by(by).filter(pk=recipient.pk).exists():
        problems.add(f"{recipient.display_name}不在您的管理范围内。", field="recipient")
    if inspected_on > timezone.localdate():
        problems.add(
            f"检查日期 {inspected_on:%Y-%m-%d} 在今天之后，只能登记已经进行的抽查。", field="inspected_on"
        )
    if not inspectors.strip():
        problems.add("请写明检查人员。", field="inspectors")
    problems.raise_if_any()
    inspection = Inspection(
        bureau=by.organisation,
        recipient=recipient,
        inspected_on=inspected_on,
        half=half,
        inspectors=inspectors.strip(),
        note=note.strip(),
        recorded_by=by,
    )
    checked(inspection)
    inspection.save()
    InspectionFinding.objects.bulk_create(
        InspectionFinding(
            inspection=inspection, posting=entry.posting, result=entry.suggested, note=entry.note[:200]
        )
        for entry in people_expected(recipient=recipient, day=inspected_on, half=half)
    )
    return inspection


def _draft(inspection: Inspection, by: User) -> Inspection:
    """The locked row, still being recorded by the officer's own bureau."""
    current = (
        Inspection.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=inspection.pk)
    )
    if not by.has_role(Role.BUREAU_OFFICER) or current.bureau_id != by.organisation_id:
        raise RuleBroken("只有登记抽查的主管部门的经办人员可以修改。")
    if not current.is_draft:
        raise RuleBroken(f"抽查{current.get_status_display()}，不能再改。")
    return current


@transaction.atomic
def inspection_change(
    *, inspection: Inspection, by: User, inspectors: str, note: str, findings: Sequence[Found]
) -> Inspection:
    """Rewrite a draft: ``findings`` are all people checked, whoever is missing is taken out."""
    current = _draft(inspection, by)
    problems = Problems()
    if not inspectors.strip():
        problems.add("请写明检查人员。", field="inspectors")
    covering = set(
        postings_covering(recipient=current.recipient, day=current.inspected_on).values_list("pk", flat=True)
    )
    named = set()
    for found in findings:
        name = found.posting.clinician.name
        if found.posting.pk in named:
            problems.add(f"{name}重复了。")
        named.add(found.posting.pk)
        if found.posting.pk not in covering:
            problems.add(
                f"{name}在 {current.inspected_on:%Y-%m-%d} 没有派驻在{current.recipient.display_name}，不能列入。"
            )
        if found.result and found.result not in InspectionFinding.Result.values:
            problems.add(f"{name}的结果“{found.result}”不认识。")
    problems.raise_if_any()
    current.inspectors, current.note = inspectors.strip(), note.strip()
    checked(current)
    current.save(update_fields=["inspectors", "note"])
    kept = {row.posting_id: row for row in current.findings.all()}
    current.findings.exclude(posting__in=named).delete()
    for found in findings:
        row = kept.get(found.posting.pk) or InspectionFinding(inspection=current, posting=found.posting)
        if row.pk is None or (row.result, row.note) != (found.result, found.note.strip()):
            row.result, row.note = found.result, found.note.strip()
            checked(row, constraints=False)
            row.save()
    return current


@transaction.atomic
def inspection_conclude(*, inspection: Inspection, by: User) -> Inspection:
    """From here on the findings count and are shown to those concerned. All problems at once."""
    current = _draft(inspection, by)
    problems = Problems()
    rows = list(current.findings.select_related("posting__clinician"))
    if not rows:
        problems.add("还没有列入任何人员，至少核对一人才能办结。")
    covering = set(
        postings_covering(recipient=current.recipient, day=current.inspected_on).values_list("pk", flat=True)
    )
    for row in rows:
        name = row.posting.clinician.name
        if not row.result:
            problems.add(f"{name}还没有核对结果。")
        if row.posting_id not in covering:
            problems.add(
                f"{name}在 {current.inspected_on:%Y-%m-%d} 已不在{current.recipient.display_name}派驻，请移出。"
            )
        if row.result == InspectionFinding.Result.IRREGULAR and not row.note:
            problems.add(f"{name}请假手续不规范，请写明哪里不规范。")
    problems.raise_if_any()
    current.status, current.concluded_by = Inspection.Status.CONCLUDED, by
    current.concluded_at = timezone.now()
    current.save(update_fields=["status", "concluded_by", "concluded_at"])
    off_post = sum(row.is_off_post for row in rows)
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=current,
        note=f"办结抽查：核对 {len(rows)} 人，脱岗 {off_post} 人",
    )
    return current


@transaction.atomic
def inspection_revoke(*, inspection: Inspection, by: User, reason: str) -> Inspection:
    """A concluded inspection that was wrong no longer counts; it stays visible with the reason."""
    current = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
    problems = Problems()
    if not by.has_role(Role.BUREAU_LEADER) or current.bureau_id != by.organisation_id:
        problems.add("只有登记抽查的主管部门的领导可以撤销。")
    elif by.pk == current.concluded_by_id:
        problems.add("办结人不能撤销自己办结的抽查。")
    if current.status != Inspection.Status.CONCLUDED:
        problems.add(f"抽查现在是“{current.get_status_display()}”，只有已办结的可以撤销。")
    if not reason.strip():
        problems.add("请写明撤销原因，当事人会看到。", field="reason")
    problems.raise_if_any()
    current.status, current.revoked_by = Inspection.Status.REVOKED, by
    current.revoked_at, current.revoke_reason = timezone.now(), reason.strip()[:300]
    current.save(update_fields=["status", "revoked_by", "revoked_at", "revoke_reason"])
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=current, note=f"撤销抽查：{current.revoke_reason}"
    )
    return current


@transaction.atomic
def inspection_delete(*, inspection: Inspection, by: User) -> None:
    """Throw a draft away, its photos with it."""
    current = _draft(inspection, by)
    for photo in current.photos.all():
        _remove_file(photo)
    current.delete()


@transaction.atomic
def photo_add(*, inspection: Inspection, by: User, file: File, caption: str = "") -> InspectionPhoto:
    """A JPEG or PNG, recognised by its content; what is kept is drawn anew, without place data."""
    current = _draft(inspection, by)
    problems = Problems()
    try:
        picture = read_photo(file)
    except ValidationError as error:
        problems.add(error.messages[0], field="file")
    if current.photos.count() >= PHOTOS_AT_MOST:
        problems.add(f"一次抽查最多 {PHOTOS_AT_MOST} 张照片。", field="file")
    problems.raise_if_any()
    kept = ContentFile(picture.content, name=f"photo{picture.suffix}")
    photo = InspectionPhoto(inspection=current, file=kept, caption=caption.strip(), uploaded_by=by)
    checked(photo)
    photo.save()
    return photo


@transaction.atomic
def photo_remove(*, photo: InspectionPhoto, by: User) -> None:
    """While the inspection is being recorded."""
    _draft(photo.inspection, by)
    _remove_file(photo)
    photo.delete()


def _remove_file(photo: InspectionPhoto) -> None:
    """Once the row is really gone: a rolled-back removal keeps its file."""
    storage, name = photo.file.storage, photo.file.name
    transaction.on_commit(lambda: storage.delete(name))
