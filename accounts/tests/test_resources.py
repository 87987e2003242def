"""Organisations in and out of Excel: parents inside the file, credit codes that warn, own region only."""

import pytest

from accounts.models import Organisation
from accounts.resources import OrganisationResource
from core.excel.formats import CsvFormat, XlsxFormat
from core.excel.reading import read_table
from core.tests.excel_files import workbook
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HEADINGS = [
    "机构编码",
    "名称",
    "类别",
    "级别等次",
    "行政区划代码",
    "上级机构编码",
    "统一社会信用代码",
    "床位数",
    "重点帮扶县",
]
GOOD_CODE = "91350100M000100Y43"


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world):
    return world.people["bureau_officer"]


def take(user, *rows, headings=HEADINGS, **options):
    dataset = read_table(workbook(headings, *rows), "xlsx", "机构")
    return OrganisationResource(user=user).import_data(dataset, **options)


def test_a_parent_may_be_another_row_of_the_file_in_any_order(world, officer):
    result = take(
        officer,
        ["V1", "甲村卫生室", "村卫生室", "", build.COUNTY, "C1", "", "", ""],
        ["C1", "乙镇卫生院", "乡镇卫生院", "一级甲等", build.COUNTY, "H1", "", 40, "是"],
        ["H1", "丙医院", "hospital", "22", 451027, world.hospital.code, "", "", "否"],
    )
    assert result.sentences == []
    made = {row.code: row for row in Organisation.objects.filter(code__in=["V1", "C1", "H1"])}
    assert (made["V1"].parent, made["C1"].parent, made["H1"].parent) == (
        made["C1"],
        made["H1"],
        world.hospital,
    )
    assert (made["C1"].grade, made["C1"].beds, made["C1"].is_key_county) == ("11", 40, True)
    assert (made["H1"].kind, made["H1"].grade, made["H1"].name_key) == ("hospital", "22", "byy")
    again = take(officer, ["V1", "甲村卫生室", "村卫生室", "", build.COUNTY, "C1", "", "", ""])
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_parents_that_point_at_each_other(world, officer):
    result = take(
        officer,
        ["A1", "甲", "医院", "", build.COUNTY, "B1", "", "", ""],
        ["B1", "乙", "医院", "", build.COUNTY, "A1", "", "", ""],
        ["C1", "丙", "医院", "", build.COUNTY, "C1", "", "", ""],
        ["D1", "丁", "医院", "", build.COUNTY, "X9", "", "", ""],
    )
    assert result.sentences == [
        "第 2 行“上级机构编码”：上级机构互相指向，排不出先后。",
        "第 3 行“上级机构编码”：上级机构互相指向，排不出先后。",
        "第 4 行“上级机构编码”：上级机构不能是本机构自己。",
        "第 5 行“上级机构编码”：机构编码“X9”不存在或不在您的管理范围内，本文件中也没有。",
    ]
    assert not Organisation.objects.filter(code__in=["A1", "B1", "C1", "D1"]).exists()


def test_a_wrong_credit_code_warns_and_a_second_owner_is_refused(world, officer):
    build.organisation("hospital", credit_code=GOOD_CODE)
    result = take(
        officer,
        ["A1", "甲", "医院", "", build.COUNTY, "", GOOD_CODE[:-1] + "4", "", ""],
        ["B1", "乙", "医院", "", build.COUNTY, "", GOOD_CODE, "", ""],
    )
    assert result.sentences == ["第 3 行：这个统一社会信用代码已经属于另一家机构。"]
    alone = take(officer, ["A1", "甲", "医院", "", build.COUNTY, "", GOOD_CODE[:-1] + "4", "", ""])
    assert alone.sentences == [] and "校验位不符" in alone.noted_rows[0].notes[0]
    twice = take(
        officer,
        ["B1", "乙", "医院", "", build.COUNTY, "", "91350100M000100X44", "", ""],
        ["B2", "丙", "医院", "", build.COUNTY, "", "91350100m000100x44", "", ""],
    )
    assert twice.sentences == [
        "第 2 行“统一社会信用代码”：与第 3 行相同，不能重复。",
        "第 3 行“统一社会信用代码”：与第 2 行相同，不能重复。",
    ]


def test_only_the_own_region(world, officer):
    foreign = build.organisation("hospital", at=build.OTHER_COUNTY, code="F1")
    build.organisation("hospital", at=build.OTHER_COUNTY, code="F2")
    result = take(
        officer,
        ["A1", "甲", "医院", "", build.OTHER_COUNTY, "", "", "", ""],
        ["F1", "改名", "医院", "", build.COUNTY, "", "", "", ""],
        ["A2", "丙", "医院", "", build.COUNTY, "F2", "", "", ""],
        ["A3", "丁", "医院", "", "999999", "", "", "", ""],
    )
    assert result.sentences == [
        "第 2 行“行政区划代码”：灵山县（450721）不在您的管理范围内。",
        "第 3 行：机构编码“F1”已被管理范围以外的机构使用，请核对编码。",
        "第 4 行“上级机构编码”：机构编码“F2”不存在或不在您的管理范围内，本文件中也没有。",
        "第 5 行“行政区划代码”：区划代码“999999”不存在或不在您的管理范围内。",
    ]
    foreign.refresh_from_db()
    assert foreign.name != "改名"


def test_a_partner_is_seen_but_not_written(world, officer):
    partner = build.organisation("hospital", at=build.OTHER_COUNTY, code="P1")
    build.agreement_in_force(partner, world.clinic, within=world.cycle)
    result = take(officer, ["P1", "改名", "医院", "", build.COUNTY, "", "", "", ""])
    assert result.sentences == ["第 2 行：机构编码“P1”已被管理范围以外的机构使用，请核对编码。"]


def test_the_system_administrator_writes_everywhere(world):
    build.region(build.OTHER_COUNTY)
    result = take(world.people["system_admin"], ["A1", "甲", "医院", "", build.OTHER_COUNTY, "", "", "", ""])
    assert (result.sentences, result.new) == ([], 1)


def test_headings_are_checked_before_any_row(world, officer):
    result = take(officer, ["A1", "甲", "x", "y", "z"], headings=["机构编码", "名称", "名 称", "备用", None])
    assert result.sentences == [
        "列“名称”出现了两次（第 B 列和第 C 列）。",
        "第 D 列“备用”不是这张表的列。",
        "第 E 列没有列名，下面却有内容。请补上列名或删去这一列。",
        "缺少列：类别、行政区划代码。第 1 行应是列名，请以模板为准。",
        "可用的列：" + "、".join(column.heading for column in OrganisationResource().columns) + "。",
    ]
    empty = take(officer)
    assert empty.sentences == ["文件只有列名，没有数据行。"]


@pytest.mark.parametrize("file_format", [XlsxFormat, CsvFormat])
def test_an_export_comes_back_with_zero_changes(world, officer, file_format):
    build.organisation(
        "hospital",
        name="“凌云”医院（东院）",
        contact="'=单引号",
        contact_phone="+86 776",
        credit_code="000000000000000001",
        parent=world.hospital,
        beds=0,
    )
    visible = Organisation.objects.owned_by(officer)
    resource = OrganisationResource(user=officer)
    data = file_format().export_data(resource.export(visible), resource=resource)
    kind = file_format().get_extension()
    before = list(Organisation.objects.order_by("pk").values())
    result = OrganisationResource(user=officer).import_data(read_table(data, kind, "机构"))
    assert result.sentences == []
    assert (result.new, result.changed, result.unchanged) == (0, 0, visible.count())
    assert list(Organisation.objects.order_by("pk").values()) == before
