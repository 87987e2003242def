"""Code lists shipped with the house: here the regions (行政区划, GB/T 2260) with their years.

Loading only adds what is missing. What a bureau edited stays as it is; only the names of regions are
brought up to the table, because a renamed county keeps its code.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.db import connection, models, transaction
from stdnum import numdb

from accounts.models import Region

# "[1983-2003]新城区,[2004-]青秀区": each name with the years in which the code carried it
SPAN = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^,\[\]]+)")
# the table writes a few names in traditional characters
SIMPLIFIED = str.maketrans("區嶺達門別員會", "区岭达门别员会")


def create_missing(model: type[models.Model], rows: Iterable[dict], key: str = "code") -> int:
    """Insert the rows whose key is not there yet; rows that exist are left alone. Returns how many."""
    known = set(model._base_manager.values_list(key, flat=True))
    missing = [model(**row) for row in rows if row[key] not in known]
    model._base_manager.bulk_create(missing)
    return len(missing)


def latest_name(text: str) -> tuple[str, date | None, date | None]:
    """(name, valid from, valid to) of the last name in a table entry; years become 1 Jan and 31 Dec.

    The table has a few inverted ranges ("[1983-1982]"); their start is unknown, not guessed.
    """
    spans = [
        (int(start) if start else None, int(end) if end else None, name)
        for start, end, name in SPAN.findall(text)
    ]
    start, end, name = max(spans, key=lambda span: (span[1] or 9999, span[0] or 0))
    if start and end and end < start:
        start = None
    return name, start and date(start, 1, 1), end and date(end, 12, 31)


def region_table() -> dict[str, tuple[str, date | None, date | None]]:
    """Every six-digit code of the installed GB/T 2260 table with its latest name and years."""
    table = {}
    for _, province, _, _, counties in numdb.get("cn/loc").prefixes:
        for _, low, _, properties, _ in counties:
            code = province + low
            name, start, end = latest_name(properties["county"])
            table[code] = (name.translate(SIMPLIFIED), start, end)
    return table


def parent_code(code: str, known) -> str | None:
    """The prefecture above a county, the province above a prefecture; the next level that exists."""
    candidates = (code[:4] + "00", code[:2] + "0000")
    return next((above for above in candidates if above != code and above in known), None)


def level_of(code: str) -> str:
    if code.endswith("0000"):
        return Region.Level.PROVINCE
    return Region.Level.PREFECTURE if code.endswith("00") else Region.Level.COUNTY


@transaction.atomic
def load_regions() -> int:
    """The whole table, level by level so that each path can be built; returns how many were added."""
    table = region_table()
    known = {region.code: region for region in Region.objects.all()}
    renamed = []
    for code, region in known.items():
        if code in table and region.name != table[code][0]:
            region.name = table[code][0]
            renamed.append(region)
    Region.objects.bulk_update(renamed, ["name"])
    added = 0
    for level in (Region.Level.PROVINCE, Region.Level.PREFECTURE, Region.Level.COUNTY):
        fresh = []
        for code, (name, start, end) in table.items():
            if level_of(code) == level and code not in known:
                parent = known.get(parent_code(code, table))
                path = f"{parent.path if parent else '/'}{code}/"
                fresh.append(
                    Region(
                        code=code,
                        name=name,
                        level=level,
                        parent=parent,
                        path=path,
                        valid_from=start,
                        valid_to=end,
                    )
                )
        known.update((region.code, region) for region in Region.objects.bulk_create(fresh))
        added += len(fresh)
    if added:
        # thousands of new rows without statistics lead the planner astray until autovacuum comes by
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_region")
    return added


def load_reference() -> int:
    """Everything of this room."""
    return load_regions()
