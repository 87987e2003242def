"""Builders: regions, organisations, accounts, clinicians."""

import itertools
from datetime import date

from accounts.models import Organisation, Region, Role, User
from accounts.reference import level_of
from staffing.models import Clinician

_number = itertools.count(1)

REGION_NAMES = {
    "450000": "广西壮族自治区",
    "450700": "钦州市",
    "450721": "灵山县",
    "451000": "百色市",
    "451027": "凌云县",
    "451028": "乐业县",
    "110000": "北京市",
}
COUNTY = "451027"
OTHER_COUNTY = "450721"
FAR_AWAY = "110000"
KIND_NAMES = {
    "bureau": "卫生健康局",
    "hospital": "人民医院",
    "central_clinic": "中心卫生院",
    "township_clinic": "镇卫生院",
    "community_centre": "社区卫生服务中心",
    "village_room": "村卫生室",
    "government": "人民政府",
}
YEAR_START, YEAR_END = date(2026, 1, 1), date(2026, 12, 31)


def unique(prefix: str = "") -> str:
    """A short text never given before in this process."""
    return f"{prefix}{next(_number):04d}"


def region(code: str = COUNTY, name: str = "") -> Region:
    """The region with this code; it and everything above it is made when missing."""
    found = Region.objects.filter(code=code).first()
    if found:
        return found
    above = {9: code[:6], 6: code[:4] + "00"}[len(code)]
    if above == code:
        above = code[:2] + "0000"
    level = Region.Level.TOWNSHIP if len(code) == 9 else level_of(code)
    return Region.objects.create(
        code=code,
        name=name or REGION_NAMES.get(code, f"区划{code}"),
        level=level,
        parent=None if above == code else region(above),
    )


def organisation(kind: str = "hospital", *, at: str | Region = COUNTY, name: str = "", **fields):
    """An organisation of the kind (Organisation.Kind) in a region given by code or row."""
    place = at if isinstance(at, Region) else region(at)
    number = unique()
    return Organisation.objects.create(
        code=fields.pop("code", f"T{number}"),
        name=name or f"{place.name}第{number}{KIND_NAMES[kind]}",
        kind=kind,
        region=place,
        **fields,
    )


def bureau(at: str | Region = "450000", **fields) -> Organisation:
    return organisation("bureau", at=at, **fields)


def user(role: str, of: Organisation | None = None, *, name: str = "", username: str = "", password=None):
    """An account with the role (or a list of roles) at an organisation. No password: use force_login."""
    roles = [role] if isinstance(role, str) else list(role)
    return User.objects.create_user(
        username or unique("u"), password, name=name or unique("演示员"), organisation=of, roles=roles
    )


def _first_with(role: str, of: Organisation) -> User:
    found = User.objects.filter(organisation=of, roles__contains=[role], is_active=True).order_by("pk")
    return found.first() or user(role, of)


def officer(of: Organisation) -> User:
    """The bureau's officer."""
    return _first_with(Role.BUREAU_OFFICER, of)


def coordinator(of: Organisation, *, sending: bool | None = None) -> User:
    """The organisation's coordinator; for a hospital the sending one unless ``sending=False``."""
    if sending is None:
        sending = of.kind == Organisation.Kind.HOSPITAL
    return _first_with(Role.HOSPITAL_COORDINATOR if sending else Role.RECIPIENT_COORDINATOR, of)


def clinician(of: Organisation, name: str = "", *, title: str = "233", **fields) -> Clinician:
    """A person of the organisation; ``title`` is a code (233 主治医师), "" means 未填."""
    number = unique()
    return Clinician.objects.create(
        organisation=of,
        staff_no=fields.pop("staff_no", f"G{number}"),
        name=name or f"梁试{number}",
        title=title,
        **fields,
    )
