"""Excel columns of activities (活动), one column a measure.

Recognised by record number, else agreement, type, day and topic. Imported activities wait for the
other side's confirmation (待确认) like those entered on a page.
"""

from collections import defaultdict

from core.excel.columns import Column
from core.excel.lookups import LookupWidget
from core.excel.resource import ExcelResource
from core.excel.widgets import DateWidget, DecimalWidget, IntegerWidget, TextWidget
from staffing.models import Activity, ActivityOutcome, ActivityType, ActivityTypeMeasure, Measure
from staffing.resources.people import People
from staffing.resources.quantities import (
    FindingsColumn,
    FindingsWidget,
    MeasureColumn,
    OutcomeColumn,
    ParticipantNamesColumn,
    Participants,
    ParticipantsColumn,
    ParticipantsWidget,
)
from staffing.selectors.activity_warnings import filing_advice, personal_advice
from staffing.services.activities import activity_save
from staffing.services.activity_rules import Finding, Outcome, Quantity, activity_problems, entry_texts
from support.models import Agreement, Speciality

OPTIONAL = (MeasureColumn, OutcomeColumn)
# words of the record that a file from before these columns may lack
ADDED = ("department", "content", "filing_number", "filed_on", "findings")
TEXTS = ("topic", "place", "department", "content", "note")
WORDS = (*TEXTS, "speciality", "hours", "filing_number", "filed_on")
CLOSING = ("filing_number", "filed_on", "findings", "content", "note", "status", "entered_for")


class ActivityResource(ExcelResource):
    pk = Column(
        "pk",
        "记录号",
        IntegerWidget(minimum=1),
        read_only=True,
        help="由系统导出时带出；新增的行留空。",
        width=10,
    )
    agreement = Column(
        "agreement",
        "协议编号",
        LookupWidget(Agreement, what="协议编号", key="number", owned=True, related=("sender", "recipient")),
        required=True,
        width=18,
    )
    recipient = Column("agreement__recipient__name", "受援单位", read_only=True, width=26)
    activity_type = Column(
        "activity_type",
        "活动类型",
        LookupWidget(ActivityType, what="活动类型", also=("name",), listed={"is_active": True}),
        required=True,
        help="活动类型的名称或代码。",
    )
    start_on = Column("start_on", "日期", DateWidget(), required=True, example="2026-04-10")
    end_on = Column("end_on", "结束日期", DateWidget(), help="一天的活动留空。")
    topic = Column(
        "topic",
        "主题",
        TextWidget(),
        keyed=True,
        help="同一天同类的两次活动须以主题区分。请勿填写患者姓名、身份证号或电话。",
        width=28,
    )
    place = Column("place", "地点", TextWidget(), width=18)
    department = Column("department", "科室", TextWidget(), width=14)
    speciality = Column(
        "speciality",
        "专业",
        LookupWidget(Speciality, what="诊疗科目", also=("name",), listed={}),
        help="诊疗科目的代码或名称。",
    )
    participants = ParticipantsColumn(
        "participants",
        "参加人员工号",
        ParticipantsWidget(),
        help="支援单位人员填工号；受援单位人员填“机构编码:工号”。多人用“；”隔开。",
        example="0012；0034",
        width=20,
    )
    names = ParticipantNamesColumn("names", "参加人员", read_only=True, width=20)
    hours = Column("hours", "课时", DecimalWidget(places=1, largest=5), width=8)
    filing_number = Column("filing_number", "备案号", TextWidget(), help="义诊的备案编号。", width=18)
    filed_on = Column("filed_on", "备案日期", DateWidget(), help="义诊应当先备案后举办。")
    findings = FindingsColumn(
        "findings",
        "查出病种",
        FindingsWidget(),
        help="病种和人数，是患者的一部分，不必等于患者总数；多项用“；”隔开。",
        example="高血压 9；冠心病 6",
        width=24,
    )
    content = Column("content", "内容", TextWidget(), width=30)
    note = Column("note", "备注", TextWidget(), width=24)
    status = Column("get_status_display", "状态", read_only=True, width=10)
    entered_for = Column("entered_for__name", "填报单位", read_only=True, width=26)

    key = ("agreement", "activity_type", "start_on", "topic")
    max_rows = 2000
    judges_new_rows = True
    advice = (
        "导入的活动为“待确认”，由对方单位确认后才计入统计。",
        "不同的计量（次、期、人次、例）各填各的列，没有的留空；每类活动只填它自己的计量项。",
    )

    class Meta:
        model = Activity

    def prepare(self):
        """One column a measure, then one a kind of named result, before the closing columns."""
        closing = {name: self.fields.pop(name) for name in CLOSING}
        measures = list(Measure.objects.order_by("order", "code"))
        titles = [str(measure) for measure in measures]
        types = defaultdict(list)
        for row in ActivityTypeMeasure.objects.select_related("activity_type").order_by(
            "activity_type__order"
        ):
            types[row.measure_id].append(row.activity_type.name)
        for measure, title in zip(measures, titles, strict=True):
            heading = title if titles.count(title) == 1 else f"{title}{measure.code}"
            self.fields[f"measure_{measure.pk}"] = MeasureColumn(measure, heading, types[measure.pk])
        for kind in ActivityOutcome.Kind.values:
            self.fields[f"outcome_{kind}"] = OutcomeColumn(kind)
        self.fields.update(closing)

    def may_lack(self, column):
        return isinstance(column, OPTIONAL) or column.attribute in ADDED

    def related(self, queryset):
        return queryset.select_related(
            "agreement__sender", "agreement__recipient", "activity_type", "speciality", "entered_for"
        ).prefetch_related("measures", "outcomes__person", "findings", "participants__organisation")

    def owned(self, queryset):
        return queryset.filter(agreement__in=Agreement.objects.owned_by(self.user))

    def preload(self, rows):
        tokens = [token for row in rows for token in row.values.get("participants", ())]
        self._people = People((token.rpartition(":")[2] for token in tokens), self.user)

    def resolve(self, row):
        if row.knows("start_on") and row.values.get("end_on", row) is None:
            row.values["end_on"] = row.values["start_on"]
        tokens = row.values.pop("participants", None)
        agreement = row.values.get("agreement")
        if tokens is None or agreement is None:
            return
        people = set()
        for token in tokens:
            code, _, staff_no = token.rpartition(":")
            parties = {party.code: party for party in (agreement.sender, agreement.recipient)}
            party = parties.get(code) if code else agreement.sender
            if party is None:
                row.add(f"“{token}”中的机构编码不是协议的支援单位或受援单位。", "参加人员工号")
                continue
            try:
                people.add(self._people.find(party, staff_no))
            except ValueError as error:
                row.add(str(error), "参加人员工号")
        row.values["participants"] = Participants(frozenset(people), agreement.sender_id)

    def label(self, row):
        kind, day, topic = (row.values.get(name) for name in ("activity_type", "start_on", "topic"))
        return " ".join(str(part) for part in (day, kind, topic) if part)

    def candidates(self, rows):
        found = super().candidates(rows)
        return {key: [one for one in same if one.is_standing] for key, same in found.items()}

    def _measures(self, row) -> dict[Measure, Quantity]:
        """The row's quantities; those of columns the file does not have stay as they are."""
        measures = {}
        for column in self.columns:
            if isinstance(column, MeasureColumn):
                known = column.get_value(row.instance) if row.instance is not None else None
                quantity = row.values.get(column.attribute, known)
                if known is not None and quantity is not None and not column.differs(known, quantity):
                    quantity = known  # the quoted wording belongs to an unchanged number
                if quantity is not None:
                    measures[column.measure] = quantity
        return measures

    def _outcomes(self, row) -> list[Outcome]:
        """Named results; those that keep their name keep their person, department and date."""
        known = list(row.instance.outcomes.all()) if row.instance is not None else []
        outcomes = []
        for column in self.columns:
            if isinstance(column, OutcomeColumn):
                mine = {one.name: one for one in known if one.kind == column.kind}
                for name in row.values.get(column.attribute, tuple(mine)):
                    old = mine.get(name)
                    extra = (old.person, old.department, old.first_on) if old else ()
                    outcomes.append(Outcome(column.kind, name, *extra))
        return outcomes

    def _findings(self, row) -> tuple[Finding, ...]:
        if "findings" in row.values:
            return row.values["findings"]
        return self.fields["findings"].get_value(row.instance) if row.instance is not None else ()

    def _people_of(self, row) -> list:
        if "participants" in row.values:
            return row.values["participants"].ordered()
        return list(row.instance.participants.all()) if row.instance is not None else []

    def judge(self, row):
        if not row.has("agreement", "activity_type", "start_on"):
            return
        texts = entry_texts(
            outcomes=self._outcomes(row),
            findings=self._findings(row),
            **{name: row.values.get(name) or "" for name in TEXTS},
        )
        found = activity_problems(
            agreement=row.values["agreement"],
            activity_type=row.values["activity_type"],
            start_on=row.values["start_on"],
            end_on=row.values.get("end_on") or row.values["start_on"],
            participants=self._people_of(row),
            measures=self._measures(row),
            texts=texts,
            findings=self._findings(row),
        ).found
        odd = personal_advice(texts) + filing_advice(row.values["start_on"], row.values.get("filed_on"))
        row.notes += [one.text for one in odd]
        wrong_number = any(heading in self._measure_headings for heading, _ in row.problems)
        for field, messages in found.items():
            # an unreadable quantity must not be told as a missing one, too
            if field == "measures" and wrong_number:
                continue
            column = self.column_of(field)
            for message in messages:
                row.add(message, column.heading if column else "")

    @property
    def _measure_headings(self) -> set[str]:
        return {column.heading for column in self.columns if isinstance(column, MeasureColumn)}

    def write(self, row):
        known = {name: getattr(row.instance, name) for name in WORDS} if row.instance is not None else {}
        given = {name: row.values[name] for name in WORDS if name in row.values}
        return activity_save(
            agreement=row.values["agreement"],
            activity_type=row.values["activity_type"],
            start_on=row.values["start_on"],
            end_on=row.values.get("end_on") or getattr(row.instance, "end_on", None),
            by=self.user,
            participants=self._people_of(row),
            measures=self._measures(row),
            outcomes=self._outcomes(row),
            findings=self._findings(row),
            activity=row.instance,
            submit=True,
            **(known | given),
        )
