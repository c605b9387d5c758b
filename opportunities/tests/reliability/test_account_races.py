"""An account is renamed while others do something to its opportunities: all are found by its new name.

The text that is searched ties an account to its opportunities, so each race must neither lose a name nor end in a
deadlock.
"""

import pytest
from django.urls import reverse

from opportunities.models import Account, Opportunity
from opportunities.tests.factories import AccountFactory, OpportunityFactory, day
from opportunities.tests.reliability.processes import Import, Request
from opportunities.tests.reliability.races import MAPPING, ROUNDS, bulk_closing, opportunity_form, post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]

MERGE = "/admin/opportunities/account/merge/"


def renaming(user, account: Account, name: str) -> Request:
    url = reverse("admin:opportunities_account_change", args=[account.pk])
    return Request(user.pk, url, {"name": name, "sector": "", "website": "", "phone": ""})


def test_an_account_is_renamed_while_its_opportunities_change_and_all_are_found(race, ines, administrator):
    between = race("rename an account, close many of its opportunities, edit one, give it another one")
    for number in range(ROUNDS):
        account, other = AccountFactory(), OpportunityFactory()
        deals = OpportunityFactory.create_batch(4, account=account)
        renamed, closed, *_others = between.run(
            renaming(administrator, account, f"Renamed{number}x"),
            bulk_closing(ines, deals[::-1]),
            post(ines, "edit", deals[0].pk, **opportunity_form(deals[0], topic="Late")),
            post(ines, "edit", other.pk, **opportunity_form(other, account=account.name)),
        )
        assert renamed.status == 302
        assert closed.is_done
        found = set(Opportunity.objects.search(f"Renamed{number}x"))
        assert found == set(Opportunity.objects.filter(account=account)) >= set(deals)


def test_an_account_is_renamed_while_it_is_merged_and_an_import_brings_more_of_it(race, ines, administrator, tmp_path):
    mapping, file = tmp_path / "mapping.toml", tmp_path / "deals.csv"
    mapping.write_text(MAPPING.replace("[stages", 'account = "{customer}"\n[stages') + 'account = "create"\n')
    between = race("rename an account, merge it, close many of its opportunities, import more of it", 403)
    for number in range(ROUNDS):
        kept, account = AccountFactory.create_batch(2)
        deals = [OpportunityFactory(external_id=f"{number}-{place}", account=account) for place in range(6)]
        facts = f"Brought in,{ines.username},Lost,{day(-9)},{day(0)},{account.name}"
        rows = [f"{number}-{place},{facts}" for place in reversed(range(3, 9))]
        file.write_text("\n".join(["id,topic,owner,phase,opened,closed,customer", *rows]))
        renamed, *_others = between.run(
            renaming(administrator, account, f"Renamed{number}y"),
            Request(administrator.pk, f"{MERGE}?id={kept.pk}&id={account.pk}", {"kept": kept.pk}),
            bulk_closing(ines, deals[::-1]),
            Import(str(file), str(mapping), chunk=2),
        )
        assert renamed.status in (302, 403)  # what was merged is not renamed
        assert set(Opportunity.objects.search(kept.name)) >= set(kept.opportunities.all()) >= set(deals)
