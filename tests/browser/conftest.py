"""A real Chromium against the live server, with an eye on every request and every complaint."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from testing.scene import scene

PASSWORD = "Chang-2026-kan"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    # the driver runs an event loop in this thread; the ORM is used outside of it only
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def world(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.AXES_ENABLED = True
    made = scene()
    for person in made.people.values():
        person.set_password(PASSWORD)
        person.save()
    return made


class Visitor:
    """One person in one browser window; ``complaints`` collects what must not happen."""

    def __init__(self, chromium, live_server, width):
        self.base = live_server.url
        self.host = urlsplit(self.base).netloc
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, locale="en-US")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("request", self._saw)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _saw(self, request):
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.complaints.append(f"request to {request.url}")

    def _heard(self, message):
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response):
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, path):
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sign_in(self, user):
        self.open("/sign-in/")
        self.page.fill("input[name=username]", user.username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit], form button[type=submit]")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.fixture
def visit(chromium, live_server):
    opened = []

    def visitor(width=1280):
        opened.append(Visitor(chromium, live_server, width))
        return opened[-1]

    yield visitor
    for one in opened:
        one.context.close()
