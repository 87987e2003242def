"""System checks that keep the house default-deny: no model and no view without a declaration."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from core.scope import scope_of

OUR_APPS = ("core", "accounts", "support", "staffing", "assessment", "reports")
# rows of the machinery itself, never shown in a list
WITHOUT_SCOPE = {"core.ServiceBeat", "core.RateWindow", "staffing.CommonStretch"}


def our_models():
    """Every table of ours that people could meet (no history tables, no join tables)."""
    for label in OUR_APPS:
        for model in apps.get_app_config(label).get_models():
            is_history = model.__name__.endswith("Event") and model._meta.label != "core.AuditEvent"
            if not is_history and model._meta.label not in WITHOUT_SCOPE:
                yield model


def our_views(resolver=None, prefix=""):
    """(name, callback) of every URL outside the admin."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from our_views(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.name, pattern.callback


@register()
def every_model_has_a_scope(app_configs, **kwargs):
    return [
        Error(f"{model._meta.label} 没有声明可见范围（scope）。", id="core.E001")
        for model in our_models()
        if scope_of(model) is None
    ]


@register()
def every_admin_is_scoped(app_configs, **kwargs):
    from core.admin import ScopedAdmin

    return [
        Error(f"管理后台中的 {model._meta.label} 没有使用 ScopedAdmin。", id="core.E002")
        for model, model_admin in admin.site._registry.items()
        if not isinstance(model_admin, ScopedAdmin) or scope_of(model) is None
    ]


@register()
def every_view_declares_access(app_configs, **kwargs):
    return [
        Error(f"页面 {name or callback} 没有声明访问权限（@access）。", id="core.E003")
        for name, callback in our_views()
        if not hasattr(callback, "access")
    ]


@register()
def field_texts_are_chinese(app_configs, **kwargs):
    """A label left to Django's default shows the English field name to users."""
    return [
        Error(f"{model._meta.label}.{field.name} 没有中文名称。", id="core.E004")
        for model in our_models()
        for field in model._meta.get_fields()
        if field.concrete
        and not field.auto_created
        and field.name != "id"
        and str(field.verbose_name).isascii()
        and settings.APP_ENV != "production"
    ]
