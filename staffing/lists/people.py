"""Clinicians of one's own organisation, for a bureau of its region."""

from django.db.models import Count, Q

from core.lists import Listing, Order, Shown, Total, day
from core.pages import FilterForm
from staffing.forms import ClinicianFilter
from staffing.models import Clinician
from staffing.selectors.entry import own_clinicians
from staffing.selectors.named import people_named


class ClinicianList(Listing):
    name = "clinician-list"
    title = "医务人员"
    permission = "staffing.view_clinician"
    template = "staffing/clinician_list.html"
    orders = (
        Order("unit", "单位", ("organisation__name_key", "organisation", "name_key", "staff_no")),
        Order("name", "姓名", ("name_key", "staff_no")),
        Order("number", "工号", ("staff_no",)),
        Order("title", "职称", ("title", "name_key")),
        Order("department", "科室", ("department", "name_key")),
    )
    default = "unit"
    columns = (
        Shown("姓名", "name", 12),
        Shown("工号", "staff_no", 12),
        Shown("单位", "organisation.name", 24),
        Shown("性别", "get_sex_display", 8),
        Shown("职称", "title_label"),
        Shown("科室", "department"),
        Shown("职务", "post"),
        Shown("专业", "speciality.name"),
        day("离职日期", "left_on"),
    )

    def make_filter(self) -> FilterForm:
        return ClinicianFilter(self.data)

    def visible(self):
        return own_clinicians(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(people_named(chosen["q"]) | Q(department__icontains=chosen["q"]))
        if "title" in chosen:
            rows = rows.filter(title=chosen["title"])
        if "here" in chosen:
            rows = rows.filter(left_on__isnull=True)
        return rows

    def totals(self) -> list[Total]:
        row = Clinician.objects.filter(pk__in=self.found.order_by().values("pk")).aggregate(
            all=Count("pk"), here=Count("pk", filter=Q(left_on__isnull=True))
        )
        return [Total("在职", row["here"], "人"), Total("离职", row["all"] - row["here"], "人")]

    def context(self) -> dict:
        return {"shows_units": self.user.sees_region}
