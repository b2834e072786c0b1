"""Every address of the site. Of allauth's pages only login, logout and change of password exist."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from emulation.views import site

urlpatterns = [
    path("login/", site.login, name="account_login"),
    path("logout/", login_not_required(allauth_views.logout), name="account_logout"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("account/", site.account, name="account"),
    path("language/", site.language, name="language"),
    path("", site.start, name="start"),
    path("units/", include("units.urls")),
    path("awards/", include("awards.urls")),
    path("", include("emulation.urls_app")),
]
