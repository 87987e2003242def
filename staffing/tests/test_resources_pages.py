"""The desk's import and export pages: who may, what they see, what is written and what is logged."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from core.excel import holding
from core.excel.admin import ExcelAdmin
from core.models import AuditEvent
from core.tests.excel_files import sheet_of, table_of, upload, workbook
from staffing.models import Clinician, Posting
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HEADINGS = ["单位编码", "工号", "姓名", "职称"]
KINDS = ["accounts_organisation", "staffing_clinician", "staffing_posting", "staffing_activity"]
IMPORT = reverse("admin:staffing_clinician_import")
CONFIRM = reverse("admin:staffing_clinician_process_import")
EXPORT = reverse("admin:staffing_clinician_export")
LIST = reverse("admin:staffing_clinician_changelist")
# who may (import, export) what; everybody else gets 403
MAY = {
    "bureau_officer": (set(KINDS), set(KINDS)),
    "bureau_leader": (set(), set(KINDS)),
    "system_admin": ({"accounts_organisation"}, {"accounts_organisation"}),
    "audit_admin": (set(), set()),
}
EVERYBODY = [
    *MAY,
    "hospital_coordinator",
    "hospital_leader",
    "recipient_coordinator",
    "clinician",
    "leadership",
]


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world, client):
    client.force_login(world.people["bureau_officer"])
    return world.people["bureau_officer"]


def hand_in(client, *rows, headings=HEADINGS, name="人员.xlsx", data=None):
    return client.post(IMPORT, {"import_file": upload(data or workbook(headings, *rows), name)})


def ticket_of(response) -> str:
    return re.search(r'name="ticket" value="([^"]+)"', response.content.decode())[1]


@pytest.mark.parametrize("role", EVERYBODY)
def test_only_those_with_the_permission_come_in(world, client, role):
    client.force_login(world.people[role])
    imports, exports = MAY.get(role, (set(), set()))
    for kind in KINDS:
        pages = {
            f"admin:{kind}_import": imports,
            f"admin:{kind}_import_template": imports,
            f"admin:{kind}_export": exports,
        }
        for name, allowed in pages.items():
            assert client.get(reverse(name)).status_code == (200 if kind in allowed else 403), name
        posted = client.post(reverse(f"admin:{kind}_process_import"), {"ticket": "x"}).status_code
        assert posted == (302 if kind in imports else 403)
        file = client.get(reverse(f"admin:{kind}_export"), {"format": "xlsx"})
        assert file.status_code == (200 if kind in exports else 403)


def test_preview_writes_nothing_and_confirming_writes_everything(world, client, officer):
    build.clinician(world.hospital, "张三", staff_no="0012", title="234")
    build.clinician(world.hospital, "李四", staff_no="0013", title="")
    rows = [
        [world.hospital.code, "0012", "张三", "主任医师"],
        [world.hospital.code, "0013", "李四", None],
        [world.hospital.code, "0014", "<b>王五</b>", "护师"],
    ]
    before, events = Clinician.objects.count(), AuditEvent.objects.count()
    page = hand_in(client, *rows)
    text = page.content.decode()
    assert "人员.xlsx”还没有写入" in text
    assert re.findall(r"<b>(\d+)</b> (新增|修改|不变|有误)", text) == [
        ("1", "新增"),
        ("1", "修改"),
        ("1", "不变"),
        ("0", "有误"),
    ]
    assert "<del>医师</del> → <ins>主任医师</ins>" in text
    assert "&lt;b&gt;王五&lt;/b&gt;" in text and "<b>王五" not in text
    assert (Clinician.objects.count(), AuditEvent.objects.count()) == (before, events)
    assert Clinician.objects.get(staff_no="0012").title == "234"

    done = client.post(CONFIRM, {"ticket": ticket_of(page)}, follow=True)
    assert "导入完成：新增 1 行，修改 1 行，不变 1 行。" in done.content.decode()
    assert Clinician.objects.count() == before + 1
    assert Clinician.objects.get(staff_no="0012").title == "231"
    event = AuditEvent.objects.filter(verb=AuditEvent.Verb.IMPORT).get()
    assert event.user == officer
    assert event.note == "导入医务人员：新增 1 行，修改 1 行，不变 1 行；文件 人员.xlsx"
    assert LogEntry.objects.filter(user_id=officer.pk).count() == 2
    assert default_storage.listdir(holding.FOLDER)[1] == []


def test_errors_are_all_on_the_page_and_nothing_can_be_confirmed(world, client, officer):
    page = hand_in(
        client,
        [world.hospital.code, "0012", "张三", "科主任"],
        ["没有", "0013", "", None],
    )
    text = page.content.decode()
    assert "一行都没有写入" in text and 'name="ticket"' not in text
    for words in (
        "第 2 行",
        "写的是“科主任”",
        "第 3 行",
        "机构编码“没有”不存在或不在您的管理范围内",
        "不能为空",
    ):
        assert words in text
    assert not AuditEvent.objects.filter(verb=AuditEvent.Verb.IMPORT).exists()
    assert not default_storage.exists(holding.FOLDER)


def test_a_file_that_cannot_be_read_is_explained_beside_the_field(client, officer):
    page = hand_in(client, data=b"PK\x03\x04junk", name="a.xlsx")
    assert page.status_code == 200 and "文件已损坏" in page.content.decode()
    assert "请选择要导入的文件" in client.post(IMPORT).content.decode()


def test_what_changed_since_the_preview_is_checked_again(world, client, officer):
    ticket = ticket_of(hand_in(client, [world.hospital.code, "0012", "张三", None]))
    build.clinician(world.hospital, "另一人", staff_no="0012")
    done = client.post(CONFIRM, {"ticket": ticket}, follow=True)
    assert "新增 0 行，修改 1 行" in done.content.decode()
    ticket = ticket_of(hand_in(client, [world.hospital.code, "0013", "王五", None]))
    type(world.hospital).objects.filter(pk=world.hospital.pk).update(code="MOVED")
    refused = client.post(CONFIRM, {"ticket": ticket})
    assert "预览之后数据有了变化" in refused.content.decode()
    assert not Clinician.objects.filter(staff_no="0013").exists()
    assert AuditEvent.objects.filter(verb=AuditEvent.Verb.IMPORT).count() == 1


def test_a_ticket_is_good_once_for_its_owner_and_its_kind(world, client, officer):
    ticket = ticket_of(hand_in(client, [world.hospital.code, "0012", "张三", None]))
    far = world.strangers["bureau_officer"]
    elsewhere = client.post(reverse("admin:staffing_posting_process_import"), {"ticket": ticket}, follow=True)
    assert "请重新上传" in elsewhere.content.decode()
    client.force_login(far)
    assert "请重新上传" in client.post(CONFIRM, {"ticket": ticket}, follow=True).content.decode()
    client.force_login(officer)
    tampered = ticket[:-2] + ("aa" if ticket[-2:] != "aa" else "bb")
    assert "请重新上传" in client.post(CONFIRM, {"ticket": tampered}, follow=True).content.decode()
    assert not Clinician.objects.filter(staff_no="0012").exists()
    client.post(CONFIRM, {"ticket": ticket})
    assert Clinician.objects.filter(staff_no="0012").exists()
    assert "请重新上传" in client.post(CONFIRM, {"ticket": ticket}, follow=True).content.decode()


def test_forgotten_uploads_are_cleared(world, client, officer, time_machine):
    ticket = ticket_of(hand_in(client, [world.hospital.code, "0012", "张三", None]))
    assert len(default_storage.listdir(holding.FOLDER)[1]) == 1
    time_machine.move_to(timezone.now() + holding.LASTS + timedelta(minutes=1))
    client.force_login(officer)
    assert "请重新上传" in client.post(CONFIRM, {"ticket": ticket}, follow=True).content.decode()
    hand_in(client, [world.hospital.code, "0013", "李四", None])
    assert len(default_storage.listdir(holding.FOLDER)[1]) == 1


def test_an_identical_file_needs_no_confirmation(world, client, officer):
    build.clinician(world.hospital, "张三", staff_no="0012", title="")
    page = hand_in(client, [world.hospital.code, "0012", "张三", None])
    assert "与系统完全一致，不需要导入" in page.content.decode()
    assert b'name="ticket"' not in page.content


def test_the_list_offers_import_and_export_with_its_filter(world, client, officer):
    text = client.get(LIST, {"q": "梁"}).content.decode()
    assert f'href="{IMPORT}"' in text
    assert f'href="{EXPORT}?q=' in text
    assert "导出所选医务人员" in text
    client.force_login(world.people["bureau_leader"])
    text = client.get(LIST).content.decode()
    assert IMPORT not in text and f'href="{EXPORT}' in text


def test_the_export_is_exactly_the_filtered_and_scoped_list(world, client, officer):
    mine = build.clinician(world.hospital, "覃川", staff_no="0012")
    build.clinician(world.hospital, "黄川")
    build.clinician(build.organisation("hospital", at=build.OTHER_COUNTY), "覃川")
    page = client.get(EXPORT, {"q": "覃川"}).content.decode()
    assert "<b>1</b> 行医务人员" in page
    file = client.get(EXPORT, {"q": "覃川", "format": "xlsx"})
    assert re.search(r"医务人员-\d{4}-\d\d-\d\d\.xlsx", unquote(file["Content-Disposition"]))
    (headings, row) = table_of(file.content)
    assert headings[:4] == ["单位编码", "单位名称", "工号", "姓名"]
    assert row[:4] == [world.hospital.code, world.hospital.name, "0012", "覃川"]
    event = AuditEvent.objects.get(verb=AuditEvent.Verb.EXPORT)
    assert event.note == "导出医务人员 1 行（xlsx）；筛选 q=覃川"
    everything = table_of(client.get(EXPORT, {"format": "xlsx"}).content)[1:]
    exported = {(row[0], row[2]) for row in everything}
    visible = Clinician.objects.visible_to(officer).values_list("organisation__code", "staff_no")
    assert exported == set(visible) and (mine.organisation.code, "0012") in exported


def test_chosen_rows_are_exported_by_the_action(world, client, officer):
    chosen = build.clinician(world.hospital, "覃川")
    stranger = build.clinician(build.organisation("hospital", at=build.FAR_AWAY))
    file = client.post(LIST, {"action": "export_selected", "_selected_action": [chosen.pk, stranger.pk]})
    assert [row[3] for row in table_of(file.content)] == ["姓名", "覃川"]
    assert AuditEvent.objects.get(verb=AuditEvent.Verb.EXPORT).note == "导出医务人员 1 行（xlsx）"


def test_a_csv_export_opens_in_excel(world, client, officer):
    build.clinician(world.hospital, "=cmd|calc", staff_no="0012")
    data = client.get(EXPORT, {"q": "0012", "format": "csv"}).content
    assert data.startswith(b"\xef\xbb\xbf")
    assert "'=cmd|calc" in data.decode("utf-8-sig")


def test_nobody_exports_beyond_the_limit(world, client, officer, monkeypatch):
    monkeypatch.setattr("core.excel.admin.MAX_EXPORT", 0)
    page = client.get(EXPORT, {"format": "xlsx"})
    assert "请先筛选" in page.content.decode() and page["Content-Type"].startswith("text/html")


def test_a_broken_filter_goes_back_to_the_list(client, officer):
    assert client.get(EXPORT, {"nonsense__field": "1"}).status_code == 302


def test_workbook_cells_have_their_types(world, client, officer):
    posting = build.posting(world.agreement, build.clinician(world.hospital, staff_no="0012"))
    data = client.get(reverse("admin:staffing_posting_export"), {"format": "xlsx"}).content
    sheet = sheet_of(data)
    assert (sheet.title, sheet.freeze_panes) == ("派驻", "A2")
    cells = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}
    assert cells["开始日期"].is_date and cells["开始日期"].value.date() == posting.start_on
    assert cells["开始日期"].number_format == "yyyy-mm-dd"
    assert (cells["工号"].data_type, cells["工号"].number_format) == ("s", "@")
    assert cells["记录号"].value in set(Posting.objects.values_list("pk", flat=True))
    assert sheet.column_dimensions["B"].width >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_templates_explain_themselves(client, officer, kind):
    file = client.get(reverse(f"admin:{kind}_import_template"))
    assert "模板" in unquote(file["Content-Disposition"])
    sheet, help_sheet = sheet_of(file.content), sheet_of(file.content, "填写说明")
    headings = [cell.value for cell in sheet[1]]
    assert [row[0].value for row in help_sheet.iter_rows(min_row=2)][: len(headings)] == headings
    assert "记录号" not in headings and "状态" not in headings
    required = {row[0].value for row in help_sheet.iter_rows(min_row=2) if row[1].value == "必填"}
    assert required and required < set(headings)
    for rule in sheet.data_validations.dataValidation:
        assert rule.formula1.startswith("'选项'!$")
    assert sheet_of(file.content, "选项").sheet_state == "hidden"
    page = client.post(
        reverse(f"admin:{kind}_import"), {"import_file": upload(file.content, "空白模板.xlsx")}
    )
    assert "文件只有列名，没有数据行。" in page.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_pages_have_no_inline_code_and_no_english(client, officer, kind):
    for name in ("import", "export"):
        text = client.get(reverse(f"admin:{kind}_{name}")).content.decode()
        content = text[text.index('id="content"') :]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
        words = set(re.findall(r">[^<]*?([A-Za-z]{4,})[^<]*<", content)) - {"xlsx", "Excel"}
        assert not words, words


def test_the_four_desks_are_wired():
    from django.contrib import admin

    wired = {
        model._meta.label for model, desk in admin.site._registry.items() if isinstance(desk, ExcelAdmin)
    }
    assert wired == {"accounts.Organisation", "staffing.Clinician", "staffing.Posting", "staffing.Activity"}


def test_an_upload_larger_than_memory_is_read_whole(world, client, officer, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    page = hand_in(client, [world.hospital.code, "0012", "张三", None])
    assert "还没有写入" in page.content.decode()
