from django.urls import path

from opportunities.pipeline import (
    board_views,
    bulk_views,
    close_many_views,
    day_views,
    export_views,
    saved_views,
    search_views,
    views,
)

urlpatterns = [
    path("", day_views.day, name="day"),
    path("opportunities/", views.opportunity_list, name="list"),
    path("opportunities/views/save/", saved_views.save, name="save_view"),
    path("opportunities/views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
    path("opportunities/selected/owner/", bulk_views.change, {"field": "owner"}, name="change_owner"),
    path("opportunities/selected/stage/", bulk_views.change, {"field": "stage"}, name="change_stage"),
    path("opportunities/selected/date/", bulk_views.change, {"field": "estimated_close_date"}, name="change_date"),
    path("opportunities/selected/close/", close_many_views.close_many, name="close_many"),
    path("opportunities/closed-together/<int:pk>/undo/", close_many_views.undo_many, name="undo_many"),
    path("opportunities/board/", board_views.board, name="board"),
    path("opportunities/<int:pk>/stage/", board_views.move, name="board_move"),
    path("opportunities/export.csv", export_views.export_csv, name="export_csv"),
    path("opportunities/export.xlsx", export_views.export_xlsx, name="export_xlsx"),
    path("search/", search_views.search, name="search"),
    path("shortcuts/", search_views.shortcut_list, name="shortcuts"),
]
