"""Every address of the site. Each application brings its own; `pages.py` beside them says who may ask."""

from django.urls import include, path

from zhunsheng.web import views
from zhunsheng.web.api import api

urlpatterns = [
    path("", views.index, name="index"),
    path("help/", views.support, name="help"),
    path("healthz", views.health, name="health"),
    path("", include("zhunsheng.apps.access.urls")),
    path("", include("zhunsheng.apps.desk.urls")),
    path("", include("zhunsheng.apps.points.urls")),
    path("", include("zhunsheng.apps.inspection.urls")),
    path("", include("zhunsheng.apps.tasks.urls")),
    path("", include("zhunsheng.apps.readers.urls")),
    path("", include("zhunsheng.apps.printing.urls")),
    path("", include("zhunsheng.apps.rulemaking.urls")),
    path("", include("zhunsheng.apps.jobs.urls")),
    path("", include("zhunsheng.apps.cases.urls")),
    path("api/v1/", api.urls),
]
handler400 = "zhunsheng.web.errors.bad_request"
handler403 = "zhunsheng.web.errors.no_permission"
handler404 = "zhunsheng.web.errors.not_found"
handler500 = "zhunsheng.web.errors.failure"
