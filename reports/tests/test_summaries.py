"""From figures to frozen words to bytes."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from core.errors import RuleBroken
from core.jobs import JobRun
from core.models import Job
from core.rendering import OfficialDocument
from core.rendering.pdf import render_pdf
from core.services.jobs import job_run
from reports.figures import Frame
from reports.models import Summary
from reports.narrative import PARTS, paragraphs
from reports.selectors.facts import gather
from reports.services.summaries import (
    addressee_of,
    summary_discard,
    summary_draft,
    summary_freeze,
    summary_issue,
    summary_write,
)
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return scene()


def draft(world, **fields):
    return summary_draft(
        organisation=fields.pop("organisation", world.hospital),
        cycle=world.cycle,
        by=world.people["hospital_coordinator"],
        **fields,
    )


def finish(summary, by=None):
    job = summary_issue(summary=summary, by=by)
    job_run(job_id=job.pk)
    summary.refresh_from_db()
    return summary


def test_words_carry_the_figures_in_four_parts(world):
    rows = paragraphs(gather(Frame.of(draft(world))))
    assert [part for part in PARTS if any(row["part"] == part for row in rows)] == list(PARTS)
    text = "".join(row["text"] for row in rows)
    assert "1批、1人次（1人）" in text
    assert "学术讲座1期" in text and "听课30人次" in text


def test_asking_twice_gives_one_draft_and_one_job(world):
    first, second = draft(world), draft(world)
    assert first.pk == second.pk
    assert summary_issue(summary=first, by=None).pk == summary_issue(summary=second, by=None).pk


def test_frozen_figures_stay_when_the_ledger_moves_on(world):
    summary = finish(draft(world))
    build.activity(world.agreement)
    summary.refresh_from_db()
    assert summary.status == Summary.Status.FROZEN
    assert summary.figures["figures"]["lectures"]["value"] == "1.00"
    assert gather(Frame.of(summary))["figures"]["lectures"]["value"] == "2.00"


def test_the_database_refuses_to_change_or_remove_a_frozen_summary(world):
    summary = finish(draft(world))
    for change in (
        {"narrative": []},
        {"figures": {}},
        {"content_hash": "x"},
        {"status": "draft"},
        {"version": 9},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Summary.objects.filter(pk=summary.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Summary.objects.filter(pk=summary.pk).delete()


def test_the_same_frozen_row_gives_the_same_bytes_and_one_file(world):
    summary = finish(draft(world))
    first = summary.file.read()
    assert first.startswith(b"%PDF-")
    job = summary_issue(summary=summary, by=None)
    job_run(job_id=job.pk)
    summary.refresh_from_db()
    assert summary.file.open().read() == first
    assert render_pdf(OfficialDocument.from_json(summary.document)) == first
    from pathlib import Path

    assert [path.name for path in Path(summary.file.path).parent.iterdir()] == [Path(summary.file.name).name]


def test_own_words_are_kept_and_the_rest_follows_the_figures(world):
    summary = draft(world)
    texts = {row["key"]: row["text"] for row in summary.narrative}
    summary = summary_write(summary=summary, texts=texts | {"problems": "驻点医师住宿条件较差。"})
    build.activity(world.agreement)
    summary = finish(summary)
    rows = {row["key"]: row for row in summary.narrative}
    assert rows["problems"]["text"] == "驻点医师住宿条件较差。" and rows["problems"]["edited"]
    assert "学术讲座2期" in rows["teaching"]["text"] and not rows["teaching"]["edited"]


def test_an_emptied_paragraph_returns_to_the_generated_words(world):
    summary = draft(world)
    generated = {row["key"]: row["text"] for row in summary.narrative}
    summary = summary_write(summary=summary, texts=generated | {"next": "另有安排。"})
    summary = summary_write(summary=summary, texts=generated | {"next": "  "})
    assert {row["key"]: row["text"] for row in summary.narrative} == generated


def test_a_frozen_summary_needs_a_reason_for_its_next_version(world):
    finish(draft(world))
    with pytest.raises(RuleBroken, match="修订原因"):
        draft(world)
    second = draft(world, reason="补登讲座一期")
    assert second.version == 2 and second.status == Summary.Status.DRAFT


def test_a_frozen_summary_cannot_be_written_or_discarded(world):
    summary = finish(draft(world))
    with pytest.raises(RuleBroken, match="已经定稿"):
        summary_write(summary=summary, texts={})
    with pytest.raises(RuleBroken, match="已经定稿"):
        summary_discard(summary=summary)


def test_a_summary_dated_before_the_support_began_is_refused(world):
    with pytest.raises(RuleBroken, match="早于统计期间"):
        draft(world, issued_on=date(2011, 5, 10))
    with pytest.raises(RuleBroken, match="不在周期"):
        draft(world, year=2031)


def test_freezing_twice_is_freezing_once(world):
    summary = summary_freeze(summary=draft(world), by=None)
    again = summary_freeze(summary=summary, by=None)
    assert (again.content_hash, again.data_time) == (summary.content_hash, summary.data_time)


def test_a_run_that_lost_its_claim_attaches_nothing(world):
    from core.jobs import ClaimLost
    from core.services.jobs import job_claim
    from reports.jobs import render_summary

    job = summary_issue(summary=draft(world), by=None)
    run = JobRun(job_claim(job_id=job.pk))
    Job.objects.filter(pk=job.pk).update(claim=Job.new_claim())
    with pytest.raises(ClaimLost):
        render_summary(run)
    assert not Summary.objects.get().file


def test_units_write_to_the_programmes_bureau(world):
    assert addressee_of(draft(world)) == world.bureau.name
    own = summary_draft(organisation=world.bureau, cycle=world.cycle, by=None)
    assert addressee_of(own) == "上级卫生健康行政部门"


def test_counted_records_are_kept_with_their_history_entries(world):
    summary = finish(draft(world))
    assert list(summary.figures["versions"]["activities"]) == [str(world.activity.pk)]
    assert summary.figures["versions"]["postings"][str(world.posting.pk)] > 0


def test_names_and_reasons_with_markup_come_out_as_text(world):
    summary = draft(world)
    texts = {row["key"]: row["text"] for row in summary.narrative}
    summary = summary_write(summary=summary, texts=texts | {"next": "<script>alert(1)</script>&nbsp;"})
    finish(summary)
    import io

    import pdfplumber

    with pdfplumber.open(
        io.BytesIO(summary.file.open().read() if summary.file else Summary.objects.get().file.read())
    ) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert "<script>alert(1)</script>&nbsp;" in text.replace("\n", "")


def test_a_recipient_tells_it_from_its_own_side(world):
    build.study(world.agreement)
    build.donation(world.agreement, "cash", "5154.00")
    rows = {row["key"]: row for row in draft(world, organisation=world.clinic).narrative}
    assert rows["organisation"]["text"].count("我单位接受1家支援单位的对口支援") == 1
    assert rows["postings"]["text"].startswith("支援单位共派驻医务人员1批、1人次")
    assert rows["studies"]["text"].startswith("选送进修人员1人")
    assert rows["donations"]["text"] == "接受捐赠资金5154.00元。"
    sender = {row["key"]: row for row in draft(world).narrative}
    assert sender["studies"]["text"].startswith("接收受援单位进修人员1人")
