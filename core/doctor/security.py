"""Secret and the switches that must not be wrong in production."""

from __future__ import annotations

from django.conf import settings

from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

NEW_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'，把结果写入环境文件的 SECRET_KEY"
SHORTEST = 50


def settings_are_safe() -> Finding:
    """Secret long and not a sample, no debugging, hosts named; HTTPS unless it is a local trial."""
    secret = settings.SECRET_KEY
    words = getattr(settings, "WEAK_SECRET_WORDS", ())
    if len(secret) < SHORTEST or any(word in secret.lower() for word in words):
        return trouble(FAIL if settings.PRODUCTION else WARN, "SECRET_KEY 过短或仍是示例值。", NEW_SECRET)
    if settings.DEBUG:
        return trouble(FAIL, "调试模式是打开的，出错时会泄露数据。", "去掉对 DEBUG 的修改并重启服务")
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        return trouble(
            WARN,
            "ALLOWED_HOSTS 含有 *，任何主机名都会被接受。",
            "在环境文件中写明访问地址，例如 ALLOWED_HOSTS=duikou.example.gov.cn",
        )
    if settings.PRODUCTION and not settings.HTTPS:
        return trouble(
            WARN,
            "没有使用 HTTPS，密码会在网络上明文传输。",
            "按 docs/运维.md 配置 Nginx 证书，并去掉环境文件中的 HTTPS=0",
        )
    kind = "正式环境" if settings.PRODUCTION else "本机试用"
    return Finding(OK, f"{kind}，密钥长度 {len(secret)}，主机名 {'、'.join(settings.ALLOWED_HOSTS)}")
