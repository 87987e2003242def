"""Excel columns of postings (派驻). Recognised by record number, else batch, agreement, person and start."""

from collections import defaultdict

from core.dates import Period
from core.excel.columns import Column
from core.excel.lookups import LookupWidget
from core.excel.resource import ExcelResource
from core.excel.widgets import ChoiceWidget, CodeWidget, DateWidget, IntegerWidget, TextWidget
from staffing.models import Batch, Posting, PostingKind
from staffing.resources.people import People
from staffing.selectors.postings import not_filed_message, posting_problems
from staffing.services.postings import posting_change, posting_create
from support.models import Agreement


class StaffNumberWidget(CodeWidget):
    """A staff number until ``resolve`` turns it into the person."""

    expected = "工号"

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.staff_no

    def show(self, value):
        return "空白" if value is None else str(value)


class PostingResource(ExcelResource):
    pk = Column(
        "pk",
        "记录号",
        IntegerWidget(minimum=1),
        read_only=True,
        help="由系统导出时带出；新增的行留空。",
        width=10,
    )
    batch = Column(
        "batch", "批次编号", LookupWidget(Batch, what="批次编号", related=("sender",)), required=True
    )
    agreement = Column(
        "agreement",
        "协议编号",
        LookupWidget(
            Agreement, what="协议编号", key="number", owned=True, related=("sender", "recipient", "cycle")
        ),
        required=True,
        width=18,
    )
    cycle = Column("agreement__cycle__code", "周期编码", read_only=True)
    recipient = Column("agreement__recipient__name", "受援单位", read_only=True, width=26)
    clinician = Column(
        "clinician",
        "工号",
        StaffNumberWidget(),
        required=True,
        help="派出人员在支援单位的工号。单元格须为文本，否则前面的 0 会丢失。",
        example="0012",
    )
    name = Column("clinician__name", "姓名", check=True, help="供核对：与工号不符时报错，可留空。")
    start_on = Column("start_on", "开始日期", DateWidget(), required=True, example="2026-03-01")
    end_on = Column("end_on", "结束日期", DateWidget(), required=True, example="2026-08-31")
    department = Column("department", "派驻科室", TextWidget())
    role = Column(
        "role",
        "身份",
        ChoiceWidget(Posting.Role.choices, empty=Posting.Role.MEMBER.value),
        help="留空为队员。护送、联络员不计入派驻医务人员。",
        width=10,
    )
    kind = Column("get_kind_display", "类型", read_only=True, width=8)
    title = Column("get_title_display", "派出时职称", read_only=True, width=16)
    status = Column("get_status_display", "状态", read_only=True, width=10)
    arrived_on = Column("arrived_on", "到岗日期", read_only=True)
    end_reason = Column("end_reason", "变动原因", read_only=True, width=20)

    key = ("batch", "agreement", "clinician", "start_on")
    max_rows = 2000
    judges_new_rows = True
    advice = ("类型随批次；状态、到岗、结束和取消在系统中办理，不能用导入修改。",)

    class Meta:
        model = Posting

    def prepare(self):
        self.fields["arrived_on"].widget.number_format = DateWidget.number_format

    def related(self, queryset):
        return queryset.select_related(
            "batch",
            "agreement__cycle",
            "agreement__sender",
            "agreement__recipient",
            "clinician__organisation",
        )

    def owned(self, queryset):
        return queryset.filter(agreement__in=Agreement.objects.owned_by(self.user))

    def preload(self, rows):
        self._people = People((row.values["clinician"] for row in rows if row.has("clinician")), self.user)

    def resolve(self, row):
        if not row.has("clinician"):
            return
        staff_no = row.values.pop("clinician")
        agreement, batch = row.values.get("agreement"), row.values.get("batch")
        sender = agreement.sender if agreement else batch.sender if batch else None
        if sender is None:
            return
        try:
            row.values["clinician"] = self._people.find(sender, staff_no)
        except ValueError as error:
            row.add(str(error), "工号")

    def label(self, row):
        person, start = row.values.get("clinician"), row.values.get("start_on")
        return " ".join(str(part) for part in (person, start) if part)

    def candidates(self, rows):
        found = super().candidates(rows)
        return {
            key: [posting for posting in postings if posting.status != Posting.Status.CANCELLED]
            for key, postings in found.items()
        }

    def check_together(self, rows):
        """Two resident stays of one person inside the file."""
        stays = defaultdict(list)
        for row in rows:
            cancelled = row.instance is not None and row.instance.status == Posting.Status.CANCELLED
            if not cancelled and row.has("batch", "clinician", "start_on", "end_on"):
                start, end = row.values["start_on"], row.values["end_on"]
                if row.values["batch"].kind == PostingKind.RESIDENT and start <= end:
                    stays[row.values["clinician"].pk].append((Period(start, end), row))
        for person in stays.values():
            for period, row in person:
                for other, other_row in person:
                    if row is not other_row and period.overlaps(other):
                        name = row.values["clinician"].name
                        row.add(f"{name}与第 {other_row.number} 行 {other} 的驻点派驻重叠。", "开始日期")

    def _facts(self, row) -> dict:
        return {name: row.values[name] for name in ("batch", "agreement", "clinician", "start_on", "end_on")}

    def judge(self, row):
        if row.has("batch") and row.instance is None and (told := not_filed_message(row.values["batch"])):
            row.add(told, "批次编号")
        if row.has("batch", "agreement", "clinician", "start_on", "end_on"):
            pk = row.instance.pk if row.instance is not None else None
            for field, messages in posting_problems(**self._facts(row), exclude_pk=pk).found.items():
                column = self.column_of(field)
                for message in messages:
                    row.add(message, column.heading if column else "")

    def write(self, row):
        details = {name: row.values[name] for name in ("department", "role") if name in row.values}
        if row.instance is None:
            return posting_create(**self._facts(row), **details, by=self.user)
        return posting_change(posting=row.instance, by=self.user, **self._facts(row), **details)
