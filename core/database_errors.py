"""Refusals of the database in words that people read: constraints, triggers, protected rows."""

from django.apps import apps
from django.db import IntegrityError, InternalError
from django.db.models.constraints import BaseConstraint

from core.errors import broken_constraint

REFUSALS = (IntegrityError, InternalError)

UNIQUE, FOREIGN_KEY, CHECK = "23505", "23503", "23514"
FROZEN = "这条记录已经备案、确认或定稿，不能再修改或删除；需要更正时请办理变更。"


def _own_words(name: str) -> str:
    """The Chinese sentence that the model gives its constraint; empty when it gives none."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                message = str(constraint.violation_error_message)
                default = str(BaseConstraint.default_violation_error_message)
                return "" if message == default % {"name": name} or message == default else message
    return ""


def sentence(error: Exception) -> str:
    """One complete sentence about why the database refused."""
    name = broken_constraint(error)
    words = _own_words(name) if name else ""
    if words:
        return words
    text = str(error)
    if "pgtrigger: Cannot" in text or "is frozen" in text:
        return FROZEN
    code = getattr(error.__cause__, "pgcode", None) or getattr(error.__cause__, "sqlstate", None)
    if code == UNIQUE:
        return "同样的记录已经有了，请核对编号和名称。"
    if code == FOREIGN_KEY:
        return "还有其他记录引用这条记录，不能删除。"
    if code == CHECK:
        return f"填写的内容互相矛盾，数据库没有接受（规则 {name or '未知'}）。请核对日期和数量。"
    return "数据库没有接受这次修改，内容没有改变。请核对后再试。"
