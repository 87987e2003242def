"""The two commands in a clone of their own, from an empty var/ to a PDF and a site that ends cleanly."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops import ports
from ops.postgres import Postgres
from ops.tests.conftest import AWKWARD

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "var", "docs", "benchmarks", "node_modules")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """All of the project, with the packages of this environment (installing them again would take minutes)."""
    folder = tmp_path_factory.mktemp("whole") / AWKWARD
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "var").mkdir(mode=0o711)
    if (ROOT / "var/fonts").is_dir():
        (folder / "var/fonts").symlink_to(ROOT / "var/fonts")
    yield folder
    Postgres.forget(folder / "var/postgres")


def environment(**more):
    ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "APP_ENV", "DATA_DIR", "ALLOWED_HOSTS", "PORT", "HOST")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"LANG": "C"} | more


def processes_of(folder):
    """Command lines that name the folder (the servers' and programs' own arguments or working folder)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in words or place.startswith(str(folder)):
            found.append((int(entry.name), words))
    return found


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    return None


def test_run_summary_makes_the_pdf_of_the_demonstration(clone):
    result = subprocess.run(
        ["./run", "summary"],
        cwd=clone,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    path = Path(next(line for line in result.stdout.splitlines() if line.strip().endswith(".pdf")).strip())
    assert path.parent == clone / "var/summaries"
    assert path.read_bytes().startswith(b"%PDF-")
    for figure in ("69 人次", "48 项", "30.8%", "70.0%"):
        assert figure in result.stdout
    assert processes_of(clone) == []


def test_run_starts_the_site_brings_a_killed_worker_back_and_leaves_nothing(clone):
    with started(clone) as (launcher, address):
        with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
            assert answer.status == 200

        def workers():
            return [pid for pid, words in processes_of(clone) if " -A config worker " in words]

        before = set(workers())
        main = next(pid for pid in before if parent_of(pid) == launcher.pid)
        os.kill(main, signal.SIGKILL)
        assert wait_for(lambda: workers() and not before & set(workers()), 120)

        second = subprocess.run(
            ["./run"],
            cwd=clone,
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
        assert second.returncode == 1
        assert address in second.stdout

        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(120) == 0
        assert processes_of(clone) == []

    # Once more, ended by kill -9, which gives the launcher no chance to clear up.
    with started(clone) as (launcher, _):
        assert len(processes_of(clone)) > 5
        launcher.kill()
        launcher.wait()
        assert wait_for(lambda: processes_of(clone) == [], 60), processes_of(clone)


@contextmanager
def started(clone):
    """./run as a person starts it, up to the line that says how to stop it."""
    port, output = ports.free_port(), clone / "output"
    with output.open("wb") as file:
        launcher = subprocess.Popen(
            ["./run"], cwd=clone, env=environment(PORT=str(port)), stdout=file, stderr=file
        )
    try:
        ended = wait_for(lambda: "按 Ctrl-C 停止" in output.read_text() or launcher.poll() is not None, 900)
        assert ended, output.read_text()
        assert launcher.poll() is None, output.read_text()
        address = f"http://127.0.0.1:{port}"
        assert f"网站已启动：{address}" in output.read_text()
        yield launcher, address
    finally:
        launcher.kill()
        launcher.wait()


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
