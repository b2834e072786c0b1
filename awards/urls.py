"""Addresses of the awards."""

from django.urls import path

from awards.views import catalogue, desk, dossiers, due, grants, nominations, notices

app_name = "awards"
urlpatterns = [
    path("", due.due_home, name="due-home"),
    path("due/<int:unit>/<int:year>/", due.due_list, name="due-list"),
    path("of/<str:kind>/<int:pk>/<str:award>/<int:year>/", due.due_detail, name="due-detail"),
    path(
        "of/<str:kind>/<int:pk>/<str:award>/<int:year>/criteria/<int:criterion>/",
        due.due_attest,
        name="due-attest",
    ),
    path("of/<str:kind>/<int:pk>/", grants.grant_list, name="grant-list"),
    path("of/<str:kind>/<int:pk>/new/", grants.grant_create, name="grant-create"),
    path("grants/<int:pk>/revoke/", grants.grant_revoke, name="grant-revoke"),
    path("dossiers/", dossiers.dossier_list, name="dossier-list"),
    path("dossiers/new/", dossiers.dossier_create, name="dossier-create"),
    path("dossiers/<int:pk>/", dossiers.dossier_detail, name="dossier-detail"),
    path("dossiers/<int:pk>/title/", dossiers.dossier_update, name="dossier-update"),
    path("dossiers/<int:pk>/add/", dossiers.dossier_add, name="dossier-add"),
    path("dossiers/<int:pk>/review/", dossiers.dossier_review, name="dossier-review"),
    path("dossiers/<int:pk>/read/", dossiers.dossier_read, name="dossier-read"),
    path("dossiers/<int:pk>/check/", dossiers.dossier_check, name="dossier-check"),
    path("dossiers/<int:pk>/hand-in/", dossiers.dossier_hand_in, name="dossier-hand-in"),
    path("dossiers/<int:pk>/files/", nominations.dossier_attach, name="dossier-attach"),
    path("dossiers/<int:pk>/paper/<str:kind>/", dossiers.dossier_paper, name="dossier-paper"),
    path("nominations/<int:pk>/", nominations.nomination_detail, name="nomination-detail"),
    path("nominations/<int:pk>/update/", nominations.nomination_update, name="nomination-update"),
    path("nominations/<int:pk>/withdraw/", nominations.nomination_withdraw, name="nomination-withdraw"),
    path("nominations/<int:pk>/files/", nominations.nomination_attach, name="nomination-attach"),
    path("nomination-files/<int:pk>/", nominations.nomination_file, name="nomination-file"),
    path("nomination-files/<int:pk>/remove/", nominations.nomination_file_remove, name="nomination-file-remove"),
    path("desk/", desk.nomination_desk, name="nomination-desk"),
    path("desk/<str:act>/", desk.nomination_many, name="nomination-many"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/new/", notices.notice_create, name="notice-create"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("notices/<int:pk>/objection/", notices.notice_objection, name="notice-objection"),
    path("objections/<int:pk>/answer/", notices.notice_answer, name="notice-answer"),
    path("catalogue/", catalogue.award_list, name="award-list"),
    path("catalogue/new/", catalogue.award_create, name="award-create"),
    path("catalogue/<str:code>/", catalogue.award_detail, name="award-detail"),
    path("catalogue/<str:code>/update/", catalogue.award_update, name="award-update"),
    path("catalogue/<str:code>/<str:part>/new/", catalogue.row_create, name="row-create"),
    path("rows/<str:part>/<int:pk>/", catalogue.row_update, name="row-update"),
    path("rows/<str:part>/<int:pk>/delete/", catalogue.row_delete, name="row-delete"),
]
