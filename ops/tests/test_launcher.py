"""./run and ./check as a person meets them: messages, locks, ports, and what to type."""

import fcntl
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from ops import check, console, ports, system
from ops.console import Failure
from ops.stand_in_fonts import FILES, extract

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(awkward):
    """The launcher alone, in a folder with an awkward name; nothing is installed there."""
    shutil.copytree(ROOT / "ops", awkward / "ops", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    for name in ("run", "check"):
        shutil.copy2(ROOT / name, awkward / name)
    return awkward


def launch(clone, *arguments, command="./run", **environment):
    return subprocess.run(
        [command, *arguments],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(clone), "LANG": "C", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_help_needs_no_set_up(clone):
    assert "./run summary" in launch(clone, "--help").stdout
    helped = launch(clone, "summary", "--help")
    assert helped.returncode == 0
    for option in ("--org", "--year", "--cycle"):
        assert option in helped.stdout
    assert not (clone / ".venv").exists()
    assert not (clone / "var").exists()


def test_works_when_called_from_another_folder_through_a_link(clone, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(clone / "run")
    assert launch(tmp_path, "--help", command=str(link)).returncode == 0


def test_an_old_python_is_refused_with_what_to_type(clone, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "dirname", "readlink"):
        (programs / name).symlink_to(shutil.which(name))
    old = programs / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = launch(clone, command=str(clone / "run"), PATH=str(programs))
    assert result.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y python3" in result.stderr


def test_a_taken_port_is_told_before_anything_is_set_up(clone):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = launch(clone, PORT=str(port))
    assert result.returncode == 1
    assert f"端口 {port} 已被" in result.stderr
    suggested = int(result.stderr.rpartition("PORT=")[2].split()[0])
    assert suggested != port
    assert ports.is_free(suggested)
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["0", "65536", "abc", "８０００"])
def test_a_senseless_port_is_refused(clone, port):
    result = launch(clone, PORT=port)
    assert result.returncode == 1
    assert "PORT 应是" in result.stderr


def test_an_unknown_command_is_refused(clone):
    result = launch(clone, "sumary")
    assert result.returncode == 1
    assert "没有命令“sumary”" in result.stderr


def test_a_second_launcher_says_that_the_first_runs(clone):
    (clone / "var").mkdir()
    (clone / "var/run.json").write_text('{"pid": 4711, "kind": "site", "address": "http://127.0.0.1:8123"}')
    with (clone / "var/run.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        result = launch(clone)
    assert result.returncode == 1
    assert "http://127.0.0.1:8123" in result.stdout
    assert "kill 4711" in result.stdout
    assert not (clone / ".venv").exists()


def test_the_doctor_needs_a_running_site(clone):
    result = launch(clone, "doctor")
    assert result.returncode == 1
    assert "./run" in result.stderr


NEEDS = [
    system.Need("libneeded0", lambda: False, "不能生成 PDF", True),
    system.Need("fonts-nice", lambda: False, "少数生僻字可能缺字"),
    system.Need("libthere0", lambda: True, "不会发生"),
]


@pytest.fixture
def ordinary_user(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_an_ordinary_user_gets_one_exact_command(ordinary_user):
    with pytest.raises(Failure) as caught:
        system.ensure(NEEDS, {})
    assert caught.value.todo == ["sudo apt-get update && sudo apt-get install -y libneeded0 fonts-nice"]
    assert "不能生成 PDF" in caught.value.message


def test_a_missing_nicety_only_warns(ordinary_user, capsys):
    system.ensure(NEEDS[1:], {})
    printed = capsys.readouterr().out
    assert "少数生僻字可能缺字" in printed
    assert "sudo apt-get update && sudo apt-get install -y fonts-nice\n" in printed


def test_the_real_needs_are_judged_by_trying(ordinary_user):
    needs = {need.package: need for need in [*system.site_needs(), *system.check_needs()]}
    assert {name for name, need in needs.items() if need.required} == {"libpango-1.0-0", "libpangoft2-1.0-0"}
    for name, need in needs.items():
        assert need.present(), f"{name} is needed by the tests"
    assert not system._library("libno-such-thing.so.0")()
    assert not system._font("NoSuchFont.ttf")()
    assert not system._program("no-such-program")()


def test_a_failure_shows_the_log_and_what_to_type(tmp_path, capsys):
    log = tmp_path / "log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    console.show_failure(Failure("安装失败。", todo=["cd x", "./run"], log=log))
    shown = capsys.readouterr().err
    assert "出错：安装失败。" in shown
    assert "line 99" in shown
    assert "line 80\n" not in shown
    assert shown.rstrip().endswith("./run")


def test_three_fonts_are_taken_out_of_the_package(tmp_path):
    fonts = tmp_path / "tree/usr/share/fonts/fandol"
    fonts.mkdir(parents=True)
    for name in (*FILES, "FandolHei-Bold.otf"):
        (fonts / name).write_bytes(name.encode())
    control = tmp_path / "tree/DEBIAN/control"
    control.parent.mkdir()
    control.write_text("Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n")
    package = tmp_path / "x.deb"
    subprocess.run(["dpkg-deb", "--build", tmp_path / "tree", package], check=True, capture_output=True)
    target = tmp_path / "fonts"
    target.mkdir()
    assert extract(package, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {n: n.encode() for n in FILES}
    package.write_bytes(package.read_bytes()[:200])
    empty = tmp_path / "empty"
    empty.mkdir()
    assert not extract(package, empty)


@pytest.mark.parametrize(
    ("line", "closing"),
    [
        ("============ 12 passed in 3.21s ============", True),
        ("\x1b[31m==== \x1b[1m1 failed\x1b[0m, 3 passed in 62.00s (0:01:02) ====\x1b[0m", True),
        ("no tests ran in 0.01s", True),
        ("1 error in 0.2s", True),
        ("ops/tests/test_launcher.py::test_x PASSED", False),
        ("waited in 3.2s", False),
    ],
)
def test_pytest_s_closing_line_is_recognised(line, closing):
    assert check.is_closing(line) is closing
