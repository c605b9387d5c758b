"""The page of one account: read only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from opportunities.models import Account
from opportunities.permissions import require
from opportunities.record.account import page_of


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "view")
    return render(request, "opportunities/record/account.html", page_of(get_object_or_404(Account, pk=pk)))
