"""Pages over HTTP: servers started alike (gunicorn, two sync workers), asked in turn by one client; time and worker CPU of a request."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.children import ROOT

REQUESTS = 100  # of one contestant in one round
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def get(self, address: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        """One request on a connection of its own (the workers are sync), its whole body read; how many bytes that were is ``length``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", address, headers=headers or {})
        response = connection.getresponse()
        response.length = len(response.read())
        connection.close()
        return response

    def cpu_seconds(self) -> float:
        """CPU that the workers have used until now."""
        total = 0
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK


@contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[Server]:
    """A gunicorn with two workers on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    process = subprocess.Popen([*command, "--log-level", "error", "--no-control-socket"], cwd=ROOT, env=environment)
    try:
        server = Server(port, process.pid)
        wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def wait_for(server: Server) -> None:
    for _ in range(300):
        try:
            server.get("/")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no server on port {server.port}")


@dataclass(frozen=True)
class Asked:
    """One contestant: which server, which address, what the reader's browser says; ``known``: it has the page already (304)."""

    server: Server
    address: str
    known: bool = False
    packed: bool = False

    def headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "gzip"} if self.packed else {}
        if self.known:
            headers["If-None-Match"] = self.server.get(self.address, headers).headers["ETag"]
        return headers


def measure(contestants: dict[str, Asked], rounds: int) -> dict[str, dict[str, float]]:
    """Name → median milliseconds and CPU milliseconds a request. Contestants take turns in every round; the first is not counted."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    sizes: dict[str, int] = {}
    headers = {name: asked.headers() for name, asked in contestants.items()}
    for round_ in range(rounds + 1):
        for name, asked in contestants.items():
            before, round_times = asked.server.cpu_seconds(), []
            for _ in range(REQUESTS):
                started = time.perf_counter()
                response = asked.server.get(asked.address, headers[name])
                round_times.append(time.perf_counter() - started)
                if response.status != (304 if asked.known else 200):
                    raise RuntimeError(f"{name}: {asked.address} answered {response.status}")
            sizes[name] = response.length
            if round_:
                times[name].append(statistics.median(round_times) * 1000)
                cpu[name].append((asked.server.cpu_seconds() - before) * 1000 / REQUESTS)
    return {
        name: {
            "ms": statistics.median(times[name]),
            "cpu_ms": statistics.median(cpu[name]),
            "kB": sizes[name] / 1000,
            "rounds": rounds,
        }
        for name in contestants
    }
