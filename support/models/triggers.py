"""Triggers that hold what a CHECK cannot: rules between a row and its parent."""

import pgtrigger


def child_of_filed_version(column: str) -> pgtrigger.Trigger:
    """Rows below a filed agreement version can be neither added, changed nor removed."""
    return pgtrigger.Trigger(
        name="filed_version_is_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM support_agreementversion
                WHERE id IN (
                    CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.{column} END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.{column} END
                ) AND status IN ('filed', 'superseded')
            ) THEN
                RAISE EXCEPTION 'filed agreement version is frozen' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


def child_of_confirmed(parent_table: str, column: str) -> pgtrigger.Trigger:
    """Rows below a confirmed record can be neither added, changed nor removed."""
    return pgtrigger.Trigger(
        name="confirmed_record_is_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM {parent_table}
                WHERE id IN (
                    CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.{column} END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.{column} END
                ) AND status IN ('confirmed', 'superseded')
            ) THEN
                RAISE EXCEPTION 'confirmed record is frozen' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
