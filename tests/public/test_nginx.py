"""deploy/nginx.conf before the application: kept pages come from the web server, with the same bytes, words and headers; the rest is asked for."""

from __future__ import annotations

import getpass
import http.client
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.db import connections

from qingdan.public import keeping
from qingdan.wsgi import application

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
PROXY = re.compile(r"^#   (proxy_set_header .*)$", re.MULTILINE)
# Those of one answer, those that say which server wrote it, and what is said over TLS alone.
OWN = {"date", "server", "connection", "content-length", "transfer-encoding", "etag", "last-modified", "x-request-id"}
OWN |= {"strict-transport-security"}

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-core")


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        """The suite's output stays its own."""


@pytest.fixture
def asked() -> list[str]:
    """Methods and addresses that the application was asked for."""
    return []


@pytest.fixture
def upstream(committed_world, settings, tmp_path, asked):
    """The port of the application."""
    settings.KEPT_MB, settings.KEPT_DIR, settings.ALLOWED_HOSTS = 50, tmp_path / "kept", ["127.0.0.1"]
    keeping._room.forget()
    keeping._headers_of.clear()

    def noting(environ, start_response):
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return application(environ, start_response)

    server = make_server("127.0.0.1", 0, noting, handler_class=Quiet)

    def serve() -> None:
        try:
            server.serve_forever()
        finally:
            connections.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def front(upstream, tmp_path):
    """The port of an nginx with the example's configuration, without TLS and under paths of this test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "proxy.conf").write_text("\n".join(PROXY.findall(EXAMPLE)), encoding="utf-8")
    server = re.sub(r"^    (listen|http2|ssl_certificate|ssl_certificate_key) .*\n", "", EXAMPLE, flags=re.MULTILINE)
    for theirs, own in (
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("server_name qingdan.example;", f"listen 127.0.0.1:{port}; access_log off;"),
        ("/srv/qingdan/var", str(tmp_path)),
        ("/etc/nginx/qingdan_proxy.conf", str(tmp_path / "proxy.conf")),
    ):
        assert theirs in server
        server = server.replace(theirs, own)
    paths = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    top = f"user {getpass.getuser()}; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ {paths} {server} }}"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(top, encoding="utf-8")
    # It returns once it listens.
    started = subprocess.run(["nginx", "-c", configuration], capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr
    yield port
    subprocess.run(["nginx", "-c", configuration, "-s", "stop"], check=True, capture_output=True)


def ask(port: int, address: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def words(response: http.client.HTTPResponse) -> dict[str, set[str]]:
    """Headers that a reader relies on; the directives and names of one in whatever order."""
    found = {name.lower(): {each.strip().lower() for each in re.split("[;,]", value)} for name, value in response.getheaders()}
    return {name: values for name, values in found.items() if name not in OWN}


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("cookie", ["", "mode=elder"])
def test_a_kept_page_comes_from_the_web_server_as_from_the_application(front, upstream, asked, coding, cookie):
    headers = {"Accept_Encoding": coding, "Cookie": cookie}
    ask(front, "/", **headers)
    mine, body = ask(upstream, "/", **headers)
    asked.clear()
    theirs, same = ask(front, "/", **headers)
    assert asked == []
    assert (theirs.status, same) == (200, body)
    assert words(theirs) == words(mine)
    tag = theirs.headers["ETag"]
    assert ask(front, "/", If_None_Match=tag, **headers)[0].status == 304


@pytest.mark.parametrize(
    ("address", "status"),
    [("/items/?q=x", 200), ("/nothing/", 404), ("/admin/login/", 200), ("/api/v1/editions/", 200), ("/healthz", 200)],
)
def test_what_is_no_file_the_application_is_asked_for(front, asked, address, status):
    assert ask(front, address)[0].status == status
    assert asked == [f"GET {address.partition('?')[0]}"]


def test_what_is_sent_reaches_the_application_and_no_file_outside_is_served(front, asked, tmp_path):
    (tmp_path / "secret.gz").write_bytes(b"secret")
    ask(front, "/")
    assert ask(front, "/", "POST")[0].status == 403
    assert asked == ["GET /", "POST /"]
    for address in ("/../../secret", "/%2e%2e/%2e%2e/secret", "/static../secret.gz", "/pages/"):
        assert b"secret" not in ask(front, address)[1]
