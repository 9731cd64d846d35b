"""What ``make run`` starts: prepare the database, then serve on the loopback. Server and worker start and stop together.

``serve.py --port 8000 --demo yes|no``; settings come from the environment (MODE=local). Idempotent: a second start keeps the data.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingdan.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402

GRACE = 10  # seconds that a child gets to finish what it is doing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--demo", choices=["yes", "no"], default="yes")
    options = parser.parse_args()
    if taken(options.port):
        print(f"端口 {options.port} 已被占用。请换一个：make run PORT={options.port + 1}", file=sys.stderr)
        return 1
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=io.StringIO())
    accounts = prepare_demo() if options.demo == "yes" else prepare_empty()
    accounts += sign_what_waits()
    collect_static()
    address = f"127.0.0.1:{options.port}"
    children = [subprocess.Popen(command) for command in commands(address)]
    return watch(children, options.port, lambda: announce(address, accounts))


def taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def prepare_demo() -> list[str]:
    """Build the demo world if the database is empty; the lines that tell who may log in, or why there is no demo."""
    out = io.StringIO()
    try:
        call_command("demo", stdout=out)
    except CommandError as refused:
        return [str(refused)]
    return out.getvalue().splitlines()


def prepare_empty() -> list[str]:
    """Make the three administrators where nobody has an account yet; their one-time passwords are printed at once, and only then."""
    from departments.models import User

    if not User.objects.exists():
        call_command("create_first_admins")
    return []


def sign_what_waits() -> list[str]:
    """Sign what was published and not signed (the last run was cut off between the two); the line that tells why that was refused."""
    try:
        call_command("sign_heads", stdout=io.StringIO())
    except CommandError as refused:
        return [f"日志头未签署：{refused}"]
    return []


def collect_static() -> None:
    """Collect and compress the static files, unless the same files were collected before."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def commands(address: str) -> list[list[str]]:
    """The processes that make up the running system."""
    server = [sys.executable, "-m", "gunicorn", "qingdan.wsgi", "--bind", address, "--workers", "2", "--timeout", "60"]
    worker = [sys.executable, "manage.py", "run_worker"]
    return [[*server, "--log-level", "warning", "--no-control-socket"], worker]


def watch(children: list[subprocess.Popen], port: int, ready) -> int:
    """Call ``ready`` once the port answers, then wait until a child ends or a signal comes; end all. 0 when we were told to stop."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: told.append(received))
    answered = False
    while not told and all(child.poll() is None for child in children):
        if not answered and answers(port):
            answered = True
            ready()
        time.sleep(0.1)
    failed = [child.returncode for child in children if child.returncode]
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 0 if told else (failed or [1])[0]


def answers(port: int) -> bool:
    """Whether the site serves: not merely bound, but ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False


def announce(address: str, accounts: list[str]) -> None:
    lines = [
        "",
        f"公开页面  http://{address}/",
        f"工作台    http://{address}/admin/",
        f"数据目录  {settings.VAR_DIR}（要重新开始，停止后删除此目录）",
        *accounts,
        "按 Ctrl-C 停止",
        "",
    ]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
