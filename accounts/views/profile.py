"""“我的设置”: what people set for themselves."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services.digests import mail_is_configured
from accounts.services.profile import profile_save
from core.access import SIGNED_IN, access
from core.pages import attempt


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "wants_digest"]
        help_texts = {"email": "只用来给您发送每日提醒，别人看不到。"}
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    def _post_clean(self):
        """The service judges; the account itself is not this form's to change."""


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: profile_save(user=request.user, **form.cleaned_data))
        if form.is_valid():
            messages.success(request, "设置已保存。")
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form, "mail": mail_is_configured()})
