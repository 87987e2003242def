"""Scores and grades, accounts and organisations on the desk: who enters and who decides."""

from accounts.models import Organisation, Role, User
from assessment.models import Assessment, ScoreTemplate
from core.desk import object_url
from support.models import AgreementVersion
from tests.desk.case import DeskCase, url_of

Status = AgreementVersion.Status


class AssessmentTests(DeskCase):
    def setUp(self):
        super().setUp()
        self.template = ScoreTemplate.objects.get(code="PERSON")
        data = {
            "cycle": self.world.cycle.pk,
            "template": self.template.pk,
            "clinician": self.world.clinician.pk,
        }
        self.client.post(url_of(Assessment), data)
        self.assessment = Assessment.objects.get()

    def score(self, *points):
        rows = list(self.assessment.scores.order_by("item__order", "pk"))
        data = {"scores-TOTAL_FORMS": len(rows), "scores-INITIAL_FORMS": len(rows)}
        for index, row in enumerate(rows):
            data |= {f"scores-{index}-id": row.pk, f"scores-{index}-note": ""}
            data[f"scores-{index}-score"] = points[index] if index < len(points) else ""
        return self.client.post(object_url(self.assessment), data)

    def test_points_beyond_the_weight_stand_beside_their_row(self):
        response = self.score("30", "25.1")
        formset = response.context["inline_admin_formsets"][0].formset
        self.assertIn("应在 0 到 25 分之间", formset.errors[1]["score"][0])
        self.assertEqual(formset.errors[0], {})
        self.assertFalse(self.assessment.scores.filter(score__isnull=False).exists())

    def test_officer_scores_and_leader_decides(self):
        self.score("30", "25", "20", "5", "5", "5")
        self.assessment.refresh_from_db()
        self.assertEqual(self.assessment.total, 90)
        deciding = url_of(Assessment, "verb", self.assessment.pk, "decide")
        self.assertEqual(self.client.post(deciding, {"final_grade": "excellent"}).status_code, 403)
        self.as_role("bureau_leader")
        self.assertNotContains(self.client.get(object_url(self.assessment)), 'name="_save"')
        response = self.client.post(deciding, {"final_grade": "pass"})
        self.assertIn("reason", response.context["form"].errors)
        self.client.post(deciding, {"final_grade": "excellent"})
        self.assessment.refresh_from_db()
        self.assertEqual((self.assessment.status, self.assessment.final_grade), ("final", "excellent"))


class AccountTests(DeskCase):
    def setUp(self):
        super().setUp()
        self.as_role("system_admin")

    def test_an_account_is_made_changed_and_never_deleted(self):
        data = {
            "username": "newcomer",
            "name": "新来",
            "organisation": self.world.hospital.pk,
            "roles": ["hospital_coordinator", "hospital_leader"],
            "is_active": "on",
        }
        password = {"password1": "qiao-liang-2026", "password2": "qiao-liang-2026"}
        self.client.post(url_of(User), data | password)
        user = User.objects.get(username="newcomer")
        self.assertTrue(user.check_password("qiao-liang-2026"))
        page = self.client.get(object_url(user))
        self.assertNotContains(page, "argon2")
        self.assertNotContains(page, user.password)
        self.client.post(object_url(user), data | {"roles": [Role.CLINICIAN], "is_active": ""})
        user.refresh_from_db()
        self.assertEqual((user.roles, user.is_active), ([Role.CLINICIAN], False))
        self.assertEqual(self.client.post(url_of(User, "delete", user.pk), {"post": "yes"}).status_code, 403)

    def test_a_doubtful_credit_code_warns_and_is_kept(self):
        data = {
            "name": "试设医院",
            "code": "TEST-1",
            "kind": "hospital",
            "region": self.world.hospital.region_id,
            "credit_code": "91350211M0000XUF46",
            "former_names-TOTAL_FORMS": 0,
            "former_names-INITIAL_FORMS": 0,
        }
        response = self.client.post(url_of(Organisation), data, follow=True)
        self.assertContains(response, "校验位不符")
        self.assertEqual(Organisation.objects.get(code="TEST-1").credit_code, "91350211M0000XUF46")
