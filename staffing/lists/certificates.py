"""Certificates."""

from django.db.models import Q

from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day
from core.pages import FilterForm
from staffing.forms_certificates import CertificateFilter
from staffing.models import ServiceCertificate
from staffing.selectors.named import people_named


class CertificateList(Listing):
    name = "certificate-list"
    title = "服务证明"
    permission = "staffing.view_servicecertificate"
    template = "staffing/certificate_list.html"
    orders = (
        Order("asked", "申请", ("requested_at",), falls=True),
        Order("name", "人员", ("clinician__name_key", "requested_at")),
        Order("kind", "种类", ("kind", "requested_at")),
        Order("period", "期间", ("start_on", "end_on"), falls=True),
        Order("number", "编号", ("number", "requested_at")),
        Order("status", "状态", ("status", "requested_at")),
    )
    default = "-asked"
    columns = (
        Shown("人员", "clinician.name", 12),
        Shown("派出单位", "sender.name", 24),
        Shown("种类", "get_kind_display", 16),
        day("开始", "start_on"),
        day("结束", "end_on"),
        Shown("编号", "number", 24),
        Shown("状态", "get_status_display"),
        Shown("出具单位", "issuer.name", 24),
        Shown("申请人", "requested_by.name", 12),
        day("申请日期", lambda row: row.requested_at.date()),
    )

    def make_filter(self) -> FilterForm:
        return CertificateFilter(self.data)

    def visible(self):
        return ServiceCertificate.objects.visible_to(self.user)

    def filtered(self, rows):
        for name, value in self.chosen.items():
            if name == "q":
                rows = rows.filter(
                    people_named(value, "clinician")
                    | Q(number__icontains=value)
                    | organisations_named(value, "sender")
                )
            else:
                rows = rows.filter(**{name: value})
        return rows

    def related(self, rows):
        return rows.select_related(
            "clinician__organisation",
            "sender",
            "issuer",
            "job",
            "requested_by",
            "approved_by",
            "revoked_by",
        ).defer("facts", "document")

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", ServiceCertificate.Status.choices, "份")
