from django.urls import path

from opportunities.insights import contradiction_views, forecast_views, winloss_views

urlpatterns = [
    path("insights/", winloss_views.insights, name="insights"),
    path("insights/forecast/", forecast_views.forecast, name="forecast"),
    path("insights/forecast/changes/", forecast_views.changes, name="changes"),
    path("insights/contradictions/", contradiction_views.contradictions, name="contradictions"),
]
