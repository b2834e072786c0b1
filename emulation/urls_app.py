"""Addresses of the main app: campaigns, targets, sheets, review, dashboards, catalogues, rounds."""

from django.urls import URLPattern, path

from emulation.views import campaigns

app_name = "emulation"

urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns.campaign_tree, name="campaign-tree"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign-create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign-detail"),
    path("campaigns/<int:pk>/update/", campaigns.campaign_update, name="campaign-update"),
    path("campaigns/<int:pk>/delete/", campaigns.campaign_delete, name="campaign-delete"),
    path("campaigns/<int:pk>/launch/", campaigns.campaign_launch, name="campaign-launch"),
    path("campaigns/<int:pk>/advance/", campaigns.campaign_advance, name="campaign-advance"),
    path("campaigns/<int:pk>/copy/", campaigns.campaign_copy, name="campaign-copy"),
    path(
        "campaigns/<int:pk>/indicators/new/", campaigns.campaign_indicator_create, name="campaign-indicator-create"
    ),
    path(
        "campaigns/indicators/<int:pk>/update/", campaigns.campaign_indicator_update, name="campaign-indicator-update"
    ),
    path(
        "campaigns/indicators/<int:pk>/delete/", campaigns.campaign_indicator_delete, name="campaign-indicator-delete"
    ),
]
