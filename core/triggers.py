"""Small additions to pgtrigger: conditions joined by AND, and rows frozen with their parent."""

import pgtrigger
from django.db.migrations import RunSQL


class AllOf(pgtrigger.Condition):
    """Every part holds. Parts are pgtrigger conditions (Q, AnyChange, …)."""

    def __init__(self, *parts):
        self.parts = parts

    def resolve(self, model):
        joined = " AND ".join(f"({part.resolve(model)})" for part in self.parts)
        return f"({joined})"


def frozen_parent(table: str, column: str, *statuses: str) -> str:
    """Body of a row trigger (PL/pgSQL) that refuses any write below a parent in one of the statuses.

    The error has SQLSTATE check_violation, so that Django sees an IntegrityError.
    """
    listed = ", ".join(f"'{status}'" for status in statuses)
    return f"""
            IF EXISTS (
                SELECT 1 FROM {table}
                WHERE id IN (
                    CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.{column} END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.{column} END
                ) AND status IN ({listed})
            ) THEN
                RAISE EXCEPTION 'parent row in {table} is frozen' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """


def freeze_links(table: str, parent: str, column: str, *statuses: str):
    """Migration operation for a many-to-many table, which has no model of its own to carry a trigger."""
    name = f"{table}_frozen"
    return RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {frozen_parent(parent, column, *statuses)} END; $$;
        CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
