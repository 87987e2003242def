"""Rounding and wording of figures: Decimal, half up, and no base means no percentage."""

from decimal import ROUND_HALF_UP, Decimal

NO_VALUE = "—"


def rounded(value: Decimal, places: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent_change(base: Decimal | None, now: Decimal | None, places: int = 1) -> Decimal | None:
    """(now − base) ÷ base × 100; None when the base is missing or zero (never 0 % or ∞)."""
    if base is None or now is None or base == 0:
        return None
    return rounded((Decimal(now) - Decimal(base)) / abs(Decimal(base)) * 100, places)


def ratio_percent(part: int, whole: int, places: int = 1) -> Decimal | None:
    """part ÷ whole × 100, or None without a whole."""
    return rounded(Decimal(part) / Decimal(whole) * 100, places) if whole else None


def plain(value) -> str:
    """A number without thousands separators and without needless zeros; “—” when absent."""
    if value is None:
        return NO_VALUE
    if isinstance(value, Decimal):
        value = value.normalize()
        return f"{value:f}"
    return str(value)


def money(value: Decimal | None) -> str:
    """Yuan with two decimals."""
    return NO_VALUE if value is None else f"{rounded(value, 2):f}"


def percent(value: Decimal | None) -> str:
    return NO_VALUE if value is None else f"{value:f}%"
