from django.urls import path

from opportunities.closing import views

urlpatterns = [
    path("opportunities/<int:pk>/close/", views.close, name="close"),
    path("opportunities/<int:pk>/close/preview/", views.preview_close, name="close_preview"),
    path("opportunities/<int:pk>/undo/", views.undo, name="undo"),
    path("opportunities/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("opportunities/<int:pk>/correct/", views.correct, name="correct"),
]
