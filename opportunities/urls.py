"""The addresses of the product: each room's, under one name space."""

from django.urls import include, path

app_name = "opportunities"
urlpatterns = [
    path("", include("opportunities.closing.urls")),
    path("", include("opportunities.quotes.urls")),
    path("", include("opportunities.record.urls")),
    path("", include("opportunities.pipeline.urls")),
    path("", include("opportunities.insights.urls")),
    path("", include("opportunities.preferences.urls")),
]
