"""Addresses of units, users and memberships."""

from django.urls import URLPattern

app_name = "units"

urlpatterns: list[URLPattern] = []
