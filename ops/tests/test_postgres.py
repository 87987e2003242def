"""The private PostgreSQL: awkward folders, root, stale files, taken ports, neighbours."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest

from ops.supervisor import Supervisor


def ask(url, sql):
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_starts_in_an_awkward_folder_and_keeps_its_data(awkward, postgres):
    first, service = postgres(awkward / "postgres")
    ask(first.url, "CREATE TABLE kept (name text)")
    ask(first.url, "INSERT INTO kept VALUES ('赵䶮')")
    service.stop()
    second, _ = postgres(awkward / "postgres")
    assert ask(second.url, "SELECT name FROM kept") == ("赵䶮",)
    assert second.url == first.url


def test_what_the_application_relies_on(awkward, postgres):
    cluster, _ = postgres(awkward / "postgres")
    encoding, zone, upper = ask(
        cluster.url, "SELECT current_setting('server_encoding'), current_setting('TimeZone'), upper('é')"
    )
    assert (encoding, zone, upper) == ("UTF8", "Asia/Shanghai", "É")
    for extension in ("btree_gist", "pg_trgm"):
        ask(cluster.url, f"CREATE EXTENSION {extension}")


def test_needs_the_password_and_listens_on_loopback_only(awkward, postgres):
    cluster, _ = postgres(awkward / "postgres")
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(cluster.url.replace(cluster.password, "wrong"))
    assert ask(cluster.url, "SELECT current_setting('listen_addresses')") == ("127.0.0.1",)
    assert ask(cluster.url, "SELECT current_setting('unix_socket_directories')") == ("",)
    assert stat.S_IMODE((awkward / "postgres/password").stat().st_mode) == 0o600


def test_never_runs_as_root_and_changes_no_folder_above(awkward, postgres):
    above = [awkward, *awkward.parents]
    before = {folder: folder.stat().st_mode for folder in above}
    cluster, service = postgres(awkward / "postgres")
    owner = Path(f"/proc/{service.child.pid}").stat().st_uid
    assert owner == cluster.data.stat().st_uid
    assert owner == (os.geteuid() or cluster.account.uid) != 0
    assert {folder: folder.stat().st_mode for folder in above} == before
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


def test_a_stale_pid_file_naming_a_living_stranger_does_no_harm(awkward, postgres):
    cluster, service = postgres(awkward / "postgres")
    service.stop()
    stranger = subprocess.Popen(
        ["sleep", "60"], user=cluster.data.stat().st_uid if not os.geteuid() else None
    )
    try:
        lines = [str(stranger.pid), str(cluster.data), "1", str(cluster.port), "", "", "", "ready"]
        pid_file = cluster.data / "postmaster.pid"
        pid_file.write_text("\n".join(lines) + "\n")
        os.chown(pid_file, cluster.data.stat().st_uid, cluster.data.stat().st_gid)
        again, _ = postgres(awkward / "postgres")
        assert ask(again.url, "SELECT 1") == (1,)
        assert stranger.poll() is None, "another program was ended"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_left_over_from_a_killed_launcher_is_ended_first(awkward, postgres):
    first, left_over = postgres(awkward / "postgres")
    second, service = postgres(awkward / "postgres")
    assert not left_over.running()
    assert service.running()
    assert ask(second.url, "SELECT 1") == (1,)


def test_takes_another_port_when_the_recorded_one_is_taken(awkward, postgres):
    first, service = postgres(awkward / "postgres")
    service.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first.port))
        taken.listen()
        second, _ = postgres(awkward / "postgres")
        assert second.port != first.port
        assert ask(second.url, "SELECT 1") == (1,)


def test_a_copied_folder_gets_data_of_its_own(awkward, postgres):
    first, service = postgres(awkward / "postgres")
    ask(first.url, "CREATE TABLE mine ()")
    shutil.copytree(awkward / "postgres", awkward / "copy", symlinks=True)
    second, _ = postgres(awkward / "copy")
    assert second.data != first.data
    assert service.running()
    ask(first.url, "DROP TABLE mine")  # the first still owns its data
    ask(second.url, "CREATE TABLE other ()")
    assert ask(first.url, "SELECT to_regclass('other')") == (None,)


def test_comes_back_by_itself_after_a_kill(awkward, postgres):
    cluster, service = postgres(awkward / "postgres")
    supervisor = Supervisor()
    supervisor.add(service)
    before = service.child.pid
    os.kill(before, signal.SIGKILL)
    service.child.wait()

    def answers():
        try:
            return ask(cluster.url, "SELECT 1") == (1,)
        except psycopg2.OperationalError:
            return False

    supervisor.watch(until=answers)
    assert service.child.pid != before


def test_the_caller_s_own_server_variables_are_ignored(awkward, postgres, monkeypatch):
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGDATABASE": "x", "PGUSER": "x"}.items():
        monkeypatch.setenv(name, value)
    cluster, _ = postgres(awkward / "postgres")
    assert ask(cluster.url, "SELECT current_user") == ("duikou",)
