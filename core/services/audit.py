"""Writes the audit log. Call it inside the transaction of the act itself."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from core.models import AuditEvent


def client_address(request) -> str | None:
    """The visitor's address, None when there is none.

    Behind N proxies of ours (PROXY_COUNT) it is the Nth entry from the right of X-Forwarded-For:
    what stands further left is only the visitor's claim. Without a proxy the header is not read.
    """
    if request is None:
        return None
    proxies = settings.AXES_IPWARE_PROXY_COUNT or 0
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    behind_proxies = proxies and len(forwarded) >= proxies and forwarded[-proxies]
    address = forwarded[-proxies] if behind_proxies else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def audit_record(
    *, verb: str, user=None, subject=None, note: str = "", request=None, username=""
) -> AuditEvent:
    """Add one line. ``subject`` is any model instance; its text is kept as it reads today."""
    known = user if user is not None and user.pk else None
    return AuditEvent.objects.create(
        verb=verb,
        user=known,
        username=(known.get_username() if known else username)[:150],
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        note=note,
        address=client_address(request),
    )


@receiver(user_logged_in)
def _signed_in(sender, request, user, **kwargs):
    audit_record(verb=AuditEvent.Verb.SIGN_IN, user=user, request=request)


@receiver(user_logged_out)
def _signed_out(sender, request, user, **kwargs):
    if user is not None:
        audit_record(verb=AuditEvent.Verb.SIGN_OUT, user=user, request=request)


@receiver(user_login_failed)
def _sign_in_failed(sender, credentials, request=None, **kwargs):
    audit_record(
        verb=AuditEvent.Verb.SIGN_IN_FAILED, request=request, username=str(credentials.get("username", ""))
    )
