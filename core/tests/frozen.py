"""Asking the database whether a row can still be changed or removed, and by which way.

Each column is tried on its own, by ORM save, by bulk update and by plain SQL: the refusal must come
from a trigger (they stand before every other check), not from a constraint met by accident.
"""

from django.db import Error, connection, models, transaction

TRIGGERED = ("pgtrigger: Cannot", "is frozen")

# SQL that turns any value of a column into another one
ANOTHER = (
    (models.DateTimeField, "coalesce({0}, now()) + interval '1 day'"),
    (models.DateField, "coalesce({0}, date '2026-01-01') + 1"),
    (models.BooleanField, "not {0}"),
    (models.UUIDField, "gen_random_uuid()"),
    (models.JSONField, "'[1]'::jsonb || coalesce({0}, '1'::jsonb)"),
    (models.GenericIPAddressField, "coalesce({0}, inet '10.0.0.1') + 1"),
    ((models.CharField, models.TextField, models.FileField), "case when {0} = 'a' then 'b' else 'a' end"),
    ((models.ForeignKey, models.IntegerField, models.DecimalField), "coalesce({0}, 0) + 1"),
)


def another(field: models.Field) -> str:
    return next(sql for kinds, sql in ANOTHER if isinstance(field, kinds)).format(field.column)


def refused(act) -> bool:
    """True when a trigger refused; False when it went through (undone); anything else is an error."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except Error as error:
        assert any(text in str(error) for text in TRIGGERED), f"refused by something else: {error}"
        return True
    return False


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def open_columns(row: models.Model, *, constraint_counts: bool = True) -> set[str]:
    """The columns of a row that plain SQL can still change.

    A column that only a constraint happens to hold fails the test, or counts as open
    (``constraint_counts=False``).
    """
    found = set()
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        statement = f"update {row._meta.db_table} set {field.column} = {another(field)} where id = %s"
        try:
            stopped = refused(lambda statement=statement: sql(statement, row.pk))
        except AssertionError:
            if constraint_counts:
                raise
            stopped = False
        if not stopped:
            found.add(field.name)
    return found


def ways_to_lose(row: models.Model) -> dict[str, bool]:
    """Each way to change or remove the row, and whether it was refused."""
    model, table = type(row), row._meta.db_table
    field = next(
        field
        for field in row._meta.concrete_fields
        if isinstance(field, models.CharField) and not field.choices
    )
    changed = model.objects.get(pk=row.pk)
    setattr(changed, field.name, "改")
    return {
        "save": refused(changed.save),
        "update": refused(lambda: model.objects.filter(pk=row.pk).update(**{field.name: "改"})),
        "bulk_update": refused(lambda: model.objects.bulk_update([changed], [field.name])),
        "raw delete": refused(lambda: sql(f"delete from {table} where id = %s", row.pk)),
        "queryset delete": refused(lambda: model.objects.filter(pk=row.pk)._raw_delete(connection.alias)),
    }


def all_refused(ways: dict[str, bool]) -> None:
    assert all(ways.values()), f"went through: {[way for way, stopped in ways.items() if not stopped]}"
