"""How often a visitor may ask. Counted in PostgreSQL, so that all workers count together.

Windows of fixed length: across the edge of two windows up to twice the number may pass, which is enough
to stop guessing and flooding. Addresses are not stored, only a keyed hash of them.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import RateWindow
from core.services.audit import client_address


@dataclass(frozen=True)
class Limit:
    """At most ``most`` times in ``seconds``, counted under ``name``."""

    name: str
    most: int
    seconds: int


# One statement: two requests at the same moment cannot both read the same count. The database's clock,
# not the worker's: workers may stand on several machines.
_COUNT = """
    WITH moment AS (SELECT extract(epoch FROM clock_timestamp())::bigint AS now)
    INSERT INTO core_ratewindow (key, "window", count, ends_at)
    SELECT %(key)s, now / %(seconds)s, 1, to_timestamp((now / %(seconds)s + 1) * %(seconds)s) FROM moment
    ON CONFLICT (key, "window") DO UPDATE SET count = least(core_ratewindow.count + 1, 1000000000)
    RETURNING count, ceil(extract(epoch FROM ends_at - clock_timestamp()))::int
"""


def limit_count(*, limit: Limit, who: str) -> int:
    """Count one more time. Seconds to wait until the next window when it was once too often, else 0."""
    key = salted_hmac(f"core.limits.{limit.name}", who, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "seconds": limit.seconds})
        count, left = cursor.fetchone()
    return max(1, left) if count > limit.most else 0


def visitor_of(request) -> str:
    """Whom a limit counts: the address, of IPv6 its /64, which one household or office owns whole."""
    address = client_address(request)
    if address is None:
        return "unknown"
    if isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return address


def limits_sweep() -> int:
    """Forget windows that are over; how many there were."""
    return RateWindow.objects.filter(ends_at__lt=timezone.now()).delete()[0]
