"""Regions, organisations and accounts on the desk."""

from django.contrib import admin
from django.contrib.auth.models import Group

# roles decide, not groups
admin.site.unregister(Group)
