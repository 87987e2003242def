"""What the desk writes goes through services; refusals stay on the form with what was typed."""

from datetime import date

from django.db import IntegrityError, InternalError, transaction

from core.database_errors import FROZEN, sentence
from core.desk import list_url, object_url
from core.models import AuditEvent
from staffing.models import Activity, Batch, Posting, PostingChange
from support.models import Agreement, AgreementVersion, Donation
from testing import builders as build
from tests.desk.case import NO_ROWS, DeskCase, url_of

Status = AgreementVersion.Status


class AgreementTests(DeskCase):
    def test_adding_makes_agreement_first_text_and_parties(self):
        clinic = build.organisation("township_clinic")
        data = {
            "cycle": self.world.cycle.pk,
            "number": "试支〔2026〕9号",
            "sender": self.world.hospital.pk,
            "recipient": clinic.pk,
            "start_on": "2026-01-01",
            "end_on": "2026-12-31",
        }
        response = self.client.post(url_of(Agreement), data)
        version = AgreementVersion.objects.get(agreement__number="试支〔2026〕9号")
        self.assertRedirects(response, object_url(version))
        self.assertEqual(version.drafted_by, self.officer)
        self.assertEqual(version.parties.count(), 2)

    def test_a_broken_rule_stands_on_the_form_with_what_was_typed(self):
        data = {
            "cycle": self.world.cycle.pk,
            "number": "试支〔2026〕10号",
            "sender": self.world.hospital.pk,
            "recipient": self.world.clinic.pk,
            "start_on": "2026-12-31",
            "end_on": "2026-01-01",
        }
        response = self.client.post(url_of(Agreement), data)
        self.assertContains(response, "结束日期早于开始日期")
        self.assertContains(response, 'value="试支〔2026〕10号"')
        self.assertFalse(Agreement.objects.filter(number="试支〔2026〕10号").exists())

    def test_verbs_lead_from_the_confirmed_text_to_the_file(self):
        agreement = build.agreement_draft(
            self.world.hospital, build.organisation("township_clinic"), within=self.world.cycle
        )
        version = build.open_version(agreement)
        page = self.client.get(object_url(version))
        self.assertNotIn("备案", [verb["label"] for verb in page.context["verbs"]])
        filing = url_of(AgreementVersion, "verb", version.pk, "file")
        self.assertRedirects(self.client.post(filing), object_url(version))
        version.refresh_from_db()
        self.assertEqual(version.status, Status.DRAFT, "备案不能越过双方确认")
        AgreementVersion.objects.filter(pk=version.pk).update(
            status=Status.RECIPIENT_CONFIRMED,
            sender_confirmed_at="2026-01-01T00:00Z",
            recipient_confirmed_at="2026-01-01T00:00Z",
        )
        page = self.client.get(object_url(version))
        self.assertEqual([verb["label"] for verb in page.context["verbs"]], ["备案", "退回", "撤回"])
        self.assertEqual(self.client.get(filing).status_code, 200)
        version.refresh_from_db()
        self.assertEqual(version.status, Status.RECIPIENT_CONFIRMED, "打开确认页不办理")
        self.client.post(filing)
        version.refresh_from_db()
        self.assertEqual((version.status, version.filed_by), (Status.FILED, self.officer))

    def test_a_reason_is_asked_for_and_kept_on_refusal(self):
        ending = url_of(Agreement, "verb", self.world.agreement.pk, "terminate")
        response = self.client.post(ending, {"on": "2026-05-01", "reason": ""})
        self.assertIn("reason", response.context["form"].errors)
        response = self.client.post(ending, {"on": "2026-05-01", "reason": "医院改制"})
        self.assertContains(response, "请先调整这些派驻")
        self.assertContains(response, "医院改制")
        self.world.agreement.refresh_from_db()
        self.assertIsNone(self.world.agreement.terminated_on)

    def test_who_may_not_file_gets_403_and_who_may_not_see_404(self):
        version = self.world.agreement.current_version
        verb = url_of(AgreementVersion, "verb", version.pk, "file")
        self.as_role("bureau_leader")
        self.assertEqual(self.client.post(verb).status_code, 403)
        self.assertEqual(self.client.get(object_url(version)).context["verbs"], [])
        self.client.force_login(self.world.strangers["bureau_officer"])
        self.assertEqual(self.client.post(verb).status_code, 404)

    def test_a_filed_text_can_only_be_read(self):
        version = self.world.agreement.current_version
        page = self.client.get(object_url(version))
        self.assertNotContains(page, 'name="_save"')
        self.assertEqual(self.client.post(object_url(version), {"title": "改"}).status_code, 403)

    def test_history_tells_who_did_what(self):
        version = self.world.agreement.current_version
        page = self.client.get(url_of(AgreementVersion, "history", version.pk))
        self.assertContains(page, "备案")
        self.assertContains(page, AuditEvent.objects.filter(note="备案").first().user.name)


class PostingTests(DeskCase):
    def data(self, **changes):
        return {
            "batch": self.world.posting.batch_id,
            "agreement": self.world.agreement.pk,
            "clinician": self.world.clinician.pk,
            "role": "member",
            "department": "内科",
            "start_on": "2026-08-31",
            "end_on": "2026-09-30",
        } | changes

    def test_overlap_is_told_beside_the_person(self):
        response = self.client.post(url_of(Posting), self.data())
        errors = response.context["adminform"].form.errors
        self.assertIn("的派驻重叠", errors["clinician"][0])
        self.assertContains(response, "内科")
        self.assertEqual(Posting.objects.count(), 1)

    def test_the_next_day_is_free(self):
        self.client.post(url_of(Posting), self.data(start_on="2026-09-01"))
        made = Posting.objects.latest("pk")
        self.assertEqual(
            (made.start_on, made.entered_by, made.kind), (date(2026, 9, 1), self.officer, "resident")
        )

    def test_each_refused_row_of_a_batch_is_told_and_none_is_written(self):
        free = build.clinician(self.world.hospital)
        batch = self.world.posting.batch
        rows = [
            self.data(),
            self.data(clinician=free.pk, start_on="2026-09-01"),
            self.data(clinician=free.pk, start_on="2026-09-01", end_on="2027-06-30"),
        ]
        prefix = "postings-2"
        data = {"code": batch.code, "departed_on": "2026-03-01", "task": ""}
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        data |= {"postings-TOTAL_FORMS": 0, "postings-INITIAL_FORMS": 0}
        for index, row in enumerate(rows):
            data |= {f"{prefix}-{index}-{name}": value for name, value in row.items() if name != "batch"}
        response = self.client.post(object_url(batch), data)
        formset = response.context["inline_admin_formsets"][1].formset
        self.assertIn("重叠", formset.errors[0]["clinician"][0])
        self.assertEqual(formset.errors[1], {})
        self.assertIn("不能覆盖派驻", formset.errors[2]["start_on"][0])
        self.assertEqual(Posting.objects.count(), 1)
        del data[f"{prefix}-2-clinician"]
        data |= {f"{prefix}-TOTAL_FORMS": 1} | {
            f"{prefix}-0-{name}": value for name, value in rows[1].items() if name != "batch"
        }
        self.assertRedirects(self.client.post(object_url(batch), data), list_url(Batch))
        self.assertEqual(Posting.objects.count(), 2)

    def test_an_earlier_last_day_is_asked_for_and_decided_by_another(self):
        posting = self.world.posting
        ending = url_of(Posting, "verb", posting.pk, "end")
        response = self.client.post(ending, {"ended_on": "2026-07-01"})
        self.assertIn("提前结束须先申请", response.context["form"].errors["ended_on"][0])
        asking = url_of(Posting, "verb", posting.pk, "end-early")
        self.assertIn("reason", self.client.post(asking, {"new_end_on": "2026-07-01"}).context["form"].errors)
        self.client.post(asking, {"new_end_on": "2026-07-01", "reason": "抽调支援疫情"})
        change = posting.change_requests.get()
        deciding = url_of(PostingChange, "verb", change.pk, "approve")
        self.assertContains(self.client.post(deciding, follow=True), "现在不能办理“批准”")
        self.as_role("bureau_leader")
        self.client.post(deciding, {"note": "同意"})
        posting.refresh_from_db()
        self.assertEqual((posting.status, posting.end_on), ("ended_early", date(2026, 7, 1)))
        self.as_role("bureau_officer")
        self.assertEqual(self.client.post(object_url(posting), self.data()).status_code, 403)


class RecordTests(DeskCase):
    def activity(self, value="1", **changes):
        activity = self.world.activity
        measure = activity.measures.first().measure
        rows = {"measures-TOTAL_FORMS": 1, "measures-0-measure": measure.pk, "measures-0-value": value}
        return (
            NO_ROWS
            | rows
            | {
                "agreement": self.world.agreement.pk,
                "activity_type": activity.activity_type_id,
                "start_on": "2026-04-20",
                "topic": "新生儿复苏",
                "measures-0-qualifier": "exact",
                "participants": [self.world.clinician.pk],
            }
            | changes
        )

    def test_the_officer_enters_for_the_bureau_and_submits(self):
        self.client.post(url_of(Activity), self.activity())
        made = Activity.objects.latest("pk")
        self.assertEqual((made.entered_for, made.status), (self.world.bureau, "draft"))
        self.assertEqual((made.end_on, made.measures.count()), (date(2026, 4, 20), 1))
        self.client.post(url_of(Activity, "verb", made.pk, "submit"))
        made.refresh_from_db()
        self.assertEqual(made.status, "submitted")
        confirm = url_of(Activity, "verb", made.pk, "confirm")
        self.client.post(confirm)
        made.refresh_from_db()
        self.assertEqual(made.status, "submitted", "填报人确认了自己的记录")

    def test_a_refused_activity_leaves_nothing_behind(self):
        before = Activity.objects.count()
        response = self.client.post(url_of(Activity), self.activity(start_on="2027-01-01"))
        self.assertIn("start_on", response.context["adminform"].form.errors)
        response = self.client.post(url_of(Activity), self.activity(value="1.5"))
        self.assertContains(response, "只能填整数")
        self.assertEqual(Activity.objects.count(), before)

    def test_the_bureau_enters_a_donation_with_its_items(self):
        data = NO_ROWS | {
            "agreement": self.world.agreement.pk,
            "kind": "goods",
            "given_on": "2026-05-01",
            "title": "心电图机",
            "qualifier": "exact",
            "valuation": "stated",
            "items-TOTAL_FORMS": 1,
            "items-0-category": "equipment",
            "items-0-name": "心电图机",
            "items-0-quantity": "1",
            "items-0-unit": "台",
        }
        self.client.post(url_of(Donation), data)
        made = Donation.objects.get()
        self.assertEqual((made.entered_for, made.items.count()), (self.world.bureau, 1))
        twice = self.client.post(url_of(Donation), data)
        self.assertContains(twice, "已经登记过")

    def test_what_the_hospital_entered_the_bureau_only_reads(self):
        other = build.activity(self.world.agreement, status="draft", by_sender=True)
        page = self.client.get(object_url(other))
        self.assertNotContains(page, 'name="_save"')
        self.assertEqual(self.client.post(object_url(other), self.activity()).status_code, 403)


class DatabaseRefusalTests(DeskCase):
    def refused(self, change):
        with self.assertRaises((IntegrityError, InternalError)) as raised, transaction.atomic():
            change()
        return sentence(raised.exception)

    def test_every_refusal_has_a_chinese_sentence(self):
        agreement, posting = self.world.agreement, self.world.posting
        rows = Agreement.objects.filter(pk=agreement.pk)
        self.assertEqual(self.refused(lambda: rows.update(number="改")), FROZEN)
        self.assertEqual(self.refused(self.world.activity.measures.all().delete), FROZEN)
        posting.pk = None
        self.assertEqual(self.refused(posting.save), "这个人在这段时间已有驻点派驻。")
        again = Agreement(
            cycle=agreement.cycle,
            number=agreement.number,
            sender=agreement.sender,
            recipient=agreement.recipient,
        )
        self.assertEqual(self.refused(again.save), "同样的记录已经有了，请核对编号和名称。")

    def test_deleting_a_frozen_row_from_a_page_tells_instead_of_failing(self):
        programme = self.world.cycle.programme
        page = self.client.post(url_of(type(programme), "delete", programme.pk), {"post": "yes"})
        self.assertContains(page, "不能删除")
