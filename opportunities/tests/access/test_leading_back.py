"""No page leads to another site, whatever it is told to lead back to."""

from itertools import cycle

import pytest

from opportunities.tests.access.world import address, make_users, make_world, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ELSEWHERE = ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "\t//elsewhere.example/"]
LEADS = ["Location", "HX-Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url"]


def test_every_address_leads_to_this_site_alone(client):
    # given every address of the product; what deletes and signs out comes last
    owner = make_users()["owner"]
    world = make_world(owner)
    client.force_login(owner)
    paths = [
        address(pattern, world) for pattern in patterns() if not pattern.startswith("admin") and "pdf" not in pattern
    ]
    paths.sort(key=lambda path: ("logout" in path, "delete" in path))
    wrong, led = [], 0
    for path, elsewhere in zip(paths, cycle(ELSEWHERE), strict=False):
        headers = {"HX-Request": "true", "HX-Current-URL": elsewhere}
        for response in [
            client.get(path, {"next": elsewhere}),
            client.post(path, {"next": elsewhere}),
            client.post(path, headers=headers),
        ]:
            leads = [response.headers[name] for name in LEADS if name in response.headers]
            led += len(leads)
            if "elsewhere" in str(leads) or f'value="{elsewhere}"' in response.getvalue().decode(errors="ignore"):
                wrong.append((response.request["REQUEST_METHOD"], path, leads))
    assert wrong == []
    assert led > 20
