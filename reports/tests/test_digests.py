"""The daily mail: one a person and day, with every end on record; through a real mail server and a real worker."""

import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import get_connection
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import send_digests
from accounts.models import DigestSent, Role
from accounts.services.digests import SEND, digest_send, digests_request, message, users_due
from accounts.services.notices import notices_round
from core.doctor.mail import mail_server as mail_server_check
from core.errors import RuleBroken
from core.jobs import JobRun
from core.models import Job, ServiceBeat
from core.services.jobs import job_claim, job_retry, job_run
from core.tests.processes import background, wait_until
from core.tests.together import together
from core.waiting import work_waiting
from testing import builders as build
from testing.mail_server import mail_server
from testing.scene import scene

DAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HC, RC = Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR
pytestmark = pytest.mark.django_db(transaction=True)


def wants(user, address: str = "") -> None:
    user.email, user.wants_digest = address or f"{user.username}@example.org", True
    user.save()


@pytest.fixture
def world():
    """One submitted activity waits for the clinic; its coordinator wants the mail."""
    made = scene()
    build.activity(made.agreement, status="submitted", by=made.people[HC], topic="某某患者会诊")
    wants(made.people[RC])
    return made


@pytest.fixture
def server(settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_CONFIGURED, settings.EMAIL_TIMEOUT = True, 5
        yield running


def job(day: date = DAY) -> Job:
    return Job.objects.create(
        kind=SEND, unique_key=day.isoformat(), label="每日提醒邮件", payload={"day": day.isoformat()}
    )


def run(day: date = DAY) -> Job:
    made = job(day)
    job_run(job_id=made.pk)
    made.refresh_from_db()
    return made


# ---- what it says
def test_content(world, settings):
    settings.SITE_URL = "https://duikou.example.gov.cn"
    user = world.people[RC]
    returned = build.activity(world.agreement, by_sender=False, status="returned", topic="张某某随访")
    notices_round()
    lines = work_waiting(user, day=DAY)
    made = message(user=user, day=DAY, lines=lines, kinds=[("被退回", 1)])
    html = made.alternatives[0].content
    assert made.to == [user.email] and f"待办 {len(lines)} 项，未读通知 1 条" in made.subject
    for text in (made.body, html):
        assert "条活动等待本单位确认" in text and "被退回" in text
        assert "https://duikou.example.gov.cn/todo/" in text
        for private in ("某某患者", "张某某", user.name, world.clinician.name, returned.topic):
            assert private not in text
    settings.SITE_URL = ""
    plain = message(user=user, day=DAY, lines=lines, kinds=[])
    assert "http" not in plain.body + plain.alternatives[0].content and "请登录系统办理" in plain.body


# ---- at most once
def test_end_to_end_through_a_mail_server(world, server):
    done = run()
    assert (done.state, done.error) == ("done", "")
    (mail_,) = server.mails
    assert mail_["To"] == world.people[RC].email and "待办" in mail_["Subject"]
    text = mail_.get_body(("plain",)).get_content()
    assert "条活动等待本单位确认" in text and mail_.get_body(("html",)) is not None
    row = DigestSent.objects.get()
    assert (row.state, row.user, row.day) == ("sent", world.people[RC], DAY) and row.lines >= 1
    assert run().state == "done" and len(server.mails) == 1
    assert run(DAY + timedelta(1)).state == "done" and len(server.mails) == 2


def test_nothing_waits_nothing_is_sent(server):
    user = build.user(HC, build.organisation("hospital"))
    wants(user)
    run()
    assert DigestSent.objects.get().state == "empty" and not server.mails and not users_due(DAY).exists()


def test_who_did_not_ask_or_left_gets_nothing(world, server):
    for role, change in ((HC, {"wants_digest": False}), (RC, {"is_active": False})):
        wants(world.people[role])
        type(world.people[role]).objects.filter(pk=world.people[role].pk).update(**change)
    run()
    assert not server.mails and not DigestSent.objects.exists()


def test_two_workers_at_once_send_one(world, server):
    user = world.people[RC]

    def send():
        connection = get_connection()
        try:
            return digest_send(user=user, day=DAY, connection=connection)
        finally:
            connection.close()

    outcomes = together(*[send] * 4)
    assert sum(outcome is not None for outcome in outcomes) == 1, outcomes
    assert len(server.mails) == 1 and DigestSent.objects.count() == 1


def test_killed_between_claim_and_mail_stays_visible_and_is_not_sent_again(world, server, monkeypatch):
    class Killed(BaseException):
        pass

    def die(**kwargs):
        raise Killed

    made = job()
    with monkeypatch.context() as patch:
        patch.setattr("accounts.services.digests.message", die)
        with pytest.raises(Killed):
            send_digests(JobRun(job_claim(job_id=made.pk)))
    assert DigestSent.objects.get().state == "claimed"
    Job.objects.filter(pk=made.pk).update(state="queued", claim=None)  # what the sweeper does
    job_run(job_id=made.pk)
    made.refresh_from_db()
    assert made.state == "done" and not server.mails and DigestSent.objects.get().state == "claimed"


def test_a_server_that_takes_the_mail_and_dies_gets_it_once(world, server):
    server.dies_after_mail = True
    run()
    row = DigestSent.objects.get()
    assert (row.state, len(server.mails)) == ("failed", 1) and row.reason
    server.dies_after_mail = False
    run()
    assert len(server.mails) == 1


def test_one_refused_address_does_not_keep_the_others_from_theirs(world, server):
    wants(world.people[HC], "nobody@example.org")
    build.activity(world.agreement, status="submitted", by=world.people[RC])
    server.refuse.add("nobody@example.org")
    assert run().state == "done"
    states = dict(DigestSent.objects.values_list("user", "state"))
    assert states == {world.people[HC].pk: "failed", world.people[RC].pk: "sent"}
    assert "SMTPRecipientsRefused" in DigestSent.objects.get(state="failed").reason


def test_a_server_that_is_away_claims_nobody(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_CONFIGURED = "127.0.0.1", 1, True
    failed = run()
    assert failed.state == "failed" and "邮件服务器连不上" in failed.error
    assert not DigestSent.objects.exists() and users_due(DAY).count() == 1
    assert mail_server_check().level == "warn"
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert mail_server_check().level == "ok" and not server.mails
        job_run(job_id=job_retry(job=failed).pk)
        assert len(server.mails) == 1 and DigestSent.objects.get().state == "sent"


# ---- when
def test_the_round_of_the_scheduler(world, settings, monkeypatch):
    clock = [NINE.replace(hour=7)]
    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    settings.EMAIL_CONFIGURED, settings.DIGEST_HOUR = True, 8
    assert digests_request() is None, "too early"
    clock[0] = NINE
    settings.EMAIL_CONFIGURED = False
    assert digests_request() is None, "no server"
    settings.EMAIL_CONFIGURED = True
    first = digests_request()
    assert first.unique_key == "2026-11-23"
    Job.objects.update(created_at=NINE)
    assert digests_request() is None
    Job.objects.update(state="failed", finished_at=NINE)
    clock[0] = NINE + timedelta(minutes=50)
    assert digests_request() is None, "an hour has not gone by"
    clock[0] = NINE + timedelta(minutes=70)
    assert digests_request() is not None
    DigestSent.objects.create(user=world.people[RC], day=DAY)
    Job.objects.all().delete()
    assert digests_request() is None, "everybody's day is settled"


def test_without_a_server_nothing_is_tried(settings):
    assert settings.EMAIL_CONFIGURED is False
    found = mail_server_check()
    assert found.level == "ok" and "没有设置 EMAIL_URL" in found.text
    assert mail.outbox == []


@pytest.mark.worker
def test_beat_and_worker_send_it(world, tmp_path, settings, monkeypatch):
    """A real scheduler, a real worker, a real mail: notices are made, one mail goes out, no second one."""
    settings.MEDIA_ROOT = tmp_path / "media"
    returned = build.activity(world.agreement, status="returned", by=world.people[HC])
    with mail_server() as server:
        for name, value in {
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "DIGEST_HOUR": "0",
            "NOTICE_ROUND_SECONDS": "1",
        }.items():
            monkeypatch.setitem(os.environ, name, value)
        with background(tmp_path) as (_, services):
            services.start_worker()
            services.start_beat()
            wait_until(lambda: server.mails, "the mail")
            wait_until(lambda: world.people[HC].notices.filter(kind="returned").exists(), "the notice")
            wait_until(lambda: not Job.objects.exclude(state="done").exists(), "the job's end")
            later = timezone.now() + timedelta(seconds=3)
            beats = ServiceBeat.objects.filter(name="sweeper", seen_at__gt=later)
            wait_until(beats.exists, "some more rounds")
    assert len(server.mails) == 1 and Job.objects.count() == 1
    assert DigestSent.objects.get().state == "sent"
    assert world.people[HC].notices.filter(key__contains=f"activity:{returned.pk}:").count() == 1


# ---- own settings
def test_the_profile(client, world):
    user = world.people[HC]
    client.force_login(user)
    url = reverse("profile")
    assert "还没有设置邮件服务器" in client.get(url).content.decode()
    page = client.post(url, {"email": "", "wants_digest": "on"})
    assert page.context["form"].errors["email"] == ["接收每日提醒邮件，请先填写电子邮箱。"]
    assert client.post(url, {"email": "not an address"}).context["form"].errors["email"]
    assert (
        client.post(
            url, {"email": "a@example.org", "wants_digest": "on", "roles": "system_admin"}
        ).status_code
        == 302
    )
    user.refresh_from_db()
    assert (user.email, user.wants_digest, user.roles) == ("a@example.org", True, [HC])
    client.post(url, {"email": ""})
    user.refresh_from_db()
    assert (user.email, user.wants_digest) == ("", False)


def test_refused_by_the_service_too(world):
    from accounts.services.profile import profile_save

    with pytest.raises(RuleBroken):
        profile_save(user=world.people[HC], email="", wants_digest=True)
