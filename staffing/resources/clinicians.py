"""Excel columns of clinicians (医务人员). Recognised by organisation code and staff number (工号)."""

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Organisation
from core.excel.columns import Column
from core.excel.lookups import LookupWidget
from core.excel.resource import ExcelResource
from core.excel.widgets import (
    ChoiceWidget,
    CodeWidget,
    DateWidget,
    LongNumberWidget,
    MonthWidget,
    NameWidget,
    TextWidget,
)
from core.id_numbers import mask_id_number, mask_phone, read_id_number, read_phone
from core.personal import decrypt
from staffing.models import Clinician
from staffing.services.identities import identity_save, unmasked
from staffing.titles import Title
from support.models import Speciality

# the two exact names that the official “主治（主管）医师” stands for
TITLE_NAMES = {"主治医师": Title.ATTENDING, "主管医师": Title.ATTENDING}


class TitleWidget(ChoiceWidget):
    """By name or code from the list; blank and “未填” stay unknown, nothing is read out of free text."""

    def __init__(self):
        super().__init__(Title.choices, also=TITLE_NAMES, empty_label="未填")


class IdNumberWidget(LongNumberWidget):
    """An identity number, or the masked form that an export wrote."""

    mask = staticmethod(mask_id_number)
    reader = staticmethod(lambda text: read_id_number(text).text)

    def read(self, value):
        text = super().read(value)
        return text if unmasked(text) is None else self.reader(text)

    def render(self, value, obj=None, **kwargs):
        return value if not value or unmasked(value) is None else self.mask(value)


class PhoneWidget(IdNumberWidget):
    mask = staticmethod(mask_phone)
    reader = staticmethod(read_phone)


class NumberColumn(Column):
    """A number kept encrypted: it leaves masked, and a masked or blank cell changes nothing."""

    def get_value(self, instance):
        try:
            identity = instance.identity
        except (AttributeError, ObjectDoesNotExist):
            return ""
        return decrypt(getattr(identity, f"{self.attribute}_cipher"))

    def differs(self, old, new) -> bool:
        return bool(new) and unmasked(new) is not None and new != old


class ClinicianResource(ExcelResource):
    organisation = Column(
        "organisation",
        "单位编码",
        LookupWidget(Organisation, what="机构编码", owned=True),
        required=True,
        help="所在单位的机构编码。",
        example="H451027001",
    )
    organisation_name = Column("organisation__name", "单位名称", read_only=True, width=26)
    staff_no = Column(
        "staff_no",
        "工号",
        CodeWidget(),
        required=True,
        help="与单位编码一起识别人员。单元格须为文本，否则前面的 0 会丢失。",
        example="0012",
    )
    name = Column("name", "姓名", NameWidget(), required=True)
    sex = Column(
        "sex", "性别", ChoiceWidget(Clinician.Sex.choices, empty=Clinician.Sex.UNKNOWN.value), width=8
    )
    birth_month = Column("birth_month", "出生年月", MonthWidget(), example="1980-05")
    title = Column(
        "title",
        "职称",
        TitleWidget(),
        help="从目录选择名称，或填代码；不清楚请留空，按“未填”统计。职务（如科副主任）不是职称。",
        width=18,
    )
    title_since = Column("title_since", "取得职称日期", DateWidget())
    post = Column("post", "职务", TextWidget(), help="例如 科副主任。")
    department = Column("department", "科室", TextWidget())
    speciality = Column(
        "speciality",
        "专业",
        LookupWidget(Speciality, what="诊疗科目", also=("name",), listed={}),
        help="诊疗科目的代码或名称。",
    )
    id_number = NumberColumn(
        "id_number",
        "身份证号",
        IdNumberWidget(),
        help="单元格须为文本。导出时只显示首 6 位和末 4 位；带 * 或空白的单元格保持不变。",
        width=22,
    )
    phone = NumberColumn(
        "phone",
        "手机号",
        PhoneWidget(),
        help="单元格须为文本。导出时隐去中间 4 位；带 * 或空白的单元格保持不变。",
    )
    licence_no = Column("licence_no", "执业证书编号", LongNumberWidget(), help="单元格须为文本。", width=20)
    left_on = Column("left_on", "离职日期", DateWidget())

    key = ("organisation", "staff_no")
    advice = ("身份证号、手机号加密保存，导出时隐去中间几位；要看完整号码须在系统中写明用途。",)

    class Meta:
        model = Clinician

    def related(self, queryset):
        return queryset.select_related("organisation", "speciality", "identity")

    def owned(self, queryset):
        return queryset.filter(organisation__in=Organisation.objects.owned_by(self.user))

    def check_together(self, rows):
        """A number cell loses leading zeros: 12 must not become a second person beside 0012."""
        fresh = [row for row in rows if row.instance is None and row.has("organisation", "staff_no")]
        digits = [row for row in fresh if row.values["staff_no"].isdigit()]
        padded = Clinician.objects.filter(
            organisation__in={row.values["organisation"] for row in digits}, staff_no__startswith="0"
        )
        known = {(person.organisation_id, person.staff_no.lstrip("0")): person for person in padded}
        for row in digits:
            text = row.values["staff_no"]
            person = known.get((row.values["organisation"].pk, text))
            if person is None:
                continue
            message = (
                f"写的是“{text}”，本单位已有{person.name}（工号 {person.staff_no}），前面的 0 可能丢失了"
            )
            if isinstance(row.cells["工号"], str):
                row.notes.append(f"工号{message}，请确认是另一个人。")
            else:
                row.add(f"{message}。请把单元格设为文本后重新填写。", "工号")

    def write(self, row):
        numbers = {name: row.values.pop(name, None) or None for name in ("id_number", "phone")}
        person = super().write(row)
        identity_save(clinician=person, by=self.user, **numbers)
        return person
