"""People of the world at the staff's site."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def at_desk(world):
    """``at_desk("clerk")``: a client in which that person of the world has logged in."""

    def log_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(world, name).user)
        return client

    return log_in


@pytest.fixture
def queries_of():
    """``queries_of(client, address)``: how many queries a page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(client: Client, address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    return count
