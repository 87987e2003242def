"""No page of the desk speaks English to anybody who may open it."""

import re
from html.parser import HTMLParser

from django.contrib import admin
from django.urls import reverse

from staffing.models import ActivityType, Measure, PromotionRule
from support.models import OutcomeIndicator
from tests.desk.case import DeskCase, grow, url_of


class Texts(HTMLParser):
    """What a person reads or hears from a page; the codes of values are not among it."""

    def __init__(self, page):
        super().__init__()
        self.found, self.hidden = [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style")
        self.found += [
            value or "" for name, value in attributes if name in ("title", "placeholder", "aria-label")
        ]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.found.append(data)


class LanguageTests(DeskCase):
    ALLOWED = {"Excel", "CSV", "UTF", "xlsx", "csv", "GB"}

    def pages(self):
        yield reverse("admin:index")
        for model, model_admin in admin.site._registry.items():
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            yield url_of(model)
            row = model.objects.order_by("pk").first()
            if row is not None:
                for page in ("change", "history", "delete"):
                    yield url_of(model, page, row.pk)
                for verb in model_admin.verbs:
                    yield url_of(model, "verb", row.pk, verb.name)

    def test_no_page_of_the_desk_speaks_english(self):
        grow(self.world)
        seen, leaks = 0, {}
        for role in ("bureau_officer", "bureau_leader", "system_admin", "audit_admin"):
            self.as_role(role)
            for url in self.pages():
                response = self.client.get(url)
                self.assertIn(response.status_code, (200, 302, 403, 404), url)
                if response.status_code != 200:
                    continue
                seen += 1
                text = "\n".join(Texts(response.content.decode()).found)
                # codes of our own lists are written in small letters with underscores or digits
                words = set(re.findall(r"(?<![\w-])[A-Z]?[a-z]{3,}(?![\w-])", text)) - self.ALLOWED
                codes = {word for word in words if self.is_code(word)}
                if words - codes:
                    leaks[url] = sorted(words - codes)
        self.assertGreater(seen, 80)
        self.assertEqual(leaks, {})

    def is_code(self, word):
        return any(
            model.objects.filter(code=word).exists()
            for model in (ActivityType, Measure, OutcomeIndicator, PromotionRule)
        )
