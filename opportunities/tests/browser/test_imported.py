"""An opportunity that came out of a file is closed like any other."""

from io import StringIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from playwright.sync_api import expect

from opportunities.models import Opportunity

ROWS = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054
HAXMC4IX,Moses Frase,GTXPro,,Engaging,2016-11-03,,
"""


def test_an_imported_opportunity_without_account_and_estimate_is_closed_as_won(page, live_server, sign_in, tmp_path):
    # given an open row of the public data set, which has neither account nor estimate
    (tmp_path / "pipeline.csv").write_text(ROWS)
    mapping = settings.BASE_DIR / "docs" / "crm-sales-opportunities.toml"
    arguments = [str(tmp_path / "pipeline.csv"), "--mapping", str(mapping), "--report", str(tmp_path / "report.csv")]
    call_command("import_opportunities", *arguments, stdout=StringIO())
    owner = get_user_model().objects.get(first_name="Moses")
    owner.groups.add(Group.objects.get(name="Salespeople"))
    opportunity = Opportunity.objects.get(external_id="HAXMC4IX")
    # when its owner closes it as won
    sign_in(page, owner)
    page.goto(live_server.url + opportunity.get_absolute_url())
    page.get_by_role("link", name="Close as won").click()
    dialog = page.get_by_role("dialog", name="Close opportunity")
    expect(dialog.get_by_label("Actual revenue")).to_have_value("")
    dialog.get_by_label("Actual revenue").fill("4,821")
    dialog.get_by_role("button", name="Close opportunity").click()
    # then it is won like any other
    expect(page.get_by_role("status")).to_contain_text("Closed as won.")
    opportunity.refresh_from_db()
    assert (opportunity.state, opportunity.actual_revenue, opportunity.account) == ("won", 4821, None)
