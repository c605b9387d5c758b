"""The page of one account: read only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from opportunities.models import Account
from opportunities.permissions import require
from opportunities.record.account import page_of


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is of the account; of one that was merged, the page of the other."""
    require(request.user, "view")
    account = get_object_or_404(Account, pk=pk)
    if account.merged_into_id:
        return redirect("opportunities:account", account.merged_into_id)
    return render(request, "opportunities/record/account.html", page_of(account))
