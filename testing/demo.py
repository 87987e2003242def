"""A test case on the loaded demonstration: ``class TestC01(DemoTestCase)``. Loaded once for each class."""

from io import StringIO

from django.core.management import call_command
from django.test import TestCase


class DemoTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_demo", stdout=StringIO())
