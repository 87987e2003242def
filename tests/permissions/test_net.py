"""The net itself holds: what is new and undeclared is caught, by the system checks and by the tables."""

from types import ModuleType

import pytest
from django.contrib import admin
from django.core.checks import run_checks
from django.db import models
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import path

from core import checks
from core.access import PUBLIC, access
from core.admin import ScopedAdmin
from core.scope import Scope
from tests.permissions import test_desk, test_pages, test_rows


def found(errors) -> list[str]:
    return [error.id for error in errors]


def test_the_house_is_in_order():
    assert [error for error in run_checks() if error.id.startswith("core.")] == []


@pytest.fixture
def urls_with():
    """Puts one more view behind the site's addresses."""

    def extended(view):
        from config.urls import urlpatterns

        module = ModuleType("urls_of_the_test")
        module.urlpatterns = [*urlpatterns, path("new/", view, name="new-page")]
        return override_settings(ROOT_URLCONF=module)

    return extended


def test_a_view_without_access_is_an_error(urls_with):
    with urls_with(lambda request: HttpResponse("open")):
        assert found(checks.every_view_declares_access(None)) == ["core.E003"]
    assert checks.every_view_declares_access(None) == []


def test_a_view_without_an_entry_fails_the_table(urls_with):
    with urls_with(access(PUBLIC)(lambda request: HttpResponse("open"))):
        assert checks.every_view_declares_access(None) == []
        with pytest.raises(AssertionError):
            test_pages.test_every_view_has_an_entry()


@pytest.fixture
def new_model(monkeypatch):
    """A model of ours that nobody scoped."""
    with isolate_apps(*checks.OUR_APPS) as registry:

        class Undeclared(models.Model):
            class Meta:
                app_label = "support"

        monkeypatch.setattr(checks, "apps", registry)
        yield Undeclared


def test_a_model_without_scope_is_an_error(new_model):
    assert found(checks.every_model_has_a_scope(None)) == ["core.E001"]
    new_model.scope = Scope(organisations=("pk",))
    assert checks.every_model_has_a_scope(None) == []


def test_a_scope_that_is_no_scope_is_an_error(new_model):
    new_model.scope = {"organisations": ("pk",)}
    assert found(checks.every_model_has_a_scope(None)) == ["core.E001"]


def test_an_admin_that_is_not_scoped_is_an_error(new_model, monkeypatch):
    monkeypatch.setitem(admin.site._registry, new_model, admin.ModelAdmin(new_model, admin.site))
    assert found(checks.every_admin_is_scoped(None)) == ["core.E002"]
    monkeypatch.setitem(admin.site._registry, new_model, ScopedAdmin(new_model, admin.site))
    assert found(checks.every_admin_is_scoped(None)) == ["core.E002"], "its model has no scope"
    new_model.scope = Scope()
    assert checks.every_admin_is_scoped(None) == []
    with pytest.raises(AssertionError):
        test_desk.test_every_registered_model_has_an_entry()


def test_a_model_without_an_entry_fails_the_table(monkeypatch):
    monkeypatch.setitem(test_rows.MODELS, "support.New", object)
    with pytest.raises(AssertionError):
        test_rows.test_every_model_has_an_entry()
