"""Addresses of the main app: campaigns, targets, sheets, review, dashboards, catalogues, rounds."""

from django.urls import URLPattern

app_name = "emulation"

urlpatterns: list[URLPattern] = []
