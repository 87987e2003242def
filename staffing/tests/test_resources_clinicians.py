"""Clinicians in and out of Excel: staff numbers keep their zeros, titles come from the list or stay unknown."""

from datetime import date

import pytest

from core.excel.formats import CsvFormat, XlsxFormat
from core.excel.reading import read_csv, read_table
from core.tests.excel_files import csv_file, workbook
from core.tests.test_id_numbers import by_hand
from staffing.models import Clinician
from staffing.resources import ClinicianResource
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HEADINGS = ["单位编码", "工号", "姓名", "性别", "出生年月", "职称", "科室", "执业证书编号"]


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world):
    return world.people["bureau_officer"]


def take(user, *rows, headings=HEADINGS, **options):
    dataset = read_table(workbook(headings, *rows), "xlsx", "医务人员")
    return ClinicianResource(user=user).import_data(dataset, **options)


def test_new_people_with_titles_by_name_code_and_unknown(world, officer):
    code = world.hospital.code
    result = take(
        officer,
        [code, "0012", "张　三", "男", "1980年5月", "主任医师", " 内科　", None],
        [code, "００１３", "李四", "女", date(1981, 6, 15), 233, "", "141450000000001"],
        [code, "0014", "王五", "", "", "未填", "", ""],
        [code, "0015", "赵 六", "", "1990.7", "主治医师", "", ""],
        [None] * 8,
    )
    assert result.sentences == []
    assert result.new == 4
    people = {person.staff_no: person for person in Clinician.objects.filter(organisation=world.hospital)}
    assert (people["0012"].name, people["0012"].title, people["0012"].department) == ("张三", "231", "内科")
    assert people["0012"].birth_month == date(1980, 5, 1)
    assert (people["0013"].title, people["0013"].birth_month) == ("233", date(1981, 6, 1))
    assert (people["0014"].title, people["0014"].sex, people["0014"].title_label) == ("", "0", "未填")
    assert (people["0015"].title, people["0015"].name) == ("233", "赵六")
    assert people["0012"].name_key == "zhangsan"


@pytest.mark.parametrize("text", ["科副主任", "副高", "主任", "高级", "主任医师（返聘）"])
def test_titles_are_never_read_out_of_free_text(world, officer, text):
    result = take(officer, [world.hospital.code, "0012", "张三", "", "", text, "", ""])
    (sentence,) = result.sentences
    assert sentence.startswith(f"第 2 行“职称”：写的是“{text}”，应为以下之一：主任医师、副主任医师、")
    assert not Clinician.objects.filter(staff_no="0012").exists()


def test_changed_and_unchanged_people(world, officer):
    person = build.clinician(world.hospital, "张三", staff_no="0012", title="234", department="内科")
    same = build.clinician(world.hospital, "李四", staff_no="0013", title="")
    code = world.hospital.code
    result = take(
        officer,
        [code, "0012", "张三", "", "", "主任医师", "外科", ""],
        [code, "0013", "李四", "", "", "", "", ""],
    )
    assert (result.new, result.changed, result.unchanged) == (0, 1, 1)
    assert result.moving_rows[0].changes == [("职称", "医师", "主任医师"), ("科室", "内科", "外科")]
    person.refresh_from_db()
    same.refresh_from_db()
    assert (person.title, person.department, same.title) == ("231", "外科", "")


def test_a_blank_cell_clears_and_a_missing_column_keeps(world, officer):
    person = build.clinician(
        world.hospital, "张三", staff_no="0012", title="234", department="内科", post="组长"
    )
    result = take(
        officer, [world.hospital.code, "0012", "张三", ""], headings=["单位编码", "工号", "姓名", "科室"]
    )
    person.refresh_from_db()
    assert (person.department, person.post, person.title) == ("", "组长", "234")
    assert result.moving_rows[0].changes == [("科室", "内科", "空白")]
    assert any("保持不变" in note and "职务" in note for note in result.notes)


def test_identity_like_numbers_in_number_cells_are_errors(world, officer):
    result = take(officer, [world.hospital.code, "0012", "张三", "", "", "", "", 141450000000001])
    assert result.sentences == [
        "第 2 行“执业证书编号”：写的是“141450000000001”，单元格是数字格式，前面的 0 和 15 位以后的数字"
        "可能已经丢失。请把单元格设为文本后重新填写。"
    ]


def test_a_number_cell_does_not_make_a_second_person(world, officer):
    build.clinician(world.hospital, "张三", staff_no="0012")
    wrong = take(officer, [world.hospital.code, 12, "张三", "", "", "", "", ""])
    assert wrong.sentences == [
        "第 2 行“工号”：写的是“12”，本单位已有张三（工号 0012），前面的 0 可能丢失了。"
        "请把单元格设为文本后重新填写。"
    ]
    assert take(officer, [world.hospital.code, 77, "李四", "", "", "", "", ""]).new == 1
    assert Clinician.objects.get(name="李四").staff_no == "77"
    text = take(officer, [world.hospital.code, "12", "另一人", "", "", "", "", ""])
    assert text.new == 1 and "请确认是另一个人" in text.noted_rows[0].notes[0]


def test_only_own_organisations(world, officer):
    stranger = world.strangers["bureau_officer"]
    result = take(stranger, [world.hospital.code, "0012", "张三", "", "", "", "", ""])
    assert result.sentences == [
        f"第 2 行“单位编码”：机构编码“{world.hospital.code}”不存在或不在您的管理范围内。"
    ]
    partner = build.organisation("hospital", at=build.OTHER_COUNTY)
    build.agreement_in_force(partner, world.clinic, within=world.cycle)
    assert type(partner).objects.visible_to(officer).filter(pk=partner.pk).exists()
    seen_only = take(officer, [partner.code, "0012", "张三", "", "", "", "", ""])
    assert seen_only.sentences == [f"第 2 行“单位编码”：机构编码“{partner.code}”不存在或不在您的管理范围内。"]


def test_written_rows_are_checked_against_the_reach_once_more(world, officer, monkeypatch):
    """The net below the look-ups: even a reference that slipped through writes nothing."""
    partner = build.organisation("hospital", at=build.OTHER_COUNTY)
    build.agreement_in_force(partner, world.clinic, within=world.cycle)
    monkeypatch.setattr(ClinicianResource.fields["organisation"].widget, "owned", False)
    result = take(officer, [partner.code, "0012", "张三", "", "", "", "", ""])
    assert result.sentences == ["第 2 行：这一行不属于您的管理范围，不能导入。"]
    assert not Clinician.objects.filter(organisation=partner, staff_no="0012").exists()


def test_problems_of_form_and_model_come_together(world, officer):
    code = world.hospital.code
    result = take(
        officer,
        [code, "工号一", "张三", "未知性别", "", "", "科" * 51, ""],
        [code, "", "", "", "31/12/1980", "", "", ""],
        [code, "0016", "甲", "", "", "", "", ""],
        [code, "0016", "乙", "", "", "", "", ""],
    )
    assert [sentence.split("：")[0] for sentence in result.sentences] == [
        "第 2 行“工号”",
        "第 2 行“性别”",
        "第 2 行“科室”",
        "第 3 行“工号”",
        "第 3 行“姓名”",
        "第 3 行“出生年月”",
        "第 4 行",
        "第 5 行",
    ]
    assert "工号只能由字母、数字和短横线组成" in result.sentences[0]
    assert "有 51 个字，最多 50 个字" in result.sentences[2]


@pytest.mark.parametrize("file_format", [XlsxFormat, CsvFormat])
def test_an_export_comes_back_with_zero_changes(world, officer, file_format):
    build.clinician(world.hospital, "=张三", staff_no="0012", department="@内科", post="-组长", title="")
    build.clinician(
        world.clinic, "欧阳 明", staff_no="E5", sex="2", birth_month=date(1980, 5, 1), licence_no="0141"
    )
    people = Clinician.objects.visible_to(officer)
    resource = ClinicianResource(user=officer)
    data = file_format().export_data(resource.export(people), resource=resource)
    kind = file_format().get_extension()
    before = list(Clinician.objects.order_by("pk").values())
    result = ClinicianResource(user=officer).import_data(read_table(data, kind, "医务人员"))
    assert result.sentences == []
    assert (result.new, result.changed, result.unchanged) == (0, 0, people.count())
    assert list(Clinician.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_three_encodings(world, officer, encoding):
    data = csv_file(
        HEADINGS, [world.hospital.code, "0012", "喆堃", "男", "1980-05", "护师", "", "014"], encoding=encoding
    )
    result = ClinicianResource(user=officer).import_data(read_csv(data))
    assert result.sentences == []
    assert Clinician.objects.get(staff_no="0012").name == "喆堃"


def test_queries_do_not_grow_with_unchanged_rows(world, officer, django_assert_max_num_queries):
    rows = []
    for _ in range(60):
        person = build.clinician(world.hospital, title="")
        rows.append([world.hospital.code, person.staff_no, person.name, "", "", "", "", ""])
    with django_assert_max_num_queries(14):
        assert take(officer, *rows).unchanged == 60


NUMBER = by_hand("451027", date(1980, 5, 17), 123)
NUMBERS = ["单位编码", "工号", "姓名", "性别", "身份证号", "手机号"]


def test_numbers_come_in_encrypted_and_go_out_masked(world, officer):
    code = world.hospital.code
    result = take(officer, [code, "0012", "岑试", "", NUMBER.lower(), "138 1234 1234"], headings=NUMBERS)
    assert result.sentences == [] and result.new == 1
    person = Clinician.objects.get(staff_no="0012")
    assert (person.sex, person.birth_month) == ("1", date(1980, 5, 1))
    again = take(officer, [code, "0012", "岑试", "男", NUMBER, "13812341234"], headings=NUMBERS)
    assert (again.changed, again.unchanged) == (0, 1)
    exported = ClinicianResource(user=officer).export(Clinician.objects.filter(pk=person.pk))
    row = dict(zip(exported.headers, exported[0], strict=True))
    assert row["身份证号"] == f"451027********{NUMBER[-4:]}" and row["手机号"] == "138****1234"
    back = take(officer, list(exported[0]), headings=exported.headers)
    assert (back.sentences, back.changed, back.unchanged) == ([], 0, 1)
    assert person.identity.id_number_masked == row["身份证号"]


def test_every_wrong_number_is_named_and_nothing_is_written(world, officer):
    code = world.hospital.code
    result = take(
        officer,
        [code, "0012", "岑试", "女", NUMBER, "13812341234"],
        [code, "0013", "岑二", "", "110105491231002", "1381234"],
        [code, "0014", "岑三", "", 110105194912310021, ""],
        headings=NUMBERS,
    )
    told = "\n".join(result.sentences)
    assert "第 2 行“身份证号”：身份证号表示性别为男，档案中是女" in told
    assert (
        "第 3 行“身份证号”：这是 15 位的旧身份证号" in told
        and "第 3 行“手机号”：联系电话应为 11 位手机号" in told
    )
    assert "第 4 行“身份证号”：" in told and "单元格是数字格式" in told
    assert not Clinician.objects.filter(staff_no__in=["0012", "0013", "0014"]).exists()
