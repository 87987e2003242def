"""The statement behind the coverage calendar: who is there on which days, in runs of equal days.

Nothing is counted day by day. Whatever changes the picture (somebody comes or goes, an agreement or a
rule begins or ends, today is over) is an event; between two events all days are alike. All units asked
for are answered together, partitioned by ``unit``. Days are half-open here: ``day`` belongs, ``until``
does not.
"""

import re
from datetime import date

from django.db.models import QuerySet, TextChoices

from core.dates import Period
from staffing.models import Posting, PostingKind, StayRule

# without a rule somebody must be there; the other two are the defaults of the rule's own fields
FLOOR = 1
DEFAULTS = {name: StayRule._meta.get_field(name).default for name in ("tolerance_days", "warning_days")}


class By(TextChoices):
    """Whose days are looked at."""

    RECIPIENT = "recipient", "受援单位"
    PAIR = "pair", "结对"
    SENDER = "sender", "支援单位"


# one number a unit, so that sorting and joining stay cheap; the lower half of a pair is its recipient
HALF = 1 << 32
UNIT = {
    By.RECIPIENT: "recipient_id",
    By.SENDER: "sender_id",
    By.PAIR: f"sender_id * {HALF} + recipient_id",
}

# days that are looked at: those asked for, and before and after them as many as a rule can speak of
EXACTLY = "SELECT %(first)s::date AS first, %(last)s::date AS last"
WIDER = """
    SELECT %(first)s::date - days - 1 AS first, %(last)s::date + days + 1 AS last
    FROM (SELECT greatest(max({field}), {default}) AS days FROM staffing_stayrule
          WHERE measure = %(floor_measure)s AND is_active) longest
"""

AGREEMENTS = """
span AS ({span}),
found (id, sender_id, recipient_id, programme_id, version_id, starts, ends) AS ({agreements}),
agreement AS (
    SELECT id, {unit} AS unit, recipient_id, programme_id, version_id,
           greatest(starts, first) AS day, least(ends, last) + 1 AS until
    FROM found JOIN span ON starts <= last AND ends >= first
),
-- resident staff on the days on which they count: confirmed arrivals, and from tomorrow on the planned;
-- looked up agreement by agreement (OFFSET), whatever number of agreements the planner expects of a scope
presence AS (
    SELECT a.unit, p.posting, p.clinician_id, greatest(p.day, span.first) AS day,
           least(p.last, span.last) + 1 AS until
    FROM agreement a CROSS JOIN span CROSS JOIN LATERAL (
        SELECT id AS posting, clinician_id, end_on AS last,
               coalesce(arrived_on, greatest(start_on, %(today)s::date + 1)) AS day
        FROM staffing_posting
        WHERE agreement_id = a.id AND kind = %(kind)s AND role = ANY(%(roles)s) AND status <> %(cancelled)s
          AND start_on <= span.last AND end_on >= span.first
        OFFSET 0
    ) p
    WHERE p.day <= least(p.last, span.last)
)"""

SEGMENTS = """,
-- each agreement with every rule that speaks of it, on the days on which it does
piece AS (
    SELECT a.unit, a.id AS agreement, a.recipient_id, r.id AS rule, r.minimum AS floor,
           r.tolerance_days AS tolerance, r.warning_days AS warning,
           (r.recipient_id IS NULL)::int AS rank,
           greatest(a.day, r.effective_from) AS day, least(a.until, r.effective_to + 1) AS until
    FROM agreement a JOIN staffing_stayrule r
      ON r.programme_id = a.programme_id AND r.measure = %(floor_measure)s AND r.kind = %(kind)s
     AND r.is_active AND (r.recipient_id IS NULL OR r.recipient_id = a.recipient_id)
    WHERE greatest(a.day, r.effective_from) < least(a.until, r.effective_to + 1)
    UNION ALL
    SELECT unit, id, recipient_id, NULL, %(floor)s, %(tolerance)s, %(warning)s, 2, day, until FROM agreement
),
cut AS (
    SELECT unit, day, lead(day) OVER (PARTITION BY unit ORDER BY day) AS until
    FROM (SELECT unit, day FROM piece UNION SELECT unit, until FROM piece) edges
),
-- the rule of each agreement: one for this recipient before the general one, that before none
ruled AS (
    SELECT DISTINCT ON (c.unit, c.day, p.agreement)
           c.unit, c.day, c.until, p.recipient_id, p.rule, p.floor, p.tolerance, p.warning
    FROM cut c JOIN piece p ON p.unit = c.unit AND p.day <= c.day AND c.day < p.until
    ORDER BY c.unit, c.day, p.agreement, p.rank
),
-- where several programmes meet at one recipient the strictest is asked
strictest AS (
    SELECT DISTINCT ON (unit, day, recipient_id) *
    FROM ruled
    ORDER BY unit, day, recipient_id, floor DESC, rule IS NULL, tolerance, warning DESC, rule
),
-- what a sender owes is the sum over its recipients; elsewhere there is only one
plan AS (
    SELECT unit, day, until, sum(floor) AS floor, min(tolerance) AS tolerance, max(warning) AS warning,
           coalesce(array_agg(DISTINCT rule) FILTER (WHERE rule IS NOT NULL), '{{}}') AS rules
    FROM strictest GROUP BY unit, day, until
),
event AS (
    SELECT unit, day, 1 AS change FROM presence
    UNION ALL SELECT unit, until, -1 FROM presence
    UNION ALL SELECT unit, day, 0 FROM plan
    UNION ALL SELECT unit, until, 0 FROM plan
    UNION ALL SELECT unit, edge, 0 FROM (SELECT DISTINCT unit FROM agreement) units,
        (VALUES (%(today)s::date + 1), (%(first)s::date), (%(last)s::date + 1)) edges (edge)
),
step AS (
    SELECT unit, day, (sum(sum(change)) OVER days)::int AS present, lead(day) OVER days AS until
    FROM event GROUP BY unit, day WINDOW days AS (PARTITION BY unit ORDER BY day)
),
segment AS (
    SELECT s.unit, s.day, s.until, s.present, p.floor, p.tolerance, p.warning, p.rules
    FROM step s JOIN plan p ON p.unit = s.unit AND p.day <= s.day AND s.day < p.until
    WHERE s.until IS NOT NULL
)"""

# days without anybody that follow each other are one run, judged by its whole length
RUNS = """,
chained AS (
    SELECT *, present > 0 OR lag(present) OVER days IS DISTINCT FROM 0
              OR lag(until) OVER days <> day AS opens
    FROM segment WINDOW days AS (PARTITION BY unit ORDER BY day)
),
numbered AS (
    SELECT *, count(*) FILTER (WHERE opens) OVER (PARTITION BY unit ORDER BY day) AS run FROM chained
),
judged AS (
    SELECT *, min(day) OVER whole AS run_day, max(until) OVER whole AS run_until,
           min(tolerance) OVER whole AS run_tolerance,
           present = 0 AND max(until) OVER whole - min(day) OVER whole > min(tolerance) OVER whole AS is_gap
    FROM numbered WINDOW whole AS (PARTITION BY unit, run)
)"""

SHOWN = f"""{RUNS}
SELECT unit, day, until, present, floor, rules, run_day, run_until, run_tolerance
FROM judged WHERE day BETWEEN %(first)s AND %(last)s ORDER BY unit, day"""

TOTALS = f"""{RUNS}
SELECT j.unit,
    coalesce(sum(j.until - j.day) FILTER (WHERE past), 0),
    coalesce(sum(j.until - j.day) FILTER (WHERE past AND present > 0), 0),
    coalesce(sum(j.until - j.day) FILTER (WHERE past AND present < floor), 0),
    coalesce(sum(j.until - j.day) FILTER (WHERE past AND is_gap), 0) AS gap,
    coalesce(sum(j.until - j.day) FILTER (WHERE NOT past), 0),
    coalesce(sum(j.until - j.day) FILTER (WHERE NOT past AND present < floor), 0),
    coalesce(sum(j.until - j.day) FILTER (WHERE NOT past AND is_gap), 0) AS gap_ahead,
    min(present) FILTER (WHERE past), max(present) FILTER (WHERE past)
FROM (SELECT *, day <= %(today)s::date AS past FROM judged WHERE day BETWEEN %(first)s AND %(last)s) j
GROUP BY j.unit"""

LEAVING = """
SELECT l.unit, l.posting, l.until - 1, s.present, s.floor, s.rules
FROM presence l JOIN segment s ON s.unit = l.unit AND s.day <= l.until AND l.until < s.until
WHERE l.until - 1 BETWEEN %(today)s AND %(today)s::date + s.warning AND s.present < s.floor
ORDER BY l.until, l.unit, l.posting"""

UNCOVERED = """,
promise AS (
    SELECT a.unit, s.id AS speciality, s.code,
           range_agg(daterange(greatest(a.day, %(first)s::date), least(a.until, %(last)s::date + 1))) AS days
    FROM agreement a
    JOIN support_agreementversion_specialities v ON v.agreementversion_id = a.version_id
    JOIN support_speciality s ON s.id = v.speciality_id
    WHERE a.day <= %(last)s::date AND a.until > %(first)s::date
    GROUP BY a.unit, s.id, s.code
),
held AS (
    SELECT p.unit, p.day, p.until, s.code
    FROM presence p JOIN staffing_clinician c ON c.id = p.clinician_id
    JOIN support_speciality s ON s.id = c.speciality_id
),
covered AS (
    SELECT r.unit, r.speciality, range_agg(daterange(h.day, h.until)) AS days
    FROM promise r JOIN held h ON h.unit = r.unit AND starts_with(h.code, r.code)
    GROUP BY r.unit, r.speciality
)
SELECT r.unit, r.speciality, lower(days), upper(days)
FROM (
    SELECT r.unit, r.speciality, r.code, unnest(r.days - coalesce(c.days, '{{}}')) AS days
    FROM promise r LEFT JOIN covered c USING (unit, speciality)
    UNION ALL
    SELECT unit, speciality, code, NULL FROM promise
) r
ORDER BY r.unit, r.code, days NULLS FIRST"""

UNKNOWN = """
SELECT p.unit, count(DISTINCT p.clinician_id)
FROM presence p JOIN staffing_clinician c ON c.id = p.clinician_id
WHERE c.speciality_id IS NULL AND p.day <= %(last)s::date AND p.until > %(first)s::date
GROUP BY p.unit"""

COLUMNS = (
    "pk",
    "sender_id",
    "recipient_id",
    "cycle__programme_id",
    "current_version_id",
    "effective_from",
    "effective_to",
)


def statement(
    tail: str, *, agreements: QuerySet, by: str, period: Period, today: date, wider: str = ""
) -> tuple[str, dict]:
    """(SQL, parameters). ``wider``: the field of the floor rules by whose days more is looked at."""
    span = WIDER.format(field=wider, default=DEFAULTS[wider]) if wider else EXACTLY
    inner, values = agreements.order_by().values(*COLUMNS).query.sql_with_params()
    named = {f"agreement_{number}": value for number, value in enumerate(values)}
    names = iter(named)
    inner = re.sub("%%|%s", lambda found: found[0] if found[0] == "%%" else f"%({next(names)})s", inner)
    return whole(tail, agreements=inner, by=by, span=span), named | {
        "first": period.start,
        "last": period.end,
        "today": today,
        "kind": PostingKind.RESIDENT.value,
        "roles": [role.value for role in Posting.COUNTED_ROLES],
        "cancelled": Posting.Status.CANCELLED.value,
        "floor_measure": StayRule.Measure.FLOOR.value,
        "floor": FLOOR,
        "tolerance": DEFAULTS["tolerance_days"],
        "warning": DEFAULTS["warning_days"],
    }


def whole(tail: str, *, agreements: str, by: str, span: str) -> str:
    return "WITH " + (AGREEMENTS + tail).format(agreements=agreements, unit=UNIT[By(by)], span=span).lstrip()
