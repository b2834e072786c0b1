"""Addresses of the main app: campaigns, targets, sheets, review, dashboards, catalogues, rounds."""

from django.urls import path, register_converter

from emulation.views import (
    attachments,
    board,
    campaigns,
    catalogue,
    cells,
    corrections,
    dashboard,
    evidence,
    findings,
    layouts,
    notices,
    panel,
    papers,
    registers,
    review,
    review_reports,
    rounds,
    sheets,
    targets,
    verdicts,
    work,
    workbooks,
)
from units.keys import KeyConverter

register_converter(KeyConverter, "key")

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
    path("reports/<int:unit>/<int:year>/<str:period>/", papers.review_report, name="review-report"),
    path("reports/<int:unit>/<int:year>/<str:period>/begin/", review_reports.begin, name="review-report-begin"),
    path("reports/<int:pk>/paragraph/", review_reports.paragraph, name="review-report-paragraph"),
    path("reports/<int:pk>/settle/", review_reports.settle, name="review-report-settle"),
    path("reports/<int:pk>/sign-off/", review_reports.sign, name="review-report-sign"),
    path("reports/<int:pk>/reopen/", review_reports.reopen, name="review-report-reopen"),
    path("reports/<int:pk>/history/", review_reports.history, name="review-report-history"),
    path("phrases/<int:unit>/", review_reports.phrase_list, name="phrase-list"),
    path("phrases/<int:unit>/<str:key>/", review_reports.phrase_update, name="phrase-update"),
    path(
        "reports/<int:unit>/<int:year>/<str:period>/<str:kind>/", papers.review_report_file, name="review-report-file"
    ),
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
    path("rounds/<int:pk>/extensions/", rounds.extension_list, name="extension-list"),
    path("rounds/extensions/<int:pk>/end/", rounds.extension_end, name="extension-end"),
    path("board/", board.board_home, name="board-home"),
    path("board/<int:unit>/", board.board, name="board"),
    path("board/<int:unit>/<slug:kind>/", board.board_export, name="board-export"),
    path("sheets/", sheets.sheet_list, name="report-list"),
    path("sheets/<int:pk>/", sheets.detail, name="report-detail"),
    path("sheets/<int:pk>/save/", sheets.save, name="report-save"),
    path("sheets/<int:pk>/cells/", cells.cells, name="report-cells"),
    path("sheets/<int:pk>/cells/<key:indicator>/", cells.cell, name="report-cell"),
    path("sheets/<int:pk>/lines/<key:indicator>/", panel.panel, name="report-panel"),
    path("sheets/<int:pk>/lines/<key:indicator>/comment/", panel.comment, name="report-comment"),
    path("sheets/<int:pk>/paste/", cells.paste, name="report-paste"),
    path("sheets/<int:pk>/live/", cells.live, name="report-live"),
    path("sheets/<int:pk>/ready/", sheets.ready, name="report-ready"),
    path("sheets/<int:pk>/checks/", findings.checks, name="report-checks"),
    path("sheets/<int:pk>/hand-in/", sheets.hand_in, name="report-hand-in"),
    path("sheets/<int:pk>/withdraw/", sheets.withdraw, name="report-withdraw"),
    path("sheets/<int:pk>/history/", sheets.history, name="report-history"),
    path("sheets/<int:pk>/review/", review.review, name="report-review"),
    path("sheets/<int:pk>/take-up/", review.take_up, name="report-take-up"),
    path("sheets/<int:pk>/reopen/", review.reopen, name="report-reopen"),
    path("sheets/<int:pk>/excel/", workbooks.workbook, name="report-workbook"),
    path("sheets/<int:pk>/excel/file/", workbooks.workbook_file, name="report-workbook-file"),
    path("sheets/<int:pk>/excel/preview/", workbooks.workbook_preview, name="report-workbook-preview"),
    path("sheets/<int:pk>/form/", workbooks.paper, name="report-paper"),
    path("sheets/<int:pk>/undo/", review.undo, name="report-undo"),
    path("sheets/<int:pk>/office/", verdicts.office, name="report-office"),
    path("sheets/<int:pk>/requests/<key:indicator>/", corrections.figure_request, name="figure-request"),
    path("sheets/<int:pk>/corrections/", corrections.correction_list, name="report-corrections"),
    path("sheets/<int:pk>/corrections/<key:indicator>/", corrections.correction_create, name="correction-create"),
    path("corrections/<int:pk>/", corrections.correction_detail, name="correction-detail"),
    path("review/approve/", review.approve_many, name="review-approve"),
    path("sheets/<int:pk>/files/", evidence.evidence_list, name="evidence-list"),
    path("files/<int:pk>/", evidence.download, name="evidence-download"),
    path("files/<int:pk>/remove/", evidence.remove, name="evidence-remove"),
    path("work/", work.my_work, name="my-work"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notice_read_all, name="notice-read-all"),
    path("notices/<int:pk>/read/", notices.notice_read, name="notice-read"),
    path("review/", review.review_list, name="review-list"),
    path("registers/", registers.register_home, name="register-home"),
    path("attachments/<slug:kind>/<int:pk>/", attachments.attach, name="attachment-create"),
    path("attachments/<slug:kind>/<int:pk>/<int:file>/", attachments.download, name="attachment-download"),
    path("attachments/<slug:kind>/<int:pk>/<int:file>/remove/", attachments.remove, name="attachment-remove"),
    # documents
    # activities
    # initiatives
    # weak points
    # inspections
    # checklists
    # examples
    # incidents
    path("layout/<int:unit>/", layouts.layout_detail, name="layout-detail"),
    path("layout/<int:unit>/update/", layouts.layout_update, name="layout-update"),
    path("layout/<int:unit>/<slug:kind>/", layouts.template_detail, name="template-detail"),
    path("layout/<int:unit>/<slug:kind>/drop/", layouts.template_drop, name="template-drop"),
    path("layout/<int:unit>/<slug:kind>/shipped.docx", layouts.template_shipped, name="template-shipped"),
    path("layout/templates/<int:pk>/", layouts.template_version, name="template-version"),
    # papers
]
