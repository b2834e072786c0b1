"""Addresses of the awards."""

from django.urls import path

from awards.views import catalogue, due, grants

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
    path("catalogue/", catalogue.award_list, name="award-list"),
    path("catalogue/new/", catalogue.award_create, name="award-create"),
    path("catalogue/<str:code>/", catalogue.award_detail, name="award-detail"),
    path("catalogue/<str:code>/update/", catalogue.award_update, name="award-update"),
    path("catalogue/<str:code>/<str:part>/new/", catalogue.row_create, name="row-create"),
    path("rows/<str:part>/<int:pk>/", catalogue.row_update, name="row-update"),
    path("rows/<str:part>/<int:pk>/delete/", catalogue.row_delete, name="row-delete"),
]
