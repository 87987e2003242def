"""The demonstration: published cases entered as records, through the real services, with invented people.

Everything lies in programmes marked as demonstration. Loading again changes nothing: each case is
left alone once its cycle exists.
"""

from django.db import connection, transaction

from accounts.models import Organisation
from support.models import Programme


def is_empty() -> bool:
    """No organisation and no programme yet: nobody has begun to work here."""
    return not Organisation.objects.exists() and not Programme.objects.exists()


def foreign_programmes() -> list[str]:
    """Names of programmes that are no demonstration; beside them no demonstration is loaded by accident."""
    return list(Programme.objects.filter(is_demo=False).values_list("name", flat=True))


@transaction.atomic
def load_demo() -> list[str]:
    """All or nothing; returns the labels of the cases that were added (empty when all were there)."""
    from reports.demo import accounts, case_c01, case_c02, live_2026, scribe
    from reports.demo.organisations import load_organisations

    scribe.forget()
    organisations = load_organisations()
    accounts.load_accounts(organisations)
    cases = (
        ("C01 第三周期（1 家支援医院、4 家受援单位）", case_c01.load),
        ("C02 2012 年度（7 家医院、10 家卫生院）", case_c02.load),
        ("2026 年度（进行中）", live_2026.load),
    )
    added = [label for label, load in cases if load(organisations)]
    if added:
        # so that the first pages are quick: autovacuum would gather statistics only minutes later
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return added
