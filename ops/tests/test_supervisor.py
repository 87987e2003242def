"""Programs come back, end together, and never outlive the launcher."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops import process, reaper
from ops.supervisor import Service, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def service(tmp_path, script, **more):
    return Service(
        name="试",
        argv=["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        log=tmp_path / "log",
        **more,
    )


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop_all()


def test_a_killed_program_comes_back_and_its_children_do_not_go_on(tmp_path, supervisor):
    parent = supervisor.add(service(tmp_path, "sleep 300 & echo $! > child; wait"))
    assert wait_for(lambda: (tmp_path / "child").is_file() and (tmp_path / "child").read_text().strip())
    grandchild = int((tmp_path / "child").read_text())
    first = parent.child.pid
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not parent.running())
    assert alive(grandchild)
    supervisor.watch(until=lambda: parent.running() and parent.child.pid != first)
    assert wait_for(lambda: not alive(grandchild))


def test_a_program_that_keeps_dying_is_started_at_longer_and_longer_intervals(tmp_path, supervisor):
    failing = supervisor.add(service(tmp_path, "echo x >> starts; exit 3"))
    pauses = []
    for _ in range(3):
        wait_for(lambda: not failing.running())
        supervisor.look()
        pauses.append(failing.pause)
        failing.due = time.monotonic()  # instead of waiting for it
        supervisor.look()
    assert pauses == [2.0, 4.0, 8.0]
    assert wait_for(lambda: (tmp_path / "starts").read_text().count("x") == 4)


def test_all_end_in_the_opposite_order_and_a_deaf_one_is_killed(tmp_path):
    supervisor = Supervisor()
    script = "trap 'echo {0} >> order; exit' TERM; touch {0}; while :; do sleep 0.05; done"
    for name in ("database", "web"):
        supervisor.add(service(tmp_path, script.format(name)))
    deaf = supervisor.add(
        service(tmp_path, "trap '' TERM; touch deaf; while :; do sleep 0.05; done", patience=0.5)
    )
    assert wait_for(lambda: all((tmp_path / name).exists() for name in ("database", "web", "deaf")))
    pids = [entry.child.pid for entry in supervisor.services]
    supervisor.stop_all()
    assert (tmp_path / "order").read_text().split() == ["web", "database"]
    assert not any(alive(pid) for pid in pids)
    assert deaf.child is None


LAUNCHER = """
import sys, time
from pathlib import Path
from ops import process, reaper
reaper.PATIENCE = 1.0
if sys.argv[3] == "reaper":
    reaper.start()
child = process.spawn(["/bin/sh", "-c", sys.argv[2]], env={"PATH": "/usr/bin:/bin"}, cwd=sys.argv[1])
time.sleep(300)
"""


def killed_launcher(tmp_path, script, reaper="reaper"):
    """The process numbers that the script wrote, after its launcher was killed with -9."""
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(tmp_path), script, reaper], cwd=ROOT)
    marks = [tmp_path / name for name in ("one", "two")]
    assert wait_for(lambda: all(mark.is_file() and mark.read_text().strip() for mark in marks))
    pids = [int(mark.read_text()) for mark in marks]
    assert all(alive(pid) for pid in pids)
    launcher.kill()
    launcher.wait()
    return pids


DEAF = "trap '' TERM; sleep 300 & echo $! > two; echo $$ > one; while :; do sleep 0.1; done"


def test_a_willing_program_ends_with_a_killed_launcher(tmp_path):
    pids = killed_launcher(tmp_path, "echo $$ > one; cp one two; exec sleep 300", reaper="none")
    assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_a_stuck_program_and_its_children_end_with_a_killed_launcher(tmp_path):
    pids = killed_launcher(tmp_path, DEAF)
    assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_the_reaper_is_what_ends_the_stuck_ones(tmp_path):
    pids = killed_launcher(tmp_path, DEAF, reaper="none")
    try:
        assert not wait_for(lambda: not any(alive(pid) for pid in pids), seconds=3)
    finally:
        os.killpg(pids[0], signal.SIGKILL)


def test_the_reaper_leaves_a_number_alone_that_was_given_out_again(tmp_path):
    stranger = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    try:
        birth = reaper._birth(stranger.pid)
        assert reaper._exists(stranger.pid, birth)
        assert not reaper._exists(stranger.pid, str(int(birth) - 1))
    finally:
        stranger.kill()
        stranger.wait()
    assert not reaper._exists(stranger.pid, birth)


def test_a_step_that_takes_too_long_is_ended(tmp_path):
    started = time.monotonic()
    code = process.run(["/bin/sleep", "60"], env={}, cwd=tmp_path, log=tmp_path / "log", timeout=0.3)
    assert code == 124
    assert time.monotonic() - started < 10


def test_only_our_own_leftover_is_ended(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir(), theirs.mkdir()
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd=theirs)
    leftover = subprocess.Popen(["/bin/sleep", "60"], cwd=ours)
    try:
        program = Path(f"/proc/{leftover.pid}/exe").readlink().name
        process.end_leftover(stranger.pid, program, ours, signal.SIGTERM)
        process.end_leftover(leftover.pid, "another-program", ours, signal.SIGTERM)
        time.sleep(0.2)
        assert stranger.poll() is None
        assert leftover.poll() is None
    finally:
        for child in (stranger, leftover):
            child.kill()
            child.wait()
