"""All paths of the service; no trailing slashes in the API, as the specification writes them."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("monitoring.console.urls")),
    path("", include("health.urls")),
    path("", include("monitoring.root_urls")),
    path("", include("alerts.root_urls")),
    path(f"{settings.API_PREFIX}/", include("monitoring.urls")),
    path(f"{settings.API_PREFIX}/", include("alerts.urls")),
    path(f"{settings.API_PREFIX}/", include("health.api_urls")),
    path(f"{settings.API_PREFIX}/", include("sales.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        # Split: the page's script is a request of its own, so the content security policy needs no exception.
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("admin/", admin.site.urls),
]
handler400 = "monitoring.api.errors.bad_request"
handler403 = "monitoring.api.errors.permission_denied"
handler404 = "monitoring.api.errors.not_found"
handler500 = "monitoring.api.errors.server_error"
