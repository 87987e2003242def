"""Evidence files: one row and its files for each file sent, whatever happens on the way."""

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Role
from core.tests.together import split, together
from support.evidence_kinds import kind_called
from support.models import DonationEvidence
from support.services import evidence as services
from support.services.evidence_files import names_of
from support.services.records import record_delete, record_submit
from testing import builders as build
from testing.files import PDF, jpeg, png

DONATION = kind_called("donation")


def on_disk() -> set[str]:
    folder = Path(default_storage.path("evidence"))
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def named(rows) -> set[str]:
    return {Path(name).name for row in rows for name in names_of(row)}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def agreement(db):
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def donation(agreement):
    return build.donation(agreement, status="draft")


def send(by, content=None, *, record=None, name="a.png", **fields):
    return services.evidence_add(
        of=DONATION,
        upload_key=fields.pop("upload_key", None) or uuid.uuid4(),
        entry_key=fields.pop("entry_key", None) or uuid.uuid4(),
        file=SimpleUploadedFile(name, png() if content is None else content),
        by=by,
        record=record,
        **fields,
    )


def refusal(*args, **kwargs) -> str:
    """The sentence; nothing was written, neither row nor file."""
    rows, files = DonationEvidence.objects.count(), on_disk()
    with pytest.raises(ValidationError) as caught:
        send(*args, **kwargs)
    assert (DonationEvidence.objects.count(), on_disk()) == (rows, files)
    return "".join(caught.value.messages)


def test_a_photo_is_kept_upright_with_its_thumbnail_and_facts(donation):
    exif = Image.Exif()
    exif[0x0112] = 6
    made = send(
        donation.entered_by, jpeg((80, 40), exif=exif), record=donation, caption=" 验收\u202e现场\x00 "
    )
    assert (made.width, made.height) == (40, 80)
    assert made.size == len(default_storage.open(made.file.name).read())
    assert made.caption == "验收 现场" and made.uploaded_for == donation.entered_for
    assert on_disk() == named([made]) and len(on_disk()) == 2
    assert made.file.name.endswith(".jpg") and "a.png" not in made.file.name


def test_a_pdf_is_a_paper_and_never_a_photo(donation):
    by = donation.entered_by
    made = send(by, PDF, record=donation, name="验收单.pdf")
    assert (made.kind, made.thumbnail.name) == ("paper", "")
    sheet = send(by, PDF, record=donation, name="签到.pdf", kind="sheet")
    assert sheet.kind == "sheet"
    with pytest.raises(ValidationError, match="不是照片"):
        services.evidence_change(evidence=made, by=by, kind="photo")
    with pytest.raises(ValidationError, match="不能旋转"):
        services.evidence_rotate(evidence=made, by=by)


def test_the_same_key_again_gives_the_first_file_and_writes_nothing(donation):
    key = uuid.uuid4()
    first = send(donation.entered_by, record=donation, upload_key=key)
    files = on_disk()
    again = send(donation.entered_by, jpeg(), record=donation, upload_key=key, caption="别的")
    assert (again.pk, again.digest, again.caption) == (first.pk, first.digest, "")
    assert on_disk() == files


def test_somebody_elses_key_is_refused(donation):
    key = uuid.uuid4()
    send(donation.entered_by, upload_key=key)
    stranger = build.coordinator(build.organisation("hospital"))
    assert "凭据已被使用" in refusal(stranger, upload_key=key)


def test_a_file_that_waits_follows_its_form_and_then_its_record(agreement):
    by, key, old, new = build.side(agreement, True), uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    send(by, upload_key=key, entry_key=old)
    send(by, upload_key=key, entry_key=new)
    send(by, entry_key=new)
    send(build.coordinator(build.organisation("hospital")), entry_key=new)
    made = build.donation(agreement, status="draft")
    assert services.evidence_attach(record=made, entry_key=new, by=by) == 2
    assert made.evidence.filter(uploaded_by=by).count() == 2 == made.evidence.count()


def test_who_may_add_change_and_remove(donation):
    colleague = build.user(Role.HOSPITAL_COORDINATOR, donation.entered_for)
    made = send(colleague, record=donation)
    other_side = build.side(donation.agreement, False)
    officer = build.officer(donation.agreement.cycle.programme.bureau)
    leader = build.user(Role.HOSPITAL_LEADER, donation.entered_for)
    for person in (other_side, officer, leader):
        assert "只有填报人" in refusal(person, record=donation)
        for verb in (services.evidence_remove, services.evidence_change, services.evidence_rotate):
            with pytest.raises(ValidationError):
                verb(evidence=made, by=person)
    waiting = send(donation.entered_by)
    with pytest.raises(ValidationError, match="只有上传人"):
        services.evidence_remove(evidence=waiting, by=colleague)


@pytest.mark.parametrize("status", ["submitted", "confirmed"])
def test_what_was_sent_to_the_other_side_stays_as_it_is(agreement, status):
    donation = build.donation(agreement, status="draft")
    by = donation.entered_by
    made = send(by, record=donation)
    build.settle(donation, status, entered_by=by, other=build.side(agreement, False))
    assert "不能再增减" in refusal(by, record=donation)
    for verb in (services.evidence_remove, services.evidence_rotate):
        with pytest.raises(ValidationError, match="不能再增减"):
            verb(evidence=made, by=by)
    if status == "confirmed":  # and the database holds it, whoever writes
        for write in (
            lambda: DonationEvidence.objects.filter(pk=made.pk).update(caption="x"),
            lambda: DonationEvidence.objects.filter(pk=made.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()


def test_a_caption_holds_nobodys_number(donation):
    by, number = donation.entered_by, "11010519491231002X"
    with pytest.raises(ValidationError, match=r"说明中有身份证号（(?!.*19491231)"):
        send(by, jpeg(), record=donation, caption=f"患者 {number}")
    assert not DonationEvidence.objects.exists()
    made = send(by, jpeg(), record=donation, caption="联系 13800138000")
    assert [str(doubt) for doubt in made.caption_doubts] == ["像手机号的数字（138****8000）"]
    with pytest.raises(ValidationError, match="身份证号"):
        services.evidence_change(evidence=made, by=by, caption=number)
    assert services.evidence_change(evidence=made, by=by, caption="床位 20 张").caption_doubts == []


def test_caption_kind_and_a_quarter_turn(donation, django_capture_on_commit_callbacks):
    by = donation.entered_by
    made = send(by, jpeg((80, 40)), record=donation)
    made = services.evidence_change(evidence=made, by=by, caption="签到", kind="sheet")
    assert (made.caption, made.kind) == ("签到", "sheet")
    with pytest.raises(ValidationError):
        services.evidence_change(evidence=made, by=by, kind="nonsense")
    old = named([made])
    with django_capture_on_commit_callbacks(execute=True):
        turned = services.evidence_rotate(evidence=made, by=by)
    assert (turned.width, turned.height) == (40, 80)
    turned.refresh_from_db()
    assert on_disk() == named([turned]) and not on_disk() & old


def test_removing_takes_the_files_once_it_is_certain(donation, django_capture_on_commit_callbacks):
    by = donation.entered_by
    kept, gone = send(by, record=donation), send(by, record=donation)
    with django_capture_on_commit_callbacks(execute=True):
        services.evidence_remove(evidence=gone, by=by)
    assert list(donation.evidence.all()) == [kept] and on_disk() == named([kept])


def test_a_deleted_draft_takes_its_files_along(donation, django_capture_on_commit_callbacks):
    send(donation.entered_by, record=donation)
    other = send(donation.entered_by)
    with django_capture_on_commit_callbacks(execute=True):
        record_delete(record=donation, by=donation.entered_by)
    assert on_disk() == named([other])


def test_limits_of_a_record_and_of_what_waits(donation, monkeypatch):
    by, key = donation.entered_by, uuid.uuid4()
    monkeypatch.setattr(services, "MOST_FILES", 3)
    monkeypatch.setattr(services, "MOST_WAITING", 5)
    for _ in range(3):
        send(by, record=donation)
        send(by, entry_key=key)
    assert refusal(by, record=donation) == "一条记录最多 3 个文件，已经有 3 个。"
    assert refusal(by, entry_key=key) == "一条记录最多 3 个文件，已经有 3 个。"
    send(by), send(by)
    assert "还没有用到任何记录里" in refusal(by)
    monkeypatch.setattr(services, "MOST_FILES", 99)
    monkeypatch.setattr(services, "MOST_BYTES", 1)
    assert "合计不能超过" in refusal(by, record=donation)


def test_when_the_row_fails_the_files_go_away(donation, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("no")

    monkeypatch.setattr(DonationEvidence, "save", fail)
    with pytest.raises(DatabaseError):
        send(donation.entered_by, record=donation)
    assert on_disk() == set()


def test_when_the_thumbnail_cannot_be_written_the_picture_goes_away(donation, monkeypatch):
    write, calls = default_storage._wrapped.__class__._save, []

    def second_fails(self, name, content):
        calls.append(name)
        if len(calls) == 2:
            raise OSError("disk is full")
        return write(self, name, content)

    monkeypatch.setattr(default_storage._wrapped.__class__, "_save", second_fails)
    with pytest.raises(OSError, match="full"):
        send(donation.entered_by, record=donation)
    assert len(calls) == 2 and on_disk() == set()


def test_the_sweeper_takes_what_nobody_took_over(donation, django_capture_on_commit_callbacks):
    by = donation.entered_by
    used, fresh, forgotten = send(by, record=donation), send(by), send(by)
    long_ago = timezone.now() - timedelta(days=8)
    DonationEvidence.objects.filter(pk__in=[used.pk, forgotten.pk]).update(uploaded_at=long_ago)
    stray, new_stray = (Path(default_storage.path(f"evidence/{name}.jpg")) for name in ("old", "new"))
    for path in (stray, new_stray):
        path.write_bytes(b"x")
    for path in [stray, *(Path(default_storage.path(name)) for name in names_of(used))]:
        touch(path, long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.evidence_sweep() == 3
    assert set(DonationEvidence.objects.all()) == {used, fresh}
    assert on_disk() == named([used, fresh]) | {"new.jpg"}


def touch(path: Path, moment) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    @pytest.fixture
    def donation(self):
        made = build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))
        return build.donation(made, status="draft")

    def test_one_key_in_two_requests_is_one_file(self, donation):
        key = uuid.uuid4()
        made, raised = split(
            together(*[lambda: send(donation.entered_by, record=donation, upload_key=key) for _ in range(4)])
        )
        assert not raised and len({row.pk for row in made}) == 1
        assert on_disk() == named([DonationEvidence.objects.get()])

    def test_the_last_place_is_given_once(self, donation, monkeypatch):
        monkeypatch.setattr(services, "MOST_FILES", 2)
        people = [donation.entered_by, build.user(Role.HOSPITAL_COORDINATOR, donation.entered_for)] * 2
        made, raised = split(together(*[lambda by=by: send(by, record=donation) for by in people]))
        assert len(made) == 2 and len(raised) == 2
        assert on_disk() == named(DonationEvidence.objects.all())

    def test_a_file_and_the_submission_never_pass_each_other(self, donation):
        by = donation.entered_by
        made, raised = split(
            together(lambda: send(by, record=donation), lambda: record_submit(record=donation, by=by))
        )
        files = [row for row in made if row is not None]
        assert len(files) == DonationEvidence.objects.count()
        assert on_disk() == named(files) and all(isinstance(error, ValidationError) for error in raised)
