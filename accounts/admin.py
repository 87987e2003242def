"""Regions, organisations and accounts on the desk."""

from django.contrib import admin, messages
from django.contrib.auth.models import Group

from accounts.forms import ResetPasswordForm, UserAddForm, UserForm
from accounts.models import DigestSent, FormerName, Organisation, Region, Role, User
from accounts.resources import OrganisationResource
from accounts.services.users import user_set_password
from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import Verb
from core.desk import chip, chip_column
from core.excel.admin import ExcelAdmin

# roles decide, not groups
admin.site.unregister(Group)


class FormerNameInline(ScopedInline):
    model = FormerName
    fields = ["name", "used_until"]


class InUseFilter(admin.SimpleListFilter):
    title = "启用"
    parameter_name = "in_use"

    def lookups(self, request, model_admin):
        return [("yes", "在用"), ("no", "已停用")]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(valid_to__isnull=self.value() == "yes")


KIND_TONES = {"bureau": "info", "government": "info", "hospital": "ok"}


@admin.register(Organisation)
class OrganisationAdmin(ExcelAdmin, ScopedAdmin):
    resource_classes = [OrganisationResource]
    menu = ("基础目录", 710)
    list_display = ["name", "kind_chip", "grade", "region", "code", "credit_code_chip", "use_chip"]
    list_filter = ["kind", "grade", ("region", ScopedRelatedFilter), InUseFilter, "is_key_county"]
    search_fields = ["name", "short_name", "name_key", "code", "credit_code", "former_names__name"]
    search_help_text = "按名称、曾用名、拼音首字母、编码或信用代码查找"
    list_select_related = ["region"]
    autocomplete_fields = ["region", "parent"]
    inlines = [FormerNameInline]
    kind_chip = chip_column("kind", KIND_TONES, description="类别")
    fieldsets = [
        (None, {"fields": [("name", "short_name"), "code", ("kind", "grade"), "region", "parent"]}),
        ("登记信息", {"fields": ["credit_code", "legal_person", ("contact", "contact_phone")]}),
        ("规模", {"fields": [("beds", "population"), "is_key_county"]}),
        (
            "启用与停用",
            {
                "fields": [("valid_from", "valid_to")],
                "description": "机构合并或撤销时填停用日期，不删除；改名时把原名记入曾用名。",
            },
        ),
    ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if obj.credit_code_warning:
            self.message_user(request, f"已保存。{obj.credit_code_warning}", messages.WARNING)

    @admin.display(description="信用代码", ordering="credit_code")
    def credit_code_chip(self, organisation):
        if not organisation.credit_code:
            return None
        return chip("请核对", "wait") if organisation.credit_code_warning else chip("相符", "ok")

    @admin.display(description="状态", ordering="valid_to")
    def use_chip(self, organisation):
        return chip("已停用", "off") if organisation.valid_to else chip("在用", "ok")


@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    menu = ("基础目录", 720)
    label_related = ("parent",)
    list_display = ["code", "name", "level_chip", "parent", "valid_from", "valid_to"]
    list_display_links = ["code", "name"]
    list_filter = ["level", ("valid_to", admin.EmptyFieldListFilter)]
    search_fields = ["code", "name"]
    search_help_text = "按代码或名称查找"
    autocomplete_fields = ["parent"]
    level_chip = chip_column("level", {"county": "info", "township": "ok"}, description="级别")
    fieldsets = [
        (
            None,
            {
                "fields": ["code", "name", "level", "parent", ("valid_from", "valid_to")],
                "description": "代码按 GB/T 2260；撤并的区划填停用日期，历史数据仍用原代码。",
            },
        )
    ]


class RoleFilter(admin.SimpleListFilter):
    title = "角色"
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return Role.choices

    def queryset(self, request, queryset):
        return queryset.filter(roles__contains=[self.value()]) if self.value() in Role.values else queryset


@admin.register(User)
class UserAdmin(ScopedAdmin):
    menu = ("系统管理", 910)
    form = UserForm
    list_display = ["username", "name", "organisation", "role_text", "active_chip", "last_login"]
    list_display_links = ["username", "name"]
    list_filter = [RoleFilter, "is_active", ("organisation", ScopedRelatedFilter)]
    search_fields = ["username", "name", "organisation__name", "organisation__name_key"]
    search_help_text = "按用户名、姓名或所在机构（可用拼音首字母）查找"
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]
    readonly_fields = ["date_joined", "last_login"]
    verbs = [
        Verb(
            name="password",
            label="重设密码",
            permission="accounts.change_user",
            available=lambda row, user: row.pk != user.pk,
            form=ResetPasswordForm,
            run=lambda row, user, password1, password2: user_set_password(
                user=row, password=password1, by=user
            ),
            explain="新密码请当面或通过可靠途径告诉本人，并提醒登录后自行修改。原有登录立即失效。",
            done="密码已重设。",
        )
    ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = UserAddForm
        form_class = super().get_form(request, obj, change=change, **kwargs)

        class ActingForm(form_class):
            def __init__(self, *args, **inner):
                super().__init__(*args, acting_user=request.user, **inner)

        return ActingForm

    def get_fieldsets(self, request, obj=None):
        who = (None, {"fields": ["username", "name", "organisation"]})
        if obj is None:
            return [
                who,
                ("角色", {"fields": ["roles"]}),
                ("首个密码", {"fields": ["password1", "password2"]}),
            ]
        return [
            who,
            ("角色", {"fields": ["roles"]}),
            (
                "状态",
                {
                    "fields": ["is_active", "date_joined", "last_login"],
                    "description": "人员离岗时停用账号，不删除：经办记录要能对应到人。",
                },
            ),
        ]

    @admin.display(description="角色")
    def role_text(self, user):
        return user.role_names

    @admin.display(description="状态", ordering="is_active")
    def active_chip(self, user):
        return chip("在用", "ok") if user.is_active else chip("停用", "off")


DIGEST_TONES = {"sent": "ok", "claimed": "wait", "failed": "bad"}


@admin.register(DigestSent)
class DigestSentAdmin(ReadOnlyAdmin):
    """Which daily mails went out; one that stays claimed was cut short and is not sent again."""

    menu = ("系统管理", 945)
    list_display = ["day", "user", "state_chip", "lines", "notices", "claimed_at", "finished_at", "reason"]
    list_filter = ["state"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__name", "reason"]
    search_help_text = "按收件人或原因查找"
    date_hierarchy = "day"
    fields = ["day", "user", "state", "lines", "notices", "claimed_at", "finished_at", "reason"]
    state_chip = chip_column("state", DIGEST_TONES, description="状态")
