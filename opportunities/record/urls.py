from django.urls import path

from opportunities.record import account_views, views

urlpatterns = [
    path("opportunities/new/", views.create, name="create"),
    path("opportunities/new/accounts/", views.account_options, name="account_options"),
    path("opportunities/new/contacts/", views.contact_options, name="contact_options"),
    path("opportunities/<int:pk>/", views.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/edit/", views.edit, name="edit"),
    path("opportunities/<int:pk>/notes/", views.note, name="note"),
    path("opportunities/<int:pk>/next-step/", views.next_step, name="next_step"),
    path("opportunities/<int:pk>/next-step/done/", views.next_step_done, name="next_step_done"),
    path("opportunities/<int:pk>/delete/", views.delete, name="delete"),
    path("accounts/<int:pk>/", account_views.account, name="account"),
]
