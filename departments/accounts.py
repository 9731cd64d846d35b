"""Logging in: the backend that Django asks. Rights come from posts (``departments.access``), so it grants no permission itself."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend

from departments.models import User
from departments.passwords import made_with_less_work


class PostBackend(BaseBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            # The same work for an unknown name, so that the answer's time tells nothing.
            User().set_password(password)
            return None
        if user.check_password(password):
            return user if user.is_active else None
        if made_with_less_work(user.password):
            User().set_password(password)
        return None

    def get_user(self, user_id):
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
