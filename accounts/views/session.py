"""Signing in and out, one's own password, and the way to one's own first page."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import PASSWORD_HELP, SignInForm
from accounts.landing import landing_of
from core.access import PUBLIC, SIGNED_IN, access
from core.context_processors import SITE_NAME


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True
    extra_context = {"site_name": SITE_NAME}  # Django would put the host's name here


class PasswordChange(PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("home")

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["new_password1"].help_text = PASSWORD_HELP
        return form

    def form_valid(self, form):
        messages.success(self.request, "密码已修改，其他地方的登录已退出。")
        return super().form_valid(form)


_sign_in, _password_change = SignIn.as_view(), PasswordChange.as_view()


@require_http_methods(["GET", "POST"])
@access(PUBLIC)
def sign_in(request):
    return _sign_in(request)


@require_POST
@access(PUBLIC)
@never_cache
def sign_out(request):
    """Also for a session that has just ended by itself: leaving twice is no error."""
    logout(request)
    messages.success(request, "您已安全退出。")
    return redirect("sign-in")


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def password_change(request):
    return _password_change(request)


@require_GET
@access(SIGNED_IN)
@never_cache
def home(request):
    return redirect(landing_of(request.user))
