"""A form that arrived after the session had ended: kept, signed, across the log-in, and sent again by its author's own click.

Neither files nor passwords are kept. The signed text names the person whose session it was: another person's log-in drops it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

# In the session of nobody: whose session it was that ended idle.
IDLE_USER = "idle_user"
_SALT = "departments.views.kept_forms"
_MAX_AGE = 12 * 3600
_FIELD_NOT_KEPT = "csrfmiddlewaretoken"


@dataclass(frozen=True)
class KeptForm:
    """Where the form was going, what it said, whose it was; ``files``: names of attachments that have to be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    owner: int
    files: tuple[str, ...] = ()

    def sealed(self) -> str:
        """As text for one hidden field."""
        return signing.dumps([self.path, self.fields, self.owner, self.files], salt=_SALT, compress=True)


def from_request(request: HttpRequest, owner: int) -> KeptForm:
    """Keep the POST of ``request`` for ``owner`` (key of a user)."""
    fields = tuple(
        (name, value)
        for name, values in request.POST.lists()
        if name != _FIELD_NOT_KEPT and "password" not in name.lower()
        for value in values
    )
    files = tuple(file.name for _, each in request.FILES.lists() for file in each)
    return KeptForm(request.get_full_path(), fields, owner, files)


def unseal(text: str, owner: int) -> KeptForm | None:
    """The kept form of ``owner``; None if it is another's, too old, or not ours."""
    try:
        path, fields, whose, files = signing.loads(text, salt=_SALT, max_age=_MAX_AGE)
    except signing.BadSignature:
        return None
    if whose != owner:
        return None
    return KeptForm(path, tuple((name, value) for name, value in fields), whose, tuple(files))
