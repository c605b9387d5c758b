from django.urls import path

from opportunities.quotes import draft_views, line_views, list_views, print_views, views

urlpatterns = [
    path("quotes/", list_views.quote_list, name="quotes"),
    path("opportunities/<int:pk>/quotes/new/", draft_views.create, name="quote_create"),
    path("quotes/<int:pk>/", views.show, name="quote"),
    path("quotes/<int:pk>/edit/", draft_views.edit, name="quote_edit"),
    path("quotes/<int:pk>/lines/new/", line_views.add, name="quote_line_add"),
    path("quotes/<int:pk>/lines/<int:line_pk>/", line_views.edit, name="quote_line"),
    path("quotes/<int:pk>/lines/<int:line_pk>/move/", line_views.move, name="quote_line_move"),
    path("quotes/<int:pk>/lines/<int:line_pk>/remove/", line_views.remove, name="quote_line_remove"),
    path("quotes/<int:pk>/activate/", views.activate, name="quote_activate"),
    path("quotes/<int:pk>/revise/", views.revise, name="quote_revise"),
    path("quotes/<int:pk>/close/", views.close, name="quote_close"),
    path("quotes/<int:pk>/copy/", views.copy, name="quote_copy"),
    path("quotes/<int:pk>/pdf/", print_views.pdf, name="quote_pdf"),
    path("quotes/<int:pk>/print/", print_views.print_view, name="quote_print"),
    path("quotes/<int:pk>/delete/", views.delete, name="quote_delete"),
]
