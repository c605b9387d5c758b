import pytest


@pytest.fixture
def client(client, administrator):
    """A browser in which the administrator is signed in."""
    client.force_login(administrator)
    return client
