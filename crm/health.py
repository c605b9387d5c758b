"""What a supervisor asks: is the process alive, and can it serve?"""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from opportunities.models import guards, search_index


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks the database nothing (a probe has no session)."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, no migration is pending, guards and search indexes are whole; else 503 and why."""
    try:
        problems = pending_migrations() + [f"guard missing: {name}" for name in guards.missing(connection)]
        problems += [f"guard outdated or switched off: {name}" for name in guards.outdated(connection)]
        problems += [f"search index missing: {name}" for name in search_index.missing(connection)]
    except Error:
        problems = ["the database does not answer"]
    status = {"status": "not ready", "problems": problems} if problems else {"status": "ok"}
    return JsonResponse(status, status=503 if problems else 200)


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"migration pending: {migration}" for migration, _backwards in plan]
