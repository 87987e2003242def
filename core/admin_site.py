"""The admin as the bureau's desk: grouped by how the work flows, not by Python package."""

from functools import wraps

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode


class SiteAdminConfig(AdminConfig):
    default_site = "core.admin_site.SiteAdmin"


class SiteAdmin(admin.AdminSite):
    site_header = "对口支援管理系统"
    site_title = "对口支援管理系统"
    index_title = "工作台"
    enable_nav_sidebar = True
    empty_value_display = "—"

    def admin_view(self, view, cacheable=False):
        """403 for a signed-in person without a place at the desk; only the signed-out are sent to sign in."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def only_desk(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return only_desk

    def get_urls(self):
        """Without the “view on site” address: it looks up any row of any table by its key."""
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """One sign-in page for everybody."""
        if request.user.is_authenticated:
            return redirect("home")
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.GET.get('next', '')})}")

    def password_change(self, request, extra_context=None):
        """One page for one's own password."""
        return redirect("password-change")

    def get_app_list(self, request, app_label=None):
        """Groups by each admin's ``menu`` = (group label, order within the whole)."""
        models = [
            model | {"app_label": app["app_label"]}
            for app in super().get_app_list(request, app_label)
            for model in app["models"]
        ]
        if app_label:
            return super().get_app_list(request, app_label)
        groups: dict[str, list] = {}
        for model in sorted(models, key=lambda entry: self._registry[entry["model"]].menu[1]):
            groups.setdefault(self._registry[model["model"]].menu[0], []).append(model)
        return [
            {
                "name": name,
                "app_label": f"group{index}",
                "app_url": "",
                "has_module_perms": True,
                "models": entries,
            }
            for index, (name, entries) in enumerate(groups.items())
        ]
