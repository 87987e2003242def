"""The demonstration's accounts. All share one published password; they exist only beside demonstration data."""

from functools import cache

from accounts.models import Organisation, Role, User
from reports.demo import organisations as places
from reports.demo.people import names

PASSWORD = "Demo-2026!"

# user name, person, role, organisation code, what they see
ACCOUNTS = (
    ("weijian", "韦知行", Role.BUREAU_OFFICER, places.BUREAU, "全区两个演示项目；备案协议、确认成效、考核"),
    ("juzhang", "黄守正", Role.BUREAU_LEADER, places.BUREAU, "同上；定考核等次"),
    ("lingdao", "覃明远", Role.LEADERSHIP, places.BUREAU, "全区年度总结，只读"),
    ("shiju", "罗问渠", Role.BUREAU_OFFICER, places.CITY_BUREAU, "演示市 2012 年度：7 家医院、10 家卫生院"),
    ("yiyuan", "陆思源", Role.HOSPITAL_COORDINATOR, places.SENDER, "本院的协议、派驻、活动；填报和确认"),
    ("yuanzhang", "莫致远", Role.HOSPITAL_LEADER, places.SENDER, "本院全部资料，只读"),
    (
        "lingyun",
        "岑若水",
        Role.RECIPIENT_COORDINATOR,
        places.LINGYUN_HOSPITAL,
        "本院受援资料；确认到岗和活动",
    ),
    ("luolou", "蒙望舒", Role.RECIPIENT_COORDINATOR, places.LUOLOU, "本院受援资料；协议待备案"),
    ("jiayou", "农采薇", Role.RECIPIENT_COORDINATOR, places.JIAYOU, "本院受援资料；协议待本院确认"),
    ("shitang", "甘棠", Role.RECIPIENT_COORDINATOR, places.SHITANG, "本院受援资料；有人员待确认到岗"),
    ("yisheng", "韦半夏", Role.CLINICIAN, places.SENDER, "本人的派驻和活动"),
    ("xitong", "廖守一", Role.SYSTEM_ADMIN, None, "机构、账号、后台任务；不填业务数据"),
    ("shenji", "卢鉴之", Role.AUDIT_ADMIN, None, "审计日志；不填业务数据"),
)


def _account(username: str, name: str, role: str, organisation: Organisation | None, password: str | None):
    if not User.objects.filter(username=username).exists():
        User.objects.create_user(username, password, name=name, organisation=organisation, roles=[role])


def load_accounts(organisations: dict[str, Organisation]) -> None:
    """The accounts above, and one coordinator without a password for each unit of the demonstration city."""
    for username, name, role, code, _ in ACCOUNTS:
        _account(username, name, role, organisations[code] if code else None, PASSWORD)
    supply = names(skip=300)
    for number in range(1, len(places.C02_HOSPITALS) + 1):
        code = places.hospital_code(number)
        _account(code.lower(), next(supply), Role.HOSPITAL_COORDINATOR, organisations[code], None)
    for number in range(1, len(places.C02_CLINICS) + 1):
        code = places.clinic_code(number)
        _account(code.lower(), next(supply), Role.RECIPIENT_COORDINATOR, organisations[code], None)


@cache
def coordinator_of(organisation: Organisation) -> User:
    """Who enters and confirms for the organisation. Remembered while loading (see ``forget``)."""
    coordinators = User.objects.filter(
        organisation=organisation, roles__overlap=[Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR]
    )
    return coordinators.select_related("organisation").earliest("pk")


def account_table() -> list[tuple[str, str, str, str, str]]:
    """(role, user name, password, where, what they see) of the accounts that exist."""
    known = {user.username: user for user in User.objects.select_related("organisation")}
    return [
        (
            known[username].role_names,
            username,
            PASSWORD if known[username].check_password(PASSWORD) else "（已改）",
            known[username].organisation.display_name if known[username].organisation else "—",
            sees,
        )
        for username, _, _, _, sees in ACCOUNTS
        if username in known
    ]
