"""Postings in and out of Excel: the same rules as the page, every problem at once, all rows or none."""

from datetime import date

import pytest

from core.excel.formats import XlsxFormat
from core.excel.reading import read_table
from core.tests.excel_files import workbook
from staffing.models import Posting
from staffing.resources import PostingResource
from staffing.services.postings import posting_cancel
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HEADINGS = ["批次编号", "协议编号", "工号", "姓名", "开始日期", "结束日期", "派驻科室", "身份"]


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world):
    return world.people["bureau_officer"]


@pytest.fixture
def batch(world):
    return build.batch(world.agreement, departed=date(2026, 2, 1), code="PC-2026-9")


def take(user, *rows, headings=HEADINGS, dry_run=False):
    data = workbook(headings, *rows)
    resource = PostingResource(user=user)
    return resource.import_data(read_table(data, "xlsx", resource.sheet_name), dry_run=dry_run)


def row_for(batch, agreement, person, start=date(2026, 9, 1), end=date(2026, 12, 31), **more):
    cells = {
        "批次编号": batch.code,
        "协议编号": agreement.number,
        "工号": person.staff_no,
        "姓名": person.name,
        "开始日期": start,
        "结束日期": end,
        "派驻科室": "内科",
        "身份": "队员",
    } | more
    return [cells[heading] for heading in HEADINGS]


def test_new_rows_are_approved_postings_entered_by_the_importer(world, officer, batch):
    person = build.clinician(world.hospital, title="232")
    result = take(officer, row_for(batch, world.agreement, person, 身份="领队"))
    assert result.sentences == []
    assert (result.new, result.changed, result.unchanged) == (1, 0, 0)
    posting = Posting.objects.get(clinician=person)
    assert (posting.status, posting.entered_by, posting.role) == ("approved", officer, "leader")
    assert (posting.kind, posting.title, posting.planned_end_on) == ("resident", "232", date(2026, 12, 31))


def test_the_preview_tells_what_the_import_does(world, officer, batch):
    person = build.clinician(world.hospital)
    rows = [
        row_for(batch, world.agreement, person),
        row_for(batch, world.agreement, build.clinician(world.hospital, left_on=date(2026, 10, 1))),
        row_for(batch, world.agreement, build.clinician(world.hospital), end=date(2027, 1, 31)),
        row_for(batch, world.agreement, world.clinician, start=date(2026, 8, 1)),
    ]
    before = Posting.objects.count()
    preview = take(officer, *rows, dry_run=True)
    assert preview.wrong == 3
    assert preview.sentences == take(officer, *rows).sentences
    good = take(officer, rows[0], dry_run=True)
    assert (good.new, good.wrong) == (1, 0)
    assert Posting.objects.count() == before


def test_the_same_file_twice_changes_nothing(world, officer, batch):
    row = row_for(batch, world.agreement, build.clinician(world.hospital))
    assert take(officer, row).new == 1
    before = list(Posting.objects.values())
    result = take(officer, row)
    assert (result.new, result.changed, result.unchanged) == (0, 0, 1)
    assert list(Posting.objects.values()) == before


def test_a_changed_row_says_what_changes(world, officer, batch):
    person = build.clinician(world.hospital)
    take(officer, row_for(batch, world.agreement, person))
    result = take(
        officer,
        row_for(batch, world.agreement, person, end=date(2026, 11, 30), 派驻科室="外科"),
        dry_run=True,
    )
    assert result.moving_rows[0].changes == [
        ("结束日期", "2026-12-31", "2026-11-30"),
        ("派驻科室", "内科", "外科"),
    ]
    assert Posting.objects.get(clinician=person).department == "内科"


def test_every_problem_of_every_row_is_told_at_once_and_nothing_is_written(world, officer, batch):
    good, left = build.clinician(world.hospital), build.clinician(world.hospital, left_on=date(2026, 10, 1))
    before = Posting.objects.count()
    result = take(
        officer,
        row_for(batch, world.agreement, good),
        row_for(batch, world.agreement, left),
        row_for(batch, world.agreement, good, 工号="没有这人", 姓名="", 开始日期="2026-02-31", 身份="队长"),
        row_for(batch, world.agreement, good, 协议编号="XY-不存在", 结束日期="完全不是日期"),
        row_for(
            batch,
            world.agreement,
            build.clinician(world.hospital),
            start=date(2027, 1, 1),
            end=date(2026, 9, 1),
        ),
    )
    assert Posting.objects.count() == before
    found = result.sentences
    assert f"第 3 行“工号”：{left.name}已于 2026-10-01 离职。" in found
    assert "第 4 行“开始日期”：写的是“2026-02-31”，没有这一天，应为日期，例如 2026-03-01。" in found
    assert any(s.startswith("第 4 行“工号”：") and "不存在或不在您的管理范围内" in s for s in found)
    assert "第 4 行“身份”：写的是“队长”，应为以下之一：队员、领队、护送、联络员。" in found
    assert "第 5 行“协议编号”：协议编号“XY-不存在”不存在或不在您的管理范围内。" in found
    assert "第 5 行“结束日期”：写的是“完全不是日期”，应为日期，例如 2026-03-01。" in found
    assert "第 6 行“结束日期”：结束日期 2026-09-01 早于开始日期 2027-01-01。" in found
    assert (result.new, result.wrong) == (1, 4)


def test_two_rows_of_one_person_that_overlap_name_each_other(world, officer, batch):
    person = build.clinician(world.hospital)
    result = take(
        officer,
        row_for(batch, world.agreement, person, date(2026, 9, 1), date(2026, 10, 31)),
        row_for(batch, world.agreement, person, date(2026, 10, 31), date(2026, 12, 31)),
    )
    assert result.sentences == [
        f"第 2 行“开始日期”：{person.name}与第 3 行 2026-10-31 至 2026-12-31 的驻点派驻重叠。",
        f"第 3 行“开始日期”：{person.name}与第 2 行 2026-09-01 至 2026-10-31 的驻点派驻重叠。",
    ]


def test_overlap_with_a_posting_in_the_system_is_reported_by_name(world, officer, batch):
    build.posting(world.agreement, build.clinician(world.hospital, "梁志远", staff_no="0012"), arrived=False)
    result = take(
        officer,
        row_for(
            batch,
            world.agreement,
            build.clinician(world.hospital),
            工号="0012",
            姓名="梁志远",
            开始日期=date(2026, 8, 31),
        ),
    )
    clinic = world.clinic.display_name
    assert result.sentences == [f"第 2 行“工号”：梁志远与 {clinic} 2026-03-01 至 2026-08-31 的派驻重叠。"]


def test_a_name_that_belongs_to_another_staff_number_is_an_error(world, officer, batch):
    person = build.clinician(world.hospital, "梁志远")
    result = take(officer, row_for(batch, world.agreement, person, 姓名="黄小燕"))
    assert result.sentences == ["第 2 行“姓名”：写的是“黄小燕”，系统中是“梁志远”，请核对。"]


def test_the_same_row_twice_in_a_file(world, officer, batch):
    row = row_for(batch, world.agreement, build.clinician(world.hospital))
    result = take(officer, row, [None] * 8, row)
    assert [s for s in result.sentences if "重复" in s] == [
        "第 2 行：与第 4 行重复：同一条记录在文件中只能有一行。",
        "第 4 行：与第 2 行重复：同一条记录在文件中只能有一行。",
    ]
    assert not Posting.objects.filter(batch=batch).exists()


def test_a_number_cell_that_lost_its_zeros_is_explained(world, officer, batch):
    build.clinician(world.hospital, "梁志远", staff_no="0012")
    other = build.clinician(world.hospital)
    result = take(officer, row_for(batch, world.agreement, other, 工号=12, 姓名=""))
    assert result.sentences == [
        f"第 2 行“工号”：{world.hospital}的工号“12”不存在或不在您的管理范围内。"
        "有工号 0012（梁志远），单元格可能丢了前面的 0。"
    ]


def test_who_is_already_on_post_is_not_rewritten(world, officer):
    posting = build.posting(world.agreement, build.clinician(world.hospital))
    row = row_for(posting.batch, world.agreement, posting.clinician, posting.start_on, date(2026, 7, 31))
    result = take(officer, row)
    assert result.sentences == ["第 2 行：派驻现在是“已到岗”，不能再修改；请办理结束或另建派驻。"]


def test_state_columns_are_looked_at_and_never_written(world, officer, batch):
    person = build.clinician(world.hospital)
    result = take(
        officer,
        [*row_for(batch, world.agreement, person), "已到岗"],
        headings=[*HEADINGS, "状态"],
    )
    assert result.sentences == []
    assert result.noted_rows[0].notes == ["“状态”只供查看，文件中的“已到岗”不会导入。"]
    assert Posting.objects.get(clinician=person).status == "approved"


def test_rows_of_strangers_do_not_exist(world, officer, batch):
    far_officer = world.strangers["bureau_officer"]
    person = build.clinician(world.hospital)
    result = take(far_officer, row_for(batch, world.agreement, person))
    assert "第 2 行“批次编号”：批次编号“PC-2026-9”不存在或不在您的管理范围内。" in result.sentences
    assert (
        f"第 2 行“协议编号”：协议编号“{world.agreement.number}”不存在或不在您的管理范围内。"
        in result.sentences
    )
    posting = world.posting
    numbered = take(
        far_officer,
        [posting.pk, *row_for(batch, world.agreement, person)],
        headings=["记录号", *HEADINGS],
    )
    assert any("不属于您的管理范围" in sentence for sentence in numbered.sentences)
    assert numbered.totals["update"] == 0


def test_an_export_comes_back_with_zero_changes(world, officer, batch):
    cancelled = build.posting(world.agreement, build.clinician(world.hospital), arrived=False)
    posting_cancel(posting=cancelled, by=world.people["hospital_coordinator"], reason="=HYPERLINK(1)")
    build.posting(
        world.agreement,
        cancelled.clinician,
        within=cancelled.batch,
        arrived=False,
        department="+急诊",
    )
    build.posting(world.agreement, kind="short_term", ended=date(2026, 5, 1))
    resource = PostingResource(user=officer)
    visible = Posting.objects.visible_to(officer)
    data = XlsxFormat().export_data(resource.export(visible), resource=resource)
    before = list(Posting.objects.order_by("pk").values())
    result = PostingResource(user=officer).import_data(read_table(data, "xlsx", "派驻"))
    assert result.sentences == []
    assert (result.new, result.changed, result.unchanged) == (0, 0, visible.count())
    assert not result.noted_rows
    assert list(Posting.objects.order_by("pk").values()) == before


def test_people_of_a_plan_are_not_brought_in_by_excel(world, officer):
    plan = build.plan(world.agreement)
    person = build.clinician(world.hospital)
    result = take(officer, row_for(plan, world.agreement, person))
    assert "人员在派驻计划中增加" in " ".join(result.sentences)
    assert not Posting.objects.filter(clinician=person).exists()
