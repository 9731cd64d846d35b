"""E02 to E08: hostile files, as attachments too: each refused in one line, in seconds, with the memory of the process flat."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.items.intake.test_hostile import REFUSED
from tests.reviews.papers_at_hand import HOSTILE
from tests.soaking import record

pytestmark = pytest.mark.soak

# In one process that did not build the files, so that its memory tells of the judging alone.
JUDGE = """
import json, resource, sys
import django
django.setup()
from pathlib import Path
from qingdan.errors import RuleBroken
from reviews.file_kinds import kind_of
def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_maxrss / 1024, own.ru_utime + own.ru_stime
for path in map(Path, sys.argv[1:]):
    data = path.read_bytes()
    memory, seconds = usage()
    try:
        said = None if kind_of("附件.xlsx", data) else ""
    except RuleBroken as refusal:
        said = str(refusal)
    more, later = usage()
    print(json.dumps({"said": said, "megabytes": more - memory, "seconds": later - seconds}))
"""


def judged(folder, files: list[bytes]) -> list[dict]:
    paths = []
    for number, data in enumerate(files):
        paths.append(folder / str(number))
        paths[-1].write_bytes(data)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "qingdan.settings"}
    command = [sys.executable, "-c", JUDGE, *map(str, paths)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hostile_attachments_are_refused_quickly_and_memory_stays_flat(tmp_path):
    names = list(HOSTILE)
    outcomes = judged(tmp_path, [HOSTILE[name][1] for name in names])
    assert len(outcomes) == len(names)
    for name, outcome in zip(names, outcomes, strict=True):
        assert outcome["said"] and "\n" not in outcome["said"], name
        assert outcome["megabytes"] < 150, (name, outcome)
        assert outcome["seconds"] < 3, (name, outcome)
    assert len(names) + len(REFUSED) >= 20
    record("hostile attachments", files=len(names), workbooks=len(REFUSED), slowest=round(max(o["seconds"] for o in outcomes), 3), megabytes=round(max(o["megabytes"] for o in outcomes), 1))  # fmt: skip
