"""Addresses of units, users, memberships and people."""

from django.urls import path

from units.views import person_import, persons, pilots, tree, unit_ratings, users

app_name = "units"

urlpatterns = [
    path("", tree.unit_tree, name="unit-tree"),
    path("options/", tree.unit_options, name="unit-options"),
    path("new/", tree.unit_create, name="unit-create"),
    path("ratings/", unit_ratings.unit_ratings, name="unit-ratings"),
    path("ratings/paste/", unit_ratings.unit_ratings_paste, name="unit-ratings-paste"),
    path("<int:pk>/", tree.unit_detail, name="unit-detail"),
    path("<int:pk>/branch/", tree.unit_branch, name="unit-branch"),
    path("<int:pk>/update/", tree.unit_update, name="unit-update"),
    path("<int:pk>/rename/", tree.unit_rename, name="unit-rename"),
    path("<int:pk>/move/", tree.unit_move, name="unit-move"),
    path("<int:pk>/dissolve/", tree.unit_dissolve, name="unit-dissolve"),
    path("changes/<int:pk>/take-back/", tree.change_undo, name="change-undo"),
    path("<int:pk>/pilot/", pilots.pilot_create, name="pilot-create"),
    path("pilots/<int:pk>/end/", pilots.pilot_end, name="pilot-end"),
    path("users/", users.user_list, name="user-list"),
    path("users/new/", users.user_create, name="user-create"),
    path("users/<int:pk>/", users.user_detail, name="user-detail"),
    path("users/<int:pk>/update/", users.user_update, name="user-update"),
    path("users/<int:pk>/password/", users.user_password, name="user-password"),
    path("users/<int:pk>/unlock/", users.user_unlock, name="user-unlock"),
    path("users/<int:pk>/memberships/new/", users.membership_create, name="membership-create"),
    path("memberships/<int:pk>/end/", users.membership_end, name="membership-end"),
    path("people/", persons.person_list, name="person-list"),
    path("people/new/", persons.person_create, name="person-create"),
    path("people/ratings/", persons.person_ratings, name="person-ratings"),
    path("people/import/", person_import.person_import, name="person-import"),
    path("people/import/template.xlsx", person_import.person_template_file, name="person-import-template"),
    path("people/import/preview/", person_import.person_import_preview, name="person-import-preview"),
    path("people/records/<str:kind>/<int:pk>/", persons.record_detail, name="person-record-detail"),
    path("people/<int:pk>/", persons.person_detail, name="person-detail"),
    path("people/<int:pk>/update/", persons.person_update, name="person-update"),
    path("people/<int:pk>/release/", persons.person_release, name="person-release"),
    path("people/<int:pk>/<str:kind>/new/", persons.record_create, name="person-record-create"),
    path("people/<int:pk>/<str:kind>/<int:record>/", persons.record_update, name="person-record-update"),
    path("people/<int:pk>/<str:kind>/<int:record>/remove/", persons.record_remove, name="person-record-remove"),
]
