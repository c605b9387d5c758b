"""The addresses of the product: each room's, under one name space."""

from importlib.util import find_spec

from django.urls import include, path

app_name = "opportunities"
ROOMS = ["closing", "quotes", "record", "pipeline", "preferences"]
# (while the rooms are being built; replaced by plain includes)
urlpatterns = [
    path("", include(f"opportunities.{room}.urls"))
    for room in ROOMS
    if find_spec(f"opportunities.{room}") and find_spec(f"opportunities.{room}.urls")
]
