"""Evidence files: sent one by one, also before their record exists, changed and removed while it is open.

A file is written first and its row second; when the row fails the file goes away again, and what a crash
leaves between the two is found by the sweeper.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from core.errors import RuleBroken
from core.id_numbers import mask_id_number
from core.papers import is_paper, read_paper
from core.personal_text import id_numbers_in
from core.photos import Photo, read_photo, turned
from support.evidence_kinds import EvidenceKind, all_kinds, kind_of
from support.models.confirmation import TwoSidedRecord
from support.models.evidence import EvidenceFile
from support.selectors.rights import may_enter
from support.services.evidence_files import delete_later, names_of

MEGABYTE = 1024 * 1024
MOST_FILES = 30
MOST_BYTES = 150 * MEGABYTE
MOST_WAITING = 150  # files of one person that no record has taken over
KEPT = timedelta(days=7)
FOLDER = "evidence"


@dataclass(frozen=True)
class Kept:
    """What is written to disk: the bytes, and for a picture the small one beside it."""

    content: bytes
    suffix: str
    kind: str
    thumbnail: bytes = b""
    width: int | None = None
    height: int | None = None


def evidence_attach(*, record: models.Model, entry_key: uuid.UUID, by: User) -> int:
    """Files sent under the form's key by this person become the record's; how many."""
    relation = record._meta.get_field("evidence")
    files = relation.related_model.objects.filter(entry_key=entry_key, uploaded_by=by)
    return files.filter(**{relation.field.name: None}).update(**{relation.field.name: record})


def key_of_content(entry_key: uuid.UUID, file: File) -> uuid.UUID:
    """An upload key for a browser that makes none: the same file under the same form has the same."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return uuid.uuid5(entry_key, digest.hexdigest())


def evidence_add(
    *,
    of: EvidenceKind,
    upload_key: uuid.UUID,
    entry_key: uuid.UUID,
    file: File,
    by: User,
    kind: str = EvidenceFile.Kind.PHOTO,
    caption: str = "",
    record: TwoSidedRecord | None = None,
) -> EvidenceFile:
    """One file for a record, or for the form that will become one. RuleBroken says why it is refused.

    ``upload_key`` is made by the browser for this one file: sent again it gives the first file and writes
    nothing (a file that still waits follows its form, should that have been opened anew). Without
    ``record`` the record that was saved under ``entry_key`` takes the file, if there is one already.
    """
    known = _first(of, upload_key, entry_key, by)
    if known is not None:
        return known
    _editable(of, _record(of, record, entry_key, by), by)
    kept = _read(file, kind)
    with transaction.atomic():
        # a person's uploads and the saving of the form queue here: none slips between form and record
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        known = _first(of, upload_key, entry_key, by)
        if known is not None:
            return known
        record = _record(of, record, entry_key, by)
        if record is not None:
            record = _editable(of, _locked(record), by)
        _check_limits(of, record, entry_key, by, len(kept.content))
        made = of.model(
            kind=kept.kind,
            upload_key=upload_key,
            entry_key=entry_key,
            caption=_caption(caption),
            uploaded_by=by,
            uploaded_for=by.organisation,
            **{of.relation.name: record},
        )
        with _files_of(made, kept):
            made.save(force_insert=True)
    return made


def evidence_change(
    *, evidence: EvidenceFile, by: User, caption: str | None = None, kind: str | None = None
) -> EvidenceFile:
    """Another caption or kind, while the record is open. A PDF is never called a photo."""
    with transaction.atomic():
        current = _open_row(evidence, by)
        if caption is not None:
            current.caption = _caption(caption)
        if kind is not None:
            _known(kind)
            if kind == EvidenceFile.Kind.PHOTO and not current.thumbnail:
                raise RuleBroken({"kind": "PDF 文件不是照片，请选“签到表”或“其他材料”。"})
            current.kind = kind
        current.save(update_fields=["caption", "kind"])
    return current


def evidence_rotate(*, evidence: EvidenceFile, by: User) -> EvidenceFile:
    """A quarter turn clockwise, under a new name so that no browser shows the old picture."""
    with transaction.atomic():
        current = _open_row(evidence, by)
        if not current.thumbnail:
            raise RuleBroken("PDF 文件不能旋转。")
        old = names_of(current)
        with current.file.open("rb") as file:
            photo = turned(file.read())
        with _files_of(current, _of_photo(photo, current.kind)):
            current.save()
        delete_later(current.file.storage, old)
    return current


def evidence_remove(*, evidence: EvidenceFile, by: User) -> None:
    """Row and files, while the record is open or has not been saved yet."""
    with transaction.atomic():
        current = _open_row(evidence, by)
        delete_later(current.file.storage, names_of(current))
        current.delete()


def evidence_sweep(*, older_than: timedelta = KEPT) -> int:
    """Files that no record took over, with their rows, and files without a row; how many files went."""
    before, gone = timezone.now() - older_than, 0
    for of in all_kinds():
        waiting = of.model.objects.filter(**{of.relation.name: None}, uploaded_at__lt=before)
        for pk in list(waiting.values_list("pk", flat=True)):
            with transaction.atomic():
                row = waiting.select_for_update(of=("self",)).filter(pk=pk).first()
                if row is not None:
                    names = names_of(row)
                    delete_later(row.file.storage, names)
                    row.delete()
                    gone += len(names)
    return gone + _sweep_folder(before)


def _sweep_folder(before) -> int:
    """What a crash left between writing a file and writing its row."""
    if not default_storage.exists(FOLDER):
        return 0
    old = [
        name
        for name in (f"{FOLDER}/{found}" for found in default_storage.listdir(FOLDER)[1])
        if default_storage.get_modified_time(name) < before
    ]
    gone = 0
    for start in range(0, len(old), 500):
        batch = old[start : start + 500]
        known: set[str] = set()
        for of in all_kinds():
            for field in ("file", "thumbnail"):
                known |= set(of.model.objects.filter(**{f"{field}__in": batch}).values_list(field, flat=True))
        for name in set(batch) - known:
            default_storage.delete(name)
            gone += 1
    return gone


def _first(of: EvidenceKind, upload_key, entry_key, by: User) -> EvidenceFile | None:
    """What was sent under this key before; somebody else's key is nobody's business."""
    known = of.model.objects.filter(upload_key=upload_key).select_related(of.relation.name).first()
    if known is None:
        return None
    if known.uploaded_by_id != by.pk:
        raise RuleBroken("这个文件的上传凭据已被使用，请重新选择文件。")
    if of.record_of(known) is None and known.entry_key != entry_key:
        of.model.objects.filter(pk=known.pk, **{of.relation.name: None}).update(entry_key=entry_key)
        known.entry_key = entry_key
    return known


def _record(of: EvidenceKind, record, entry_key, by: User) -> TwoSidedRecord | None:
    """The record that was named, or the one that this person's form has become meanwhile."""
    if record is not None or not any(field.name == "client_key" for field in of.record_model._meta.fields):
        return record
    return of.record_model.objects.filter(client_key=entry_key, entered_by=by).first()


def _locked(record: TwoSidedRecord) -> TwoSidedRecord:
    return type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)


def may_change(of: EvidenceKind, record: TwoSidedRecord | None, by: User) -> bool:
    """Who entered the record, or a coordinator of that side; before there is one, whoever may enter one."""
    if record is None:
        return by.has_perm(of.enter)
    return may_enter(record=record, by=by, permission=of.enter)


def _editable(of: EvidenceKind, record: TwoSidedRecord | None, by: User) -> TwoSidedRecord | None:
    if not may_change(of, record, by):
        raise RuleBroken("只有填报人或填报单位的联络员可以增减佐证材料。")
    if record is not None and not record.is_editable:
        raise RuleBroken(f"记录现在是“{record.get_status_display()}”，不能再增减佐证材料。")
    return record


def _open_row(evidence: EvidenceFile, by: User) -> EvidenceFile:
    """The row, locked after its record: whoever saves or submits that record takes the same order."""
    of = kind_of(evidence)
    record = of.record_of(type(evidence).objects.select_related(of.relation.name).get(pk=evidence.pk))
    if record is not None:
        record = _locked(record)
    elif evidence.uploaded_by_id != by.pk:
        raise RuleBroken("只有上传人可以更改这个文件。")
    _editable(of, record, by)
    return type(evidence).objects.select_for_update(of=("self",)).get(pk=evidence.pk)


def _check_limits(of: EvidenceKind, record, entry_key, by: User, size: int) -> None:
    waiting = of.model.objects.filter(uploaded_by=by, **{of.relation.name: None})
    if record is None:
        if waiting.count() >= MOST_WAITING:
            raise RuleBroken(
                f"您有 {MOST_WAITING} 个文件还没有用到任何记录里，请先保存记录，或删去不要的文件。"
            )
        beside: QuerySet = waiting.filter(entry_key=entry_key)
    else:
        beside = of.model.objects.filter(**{of.relation.name: record})
    found = beside.aggregate(bytes=Sum("size"), files=models.Count("pk"))
    if found["files"] >= MOST_FILES:
        raise RuleBroken(f"一条记录最多 {MOST_FILES} 个文件，已经有 {found['files']} 个。")
    if (found["bytes"] or 0) + size > MOST_BYTES:
        raise RuleBroken(
            f"一条记录的文件合计不能超过 {MOST_BYTES // MEGABYTE} MB，"
            f"加上这个文件是 {((found['bytes'] or 0) + size) / MEGABYTE:.1f} MB。"
        )


def _caption(text: str) -> str:
    """One printable line without an identity number: no control characters and nothing that turns the
    direction of writing.
    """
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:100]
    if numbers := id_numbers_in(plain):
        raise RuleBroken(
            {"caption": f"说明中有身份证号（{mask_id_number(numbers[0])}）。请删去个人信息后再保存。"}
        )
    return plain


def _known(kind: str) -> None:
    if kind not in EvidenceFile.Kind.values:
        raise RuleBroken({"kind": "请选择材料的种类。"})


def _read(file: File, kind: str) -> Kept:
    """The content as it will be kept; what it is decides itself by what is in it."""
    _known(kind)
    if not file.size:
        raise RuleBroken("文件是空的，请重新选择。")
    if is_paper(file):
        named = EvidenceFile.Kind.PAPER if kind == EvidenceFile.Kind.PHOTO else kind
        return Kept(read_paper(file), ".pdf", named)
    return _of_photo(read_photo(file), kind)


def _of_photo(photo: Photo, kind: str) -> Kept:
    return Kept(photo.content, photo.suffix, kind, photo.thumbnail, photo.width, photo.height)


@contextmanager
def _files_of(row: EvidenceFile, kept: Kept) -> Iterator[None]:
    """Puts the files into the storage and their facts into the row; whatever fails, they go away again."""
    written: list[str] = []
    storage = row.file.storage
    row.size, row.digest = len(kept.content), hashlib.sha256(kept.content).hexdigest()
    row.width, row.height = kept.width, kept.height
    try:
        row.file.save(f"file{PurePath(kept.suffix)}", ContentFile(kept.content), save=False)
        written.append(row.file.name)
        if kept.thumbnail:
            row.thumbnail.save("thumbnail.jpg", ContentFile(kept.thumbnail), save=False)
            written.append(row.thumbnail.name)
        with transaction.atomic():
            yield
    except BaseException:
        for name in written:
            storage.delete(name)
        raise
