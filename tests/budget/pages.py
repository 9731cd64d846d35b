"""Going through the money screens as one of the world's people."""

from __future__ import annotations

from django.test import Client

from departments.models import User


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="departments.accounts.PostBackend")
    return client


def text(response) -> str:
    return response.content.decode()
