"""Activities in and out of Excel: one column a measure, entered for the bureau, waiting for confirmation."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.excel.formats import CsvFormat, XlsxFormat
from core.excel.reading import read_table
from core.tests.excel_files import workbook
from staffing.models import Activity
from staffing.resources import ActivityResource
from staffing.services.activity_rules import Finding, Outcome, Quantity
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HEADINGS = [
    "协议编号",
    "活动类型",
    "日期",
    "主题",
    "参加人员工号",
    "讲座（次）",
    "听课（人次）",
    "新技术新业务（项）",
    "新技术新业务名称",
]


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world):
    return world.people["bureau_officer"]


def take(user, *rows, headings=HEADINGS, **options):
    dataset = read_table(workbook(headings, *rows), "xlsx", "活动")
    return ActivityResource(user=user).import_data(dataset, **options)


def lecture(world, topic="高血压规范诊疗", **more):
    cells = {
        "协议编号": world.agreement.number,
        "活动类型": "讲座",
        "日期": date(2026, 4, 20),
        "主题": topic,
        "参加人员工号": world.clinician.staff_no,
        "讲座（次）": 1,
        "听课（人次）": 30,
    } | more
    return [cells.get(heading) for heading in HEADINGS]


def test_imported_activities_wait_for_the_other_side(world, officer):
    result = take(officer, lecture(world), lecture(world, "心电图判读", **{"听课（人次）": "约３０"}))
    assert result.sentences == []
    assert result.new == 2
    first = Activity.objects.get(topic="高血压规范诊疗")
    assert (first.status, first.entered_by, first.entered_for) == ("submitted", officer, world.bureau)
    assert first.end_on == first.start_on and first.submitted_at is not None
    assert list(first.participants.all()) == [world.clinician]
    values = {row.measure.code: (row.value, row.qualifier) for row in first.measures.all()}
    assert values == {"lectures": (Decimal(1), "exact"), "lecture_audience": (Decimal(30), "exact")}
    about = Activity.objects.get(topic="心电图判读").measures.get(measure__code="lecture_audience")
    assert (about.value, about.qualifier) == (Decimal(30), "about")


def test_the_same_file_twice_changes_nothing(world, officer):
    assert take(officer, lecture(world)).new == 1
    result = take(officer, lecture(world))
    assert (result.new, result.changed, result.unchanged, result.wrong) == (0, 0, 1, 0)


def test_two_lectures_of_a_day_need_topics_to_tell_them_apart(world, officer):
    result = take(officer, lecture(world, ""), lecture(world, ""))
    assert [s for s in result.sentences if "重复" in s]
    assert not Activity.objects.filter(entered_for=world.bureau).exists()
    assert take(officer, lecture(world, "上午场"), lecture(world, "下午场")).new == 2


def test_every_problem_of_every_row_at_once(world, officer):
    result = take(
        officer,
        lecture(world, 日期=date(2027, 2, 1)),
        lecture(world, **{"讲座（次）": "一", "听课（人次）": 3.5}),
        lecture(world, 活动类型="开会", 日期="2026/2/31"),
        lecture(world, **{"新技术新业务（项）": 1, "讲座（次）": None}),
        lecture(world, "患者 11010519491231002X", 参加人员工号="不存在；X9:0012"),
        lecture(world, **{"讲座（次）": -1}),
    )
    found = "\n".join(result.sentences)
    assert "第 2 行“日期”：活动日期不在协议" in found
    assert "第 2 行“日期”：活动日期不能晚于今天，请在活动结束后登记。" in found
    assert "第 3 行“讲座（次）”：写的是“一”，应为整数，或“约3000”“80余”“近100”。" in found
    assert "第 3 行“听课（人次）”：写的是“3.5”，请填整数，应为整数" in found
    assert "第 3 行：请填写" not in found
    assert "第 4 行“活动类型”：活动类型“开会”不存在或不在您的管理范围内。可填：讲座、" in found
    assert "第 4 行“日期”：写的是“2026/2/31”，没有这一天" in found
    assert "第 5 行：“讲座”不填“新技术新业务”。" in found
    assert "第 5 行：请填写“讲座”（次）。" in found
    assert "第 6 行“主题”：“主题”中有身份证号" in found
    assert f"第 6 行“参加人员工号”：{world.hospital}的工号“不存在”不存在或不在您的管理范围内。" in found
    assert "第 6 行“参加人员工号”：“X9:0012”中的机构编码不是协议的支援单位或受援单位。" in found
    assert "第 7 行“讲座（次）”：写的是“-1”，不能小于 0" in found
    assert result.wrong == 6
    assert not Activity.objects.filter(entered_for=world.bureau).exists()


def test_what_waits_for_confirmation_is_not_rewritten(world, officer):
    take(officer, lecture(world))
    result = take(officer, lecture(world, **{"听课（人次）": 31}))
    assert result.sentences == ["第 2 行：记录现在是“待确认”，不能修改。"]


def test_a_returned_record_is_mended_by_its_number(world, officer):
    mine = build.activity(
        world.agreement,
        on=date(2026, 5, 6),
        by=officer,
        status="draft",
        topic="旧题",
        measures={"lectures": 1, "lecture_audience": Quantity(Decimal(80), "over", "80余人次")},
    )
    row = lecture(world, "新题", 日期=date(2026, 5, 6), **{"听课（人次）": "80余"})
    result = take(officer, [mine.pk, *row], headings=["记录号", *HEADINGS])
    assert result.sentences == []
    assert [change[0] for change in result.moving_rows[0].changes] == ["主题", "参加人员工号"]
    mine.refresh_from_db()
    assert (mine.topic, mine.status) == ("新题", "submitted")
    assert mine.measures.get(measure__code="lecture_audience").quoted == "80余人次"


def test_named_results_keep_what_the_sheet_does_not_show(world, officer):
    person = world.clinician
    mine = build.activity(
        world.agreement,
        kind="technique",
        by=officer,
        status="draft",
        measures={"techniques": 1},
        outcomes=[Outcome("technique", "腹腔镜胆囊切除", person, "外科", date(2026, 4, 9))],
    )
    row = lecture(
        world,
        "",
        活动类型="technique",
        日期=mine.start_on,
        参加人员工号=None,
        **{
            "讲座（次）": None,
            "听课（人次）": None,
            "新技术新业务（项）": 2,
            "新技术新业务名称": "腹腔镜胆囊切除；无痛胃镜",
        },
    )
    result = take(officer, row)
    assert result.sentences == []
    kept = mine.outcomes.get(name="腹腔镜胆囊切除")
    assert (kept.person, kept.department, kept.first_on) == (person, "外科", date(2026, 4, 9))
    assert mine.outcomes.get(name="无痛胃镜").first_on == mine.start_on


def test_the_preview_tells_what_the_import_does(world, officer):
    rows = [
        lecture(world),
        lecture(world, "二", 日期=date(2027, 2, 1)),
        lecture(world, "三", **{"讲座（次）": None}),
        lecture(world, "四", 参加人员工号=build.clinician(build.organisation()).staff_no),
        lecture(world, "11010519491231002X"),
    ]
    before = Activity.objects.count()
    preview = take(officer, *rows, dry_run=True)
    assert preview.wrong == 4
    assert preview.sentences == take(officer, *rows).sentences
    assert take(officer, rows[0], dry_run=True).new == 1
    assert Activity.objects.count() == before


def test_the_queries_of_an_export_do_not_grow(world, officer, django_assert_num_queries):
    def export():
        return ActivityResource(user=officer).export(Activity.objects.visible_to(officer).order_by("pk"))

    export()
    with CaptureQueriesContext(connection) as few:
        export()
    for number in range(5):
        build.activity(world.agreement, topic=f"第{number}讲", participants=[build.clinician(world.hospital)])
    with django_assert_num_queries(len(few)):
        assert len(export()) == 6


def test_strangers_cannot_write_here(world):
    result = take(world.strangers["bureau_officer"], lecture(world))
    assert result.sentences == [
        f"第 2 行“协议编号”：协议编号“{world.agreement.number}”不存在或不在您的管理范围内。"
    ]
    numbered = take(
        world.strangers["bureau_officer"],
        [world.activity.pk, *lecture(world)],
        headings=["记录号", *HEADINGS],
    )
    assert "第 2 行：这一行不属于您的管理范围，不能导入。" in numbered.sentences


FREE_CLINIC = [
    "协议编号",
    "活动类型",
    "日期",
    "主题",
    "科室",
    "内容",
    "备案号",
    "备案日期",
    "查出病种",
    "义诊（次）",
]


def free_clinic(world, found, **more):
    row = [world.agreement.number, "义诊", date(2026, 4, 20), "高血压日", "门诊", "测血压", "3号"]
    return [*row, date(2026, 4, 1), found, 1]


@pytest.mark.parametrize(
    "text", ["高血压 9；冠心病 6", "高血压9；冠心病6", "高血压９人;冠心病：6例", "高血压 9 人\n冠心病:6"]
)
def test_findings_in_one_cell(world, officer, text):
    assert take(officer, free_clinic(world, text), headings=FREE_CLINIC).sentences == []
    made = Activity.objects.get(activity_type__code="free_clinic")
    assert [str(row) for row in made.findings.all()] == ["高血压9人", "冠心病6人"]
    assert (made.department, made.content, made.filing_number) == ("门诊", "测血压", "3号")
    assert made.filed_on == date(2026, 4, 1)


def test_findings_that_cannot_be_read_say_so(world, officer):
    result = take(officer, free_clinic(world, "高血压；9"), headings=FREE_CLINIC)
    assert "看不出病种和人数" in result.sentences[0] and "查出病种" in result.sentences[0]
    twice = take(officer, free_clinic(world, "高血压 9；高血压 1"), headings=FREE_CLINIC)
    assert "写了两次" in twice.sentences[0] and "查出病种" in twice.sentences[0]
    number = take(officer, free_clinic(world, "患者11010519491231002X 1"), headings=FREE_CLINIC)
    assert any("身份证号" in sentence for sentence in number.sentences)


def test_what_looks_odd_is_told_in_the_preview_and_holds_nothing_up(world, officer):
    row = free_clinic(world, "高血压 9")
    row[5], row[7] = "家属电话 13800138000", date(2026, 5, 1)
    preview = take(officer, row, headings=FREE_CLINIC, dry_run=True)
    (noted,) = preview.noted_rows
    assert len(noted.notes) == 2 and "138****8000" in noted.notes[0] and "早于备案日期" in noted.notes[1]
    assert preview.succeeded and take(officer, row, headings=FREE_CLINIC).succeeded


def test_a_file_from_before_the_new_columns_leaves_them_alone(world, officer):
    made = build.activity(
        world.agreement,
        status="returned",
        by=officer,
        department="内科",
        findings=[Finding("高血压", 1)],
        participants=[world.clinician],
    )
    row = lecture(world, **{"日期": made.start_on, "主题": "改过的题目"})
    assert take(officer, [made.pk, *row], headings=["记录号", *HEADINGS]).sentences == []
    made.refresh_from_db()
    assert (made.topic, made.department, made.findings.count()) == ("改过的题目", "内科", 1)


@pytest.mark.parametrize("file_format", [XlsxFormat, CsvFormat])
def test_an_export_comes_back_with_zero_changes(world, officer, file_format):
    guest = build.clinician(world.clinic)
    for status in ("draft", "submitted", "returned", "confirmed"):
        build.activity(
            world.agreement,
            status=status,
            topic="=1+1" if status == "draft" else "-题目",
            on=date(2026, 5, 1),
            participants=[world.clinician, guest],
            hours=Decimal("1.5"),
            measures={"lectures": 1, "lecture_audience": Quantity(Decimal(3000), "over", "3000多人次")},
        )
    build.activity(
        world.agreement,
        kind="technique",
        measures={"techniques": 2},
        outcomes=[Outcome("technique", "甲、乙联合术"), Outcome("technique", "丙术")],
    )
    build.activity(
        world.agreement,
        kind="free_clinic",
        measures={"free_clinic_sessions": 1, "free_clinic_patients": 78},
        findings=[Finding("高血压", 9), Finding("冠心病 6 级", 6), Finding("子宫肌瘤", 2)],
        filing_number="001/2026",
        filed_on=date(2026, 3, 1),
        department="门诊",
        content="第一段\n  第二段",
    )
    visible = Activity.objects.visible_to(officer)
    resource = ActivityResource(user=officer)
    data = file_format().export_data(resource.export(visible), resource=resource)
    kind = file_format().get_extension()
    exported = read_table(data, kind, "活动")
    assert set(exported["活动类型"]) == {"讲座", "新技术新业务", "义诊"}
    assert "高血压 9；冠心病 6 级 6；子宫肌瘤 2" in exported["查出病种"]
    assert ("3000余" in exported["听课（人次）"]) and (
        f"{world.clinic.code}:{guest.staff_no}" in exported["参加人员工号"][1]
    )
    before = list(Activity.objects.order_by("pk").values())
    result = ActivityResource(user=officer).import_data(read_table(data, kind, "活动"))
    assert result.sentences == []
    assert (result.new, result.changed, result.unchanged) == (0, 0, visible.count())
    assert not result.noted_rows
    assert list(Activity.objects.order_by("pk").values()) == before
