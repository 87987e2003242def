"""The address that certificates carry in their QR code: whoever scans it must get here."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from core.doctor.finding import OK, WARN, Finding, trouble

MEND = "在环境文件中写明外部访问的网址，例如 SITE_URL=https://duikou.example.gov.cn"


def public_address() -> Finding:
    """SITE_URL is set, is a web address, and this site answers to its name."""
    address = settings.SITE_URL
    if not address:
        return trouble(WARN, "没有设置 SITE_URL，证明上的二维码只含验证码，扫码不能直接打开核验页面。", MEND)
    host = _host_of(address)
    if not host:
        return trouble(WARN, f"SITE_URL“{address}”不是以 http:// 或 https:// 开头的网址。", MEND)
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return trouble(
            WARN,
            f"SITE_URL 的主机名 {host} 不在 ALLOWED_HOSTS 里，扫码后页面打不开。",
            "把它加入环境文件的 ALLOWED_HOSTS，或改正 SITE_URL",
        )
    if settings.PRODUCTION and settings.HTTPS and not address.startswith("https://"):
        return trouble(WARN, f"系统使用 HTTPS，而 SITE_URL 是 {address}。", MEND)
    return Finding(OK, address)


def _host_of(address: str) -> str:
    """The host of a web address that a QR code can carry; empty for anything else."""
    if not address.isascii() or len(address) > 120 or not address.startswith(("http://", "https://")):
        return ""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
