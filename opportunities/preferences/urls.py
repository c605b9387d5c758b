from django.urls import path

from opportunities.preferences import views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
]
