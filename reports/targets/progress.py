"""The progress of many agreements at once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from core.dates import Period
from reports.targets.judging import Judge
from reports.targets.readings import read
from reports.targets.row import TargetProgress
from support.models import Agreement, AgreementTarget


def progress_of(
    agreements: Iterable[Agreement], *, today: date, year: int | None = None
) -> dict[int, list[TargetProgress]]:
    """{agreement: its targets in the order of the text}, for filed agreements with a day in the window.

    The agreements come with ``cycle`` and ``current_version``. ``year`` looks at one calendar year only;
    otherwise at all days on which the agreement is in force. A fixed number of statements, one for each
    table that the targets ask for.
    """
    whole = Period.year(year) if year is not None else None
    windows = {}
    for row in agreements:
        window = row.effective_period
        if window and (whole is None or window.overlaps(whole)):
            windows[row] = window.clip(whole) if whole else window
    by_version: dict[int, list[AgreementTarget]] = defaultdict(list)
    targets = AgreementTarget.objects.filter(version__in=[row.current_version_id for row in windows])
    for target in targets.select_related("indicator").order_by("pk"):
        by_version[target.version_id].append(target)
    found = read(list(windows), (target for promised in by_version.values() for target in promised))
    progress = {}
    for row, window in windows.items():
        judge = Judge(row, window, today, found, year)
        progress[row.pk] = [judge.of(target) for target in by_version[row.current_version_id]]
    return progress
