"""Triggers that hold what a CHECK cannot: rules between a row and its parent."""

import pgtrigger

from core.triggers import frozen_parent

ANY_WRITE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def child_of_filed_version(column: str) -> pgtrigger.Trigger:
    """Rows below a filed agreement version can be neither added, changed nor removed."""
    return pgtrigger.Trigger(
        name="filed_version_is_frozen",
        when=pgtrigger.Before,
        operation=ANY_WRITE,
        func=frozen_parent("support_agreementversion", column, "filed", "superseded"),
    )


def child_of_confirmed(parent_table: str, column: str) -> pgtrigger.Trigger:
    """Rows below a confirmed record can be neither added, changed nor removed."""
    return pgtrigger.Trigger(
        name="confirmed_record_is_frozen",
        when=pgtrigger.Before,
        operation=ANY_WRITE,
        func=frozen_parent(parent_table, column, "confirmed", "superseded"),
    )
