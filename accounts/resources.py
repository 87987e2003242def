"""Excel columns of organisations (机构). Recognised by their code (机构编码)."""

from accounts.models import Organisation, Region
from core.codes import credit_code_warning, normalise_credit_code
from core.errors import RuleBroken
from core.excel.columns import Column
from core.excel.lookups import NOT_FOUND, LookupWidget
from core.excel.resource import ExcelResource
from core.excel.rows import Row
from core.excel.widgets import (
    ChoiceWidget,
    CodeWidget,
    DateWidget,
    IntegerWidget,
    LongNumberWidget,
    TextWidget,
    YesNoWidget,
)


class CreditCodeWidget(LongNumberWidget):
    expected = "18 位统一社会信用代码（文本格式）"

    def read(self, value):
        return self.checked(normalise_credit_code(super().read(value)))


class ParentWidget(CodeWidget):
    """A code until ``resolve`` turns it into an organisation, or into the row that will make it."""

    expected = "机构编码"

    def render(self, value, obj=None, **kwargs):
        if isinstance(value, Row):
            return value.values["code"]
        return "" if value is None else value.code

    def blank(self):
        return None


class OrganisationResource(ExcelResource):
    code = Column(
        "code",
        "机构编码",
        CodeWidget(upper=True),
        required=True,
        help="识别机构用，导入后不能改。登记号或本系统编码：大写字母、数字、短横线。",
        example="H451027001",
    )
    name = Column("name", "名称", TextWidget(), required=True, example="凌云县人民医院", width=28)
    short_name = Column("short_name", "简称", TextWidget(), example="县医院")
    kind = Column("kind", "类别", ChoiceWidget(Organisation.Kind.choices), required=True, width=18)
    grade = Column("grade", "级别等次", ChoiceWidget(Organisation.Grade.choices))
    region = Column(
        "region",
        "行政区划代码",
        LookupWidget(Region, what="区划代码"),
        required=True,
        help="6 位（县级及以上）或 9 位（乡级）代码。",
        example="451027",
    )
    region_name = Column("region__name", "行政区划", read_only=True)
    parent = Column(
        "parent",
        "上级机构编码",
        ParentWidget(upper=True, max_length=22),
        help="例如村卫生室所属卫生院的机构编码；可以是本文件中的另一行。没有则留空。",
    )
    credit_code = Column(
        "credit_code",
        "统一社会信用代码",
        CreditCodeWidget(),
        help="18 位，单元格须为文本。校验位不符只提示，不拒绝。",
        width=22,
    )
    legal_person = Column("legal_person", "法定代表人", TextWidget())
    contact = Column("contact", "联系人", TextWidget())
    contact_phone = Column(
        "contact_phone",
        "联系电话",
        LongNumberWidget(),
        help="单元格须为文本。",
        example="0776-7612345",
        width=16,
    )
    beds = Column("beds", "床位数", IntegerWidget(), width=10)
    population = Column("population", "服务人口", IntegerWidget(), width=10)
    is_key_county = Column("is_key_county", "重点帮扶县", YesNoWidget(), width=10)
    valid_from = Column("valid_from", "启用日期", DateWidget(), example="2012-01-01")
    valid_to = Column("valid_to", "停用日期", DateWidget())

    key = ("code",)
    once = (("credit_code",),)
    advice = ("行政区划必须在您的管理范围之内。",)

    class Meta:
        model = Organisation

    def related(self, queryset):
        return queryset.select_related("region", "parent")

    def preload(self, rows):
        codes = {row.values["parent"] for row in rows if row.has("parent")}
        visible = Organisation.objects.visible_to(self.user).filter(code__in=codes)
        self._parents = {parent.code: parent for parent in visible}
        self._in_file = {row.values["code"]: row for row in rows if row.has("code")}
        reach = self.user.reach()
        self._path = "" if reach.everything else self.user.organisation.region.path

    def resolve(self, row):
        region = row.values.get("region")
        if region is not None and not region.path.startswith(self._path):
            row.add(f"{region}（{region.code}）不在您的管理范围内。", "行政区划代码")
        if row.has("credit_code") and (warning := credit_code_warning(row.values["credit_code"])):
            row.notes.append(warning)
        if not row.has("parent"):
            return
        code = row.values["parent"]
        if code == row.values.get("code"):
            row.add("上级机构不能是本机构自己。", "上级机构编码")
            del row.values["parent"]
            return
        parent = self._parents.get(code) or self._in_file.get(code)
        if parent is None:
            row.add(f"机构编码“{code}”{NOT_FOUND}，本文件中也没有。", "上级机构编码")
            del row.values["parent"]
        else:
            row.values["parent"] = parent

    def foreign(self, row):
        return f"机构编码“{row.values['code']}”已被管理范围以外的机构使用，请核对编码。"

    def in_order(self, rows):
        """Parents before those below them."""
        done, order = set(), []
        waiting = list(rows)
        while waiting:
            ready = [row for row in waiting if not self._waits(row, done)]
            if not ready:
                for row in waiting:
                    row.add("上级机构互相指向，排不出先后。", "上级机构编码")
                return order + waiting
            done.update(map(id, ready))
            order += ready
            waiting = [row for row in waiting if id(row) not in done]
        return order

    def _waits(self, row: Row, done: set) -> bool:
        parent = row.values.get("parent")
        return isinstance(parent, Row) and id(parent) not in done

    def write(self, row):
        parent = row.values.get("parent")
        if isinstance(parent, Row):
            if parent.problems or parent.instance is None:
                raise RuleBroken({"parent": f"上级机构在第 {parent.number} 行，那一行有误。"})
            row.values["parent"] = parent.instance
        return super().write(row)
