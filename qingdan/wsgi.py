"""The site as a WSGI application. What cannot even become a request is answered here."""

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingdan.settings")
django_application = get_wsgi_application()
from qingdan.public.release import release  # noqa: E402  -- needs the settings

# Of the program that this process has loaded, whatever is put on the disk later.
release()
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Django's, but for bodies in another charset than UTF-8: 415.

    Python's codecs that are no charset (bz2_codec) would otherwise break the very making of the request, past every error page.
    """
    try:
        _type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:
        return _answer(start_response, HTTPStatus.BAD_REQUEST, "请求的格式不对，无法处理")
    if parameters.get("charset", "utf-8").strip("'\" ").lower() in _CHARSETS:
        return django_application(environ, start_response)
    return _answer(start_response, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请求的字符编码不是 UTF-8，无法处理")


def _answer(start_response: Callable, status: HTTPStatus, words: str) -> Iterable[bytes]:
    from qingdan.web import HEADERS

    start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8"), *HEADERS.items()])
    return [words.encode()]
