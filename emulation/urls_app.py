"""Addresses of the main app: campaigns, targets, sheets, review, dashboards, catalogues, rounds."""

from django.urls import path

from emulation.views import (
    campaigns,
    catalogue,
    dashboard,
    evidence,
    findings,
    review,
    rounds,
    sheets,
    targets,
    work,
)

app_name = "emulation"

urlpatterns = [
    path("campaigns/", campaigns.campaign_tree, name="campaign-tree"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign-create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign-detail"),
    path("campaigns/<int:pk>/update/", campaigns.campaign_update, name="campaign-update"),
    path("campaigns/<int:pk>/delete/", campaigns.campaign_delete, name="campaign-delete"),
    path("campaigns/<int:pk>/launch/", campaigns.campaign_launch, name="campaign-launch"),
    path("campaigns/<int:pk>/advance/", campaigns.campaign_advance, name="campaign-advance"),
    path("campaigns/<int:pk>/copy/", campaigns.campaign_copy, name="campaign-copy"),
    path("campaigns/<int:pk>/indicators/new/", campaigns.campaign_indicator_create, name="campaign-indicator-create"),
    path(
        "campaigns/indicators/<int:pk>/update/", campaigns.campaign_indicator_update, name="campaign-indicator-update"
    ),
    path(
        "campaigns/indicators/<int:pk>/delete/", campaigns.campaign_indicator_delete, name="campaign-indicator-delete"
    ),
    path("targets/", targets.target_home, name="target-home"),
    path("targets/<int:unit>/<int:year>/", targets.target_list, name="target-list"),
    path("targets/<int:unit>/<int:year>/hand-in/", targets.registration_hand_in, name="registration-hand-in"),
    path("targets/<int:unit>/<int:year>/return/", targets.registration_return, name="registration-return"),
    path("targets/<int:unit>/<int:year>/agree/", targets.registration_agree, name="registration-agree"),
    path("targets/<int:unit>/<int:year>/below/", targets.registration_list, name="registration-list"),
    path("targets/history/<int:pk>/", targets.target_detail, name="target-detail"),
    path("catalogues/", catalogue.catalogue_list, name="catalogue-list"),
    path("catalogues/<slug:key>/", catalogue.catalogue_rows, name="catalogue-rows"),
    path("catalogues/<slug:key>/new/", catalogue.catalogue_create, name="catalogue-create"),
    path("catalogues/<slug:key>/<int:pk>/", catalogue.catalogue_update, name="catalogue-update"),
    path("catalogues/<slug:key>/<int:pk>/delete/", catalogue.catalogue_delete, name="catalogue-delete"),
    path("dashboard/", dashboard.dashboard_home, name="dashboard-home"),
    path("dashboard/<int:unit>/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<int:unit>/<str:indicator>/", dashboard.figure, name="figure"),
    path("indicators/", catalogue.indicator_list, name="indicator-list"),
    path("indicators/new/", catalogue.indicator_create, name="indicator-create"),
    path("indicators/<int:pk>/", catalogue.indicator_detail, name="indicator-detail"),
    path("indicators/<int:pk>/update/", catalogue.indicator_update, name="indicator-update"),
    path("indicators/<int:pk>/checklists/new/", catalogue.checklist_create, name="checklist-create"),
    path("checklists/<int:pk>/", catalogue.checklist_update, name="checklist-update"),
    path("rounds/", rounds.round_list, name="round-list"),
    path("rounds/new/", rounds.round_create, name="round-create"),
    path("rounds/<int:pk>/", rounds.round_update, name="round-update"),
    path("sheets/", sheets.sheet_list, name="report-list"),
    path("sheets/<int:pk>/", sheets.detail, name="report-detail"),
    path("sheets/<int:pk>/save/", sheets.save, name="report-save"),
    path("sheets/<int:pk>/cells/<int:indicator>/", sheets.cell, name="report-cell"),
    path("sheets/<int:pk>/ready/", sheets.ready, name="report-ready"),
    path("sheets/<int:pk>/checks/", findings.checks, name="report-checks"),
    path("sheets/<int:pk>/hand-in/", sheets.hand_in, name="report-hand-in"),
    path("sheets/<int:pk>/withdraw/", sheets.withdraw, name="report-withdraw"),
    path("sheets/<int:pk>/history/", sheets.history, name="report-history"),
    path("sheets/<int:pk>/review/", review.review, name="report-review"),
    path("sheets/<int:pk>/take-up/", review.take_up, name="report-take-up"),
    path("sheets/<int:pk>/reopen/", review.reopen, name="report-reopen"),
    path("sheets/<int:pk>/files/", evidence.evidence_list, name="evidence-list"),
    path("files/<int:pk>/", evidence.download, name="evidence-download"),
    path("files/<int:pk>/remove/", evidence.remove, name="evidence-remove"),
    path("work/", work.my_work, name="my-work"),
    path("review/", review.review_list, name="review-list"),
]
