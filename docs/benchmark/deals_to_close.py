"""Adds open deals with five open quotes each for the closings of app.json, and gives its user a password.

For a database that `manage.py benchmark --opportunities 100000 --samples 0` filled, where their ids begin with 100001:
`manage.py shell < docs/benchmark/deals_to_close.py`.
"""

from django.contrib.auth.models import User
from django.utils import timezone

from opportunities.models import Opportunity, Quote

user = User.objects.get(username="benchmark-001")
user.set_password("bench-pass-1")  # that of app.json; the made-up users have none
user.save()
like = Opportunity.objects.filter(state="open").first()
first = Opportunity.objects.latest("pk").pk + 1
deals = Opportunity.objects.bulk_create(
    Opportunity(
        pk=first + number,
        topic=f"lot to close {number}",
        account=like.account,
        owner=user,
        currency="EUR",
        stage=like.stage,
        status_reason=like.status_reason,
        estimated_revenue=1_000,
        opened_on=like.opened_on,
        last_activity_at=timezone.now(),
    )
    for number in range(3_000)
)
Quote.objects.bulk_create(
    Quote(
        opportunity=deal,
        number=f"Q-2026-{900_000 + deal.pk}",
        revision=revision,
        name=f"Offer {revision}",
        status="active" if revision < 3 else "draft",
        total=1_000 + revision,
    )
    for deal in deals
    for revision in range(5)
)
