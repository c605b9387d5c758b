from django.urls import path

from opportunities.quotes import draft_views, views

urlpatterns = [
    path("opportunities/<int:pk>/quotes/new/", draft_views.create, name="quote_create"),
    path("quotes/<int:pk>/", views.show, name="quote"),
    path("quotes/<int:pk>/edit/", draft_views.edit, name="quote_edit"),
    path("quotes/<int:pk>/activate/", views.activate, name="quote_activate"),
    path("quotes/<int:pk>/close/", views.close, name="quote_close"),
    path("quotes/<int:pk>/delete/", views.delete, name="quote_delete"),
]
