from django.urls import path

from opportunities.pipeline import views

urlpatterns = [
    path("opportunities/", views.opportunity_list, name="list"),
]
