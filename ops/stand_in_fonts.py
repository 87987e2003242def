"""The free stand-ins for 仿宋, 楷体 and 小标宋: three Fandol files out of Debian's texlive-lang-chinese.

Only the package file is fetched and three fonts are taken out of it; nothing is installed, so it works for
an ordinary user too. Without them documents fall back to 宋体 and the doctor says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path, PurePosixPath

from ops import console, paths, process, system

PACKAGE = "texlive-lang-chinese"
FILES = ("FandolFang-Regular.otf", "FandolKai-Regular.otf", "FandolSong-Bold.otf")
RETRY_AFTER = 6 * 3600


def ensure(folder: Path, env: dict[str, str], *, again: bool = False) -> bool:
    """Bring the fonts into ``folder``; never fails the set-up, returns whether they are there.

    After a failure the next starts do not try again for some hours, so that a machine without network
    starts quickly; ``again`` tries at once.
    """
    if complete(folder):
        return True
    mark = folder / ".not-found"
    if not again and mark.is_file() and time.time() - mark.stat().st_mtime < RETRY_AFTER:
        return False
    with console.step("公文字体（仿宋、楷体、小标宋的替代字体）") as current:
        if _fetch(folder, env):
            mark.unlink(missing_ok=True)
            return True
        current.note = "未取得"
    mark.touch()
    console.warn("没有取到替代字体，PDF 会用宋体代替仿宋和楷体；其他功能不受影响。", _mend())
    return False


def complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def _mend() -> str:
    if not shutil.which("apt-get"):
        return f"把 {'、'.join(FILES)} 放进 var/fonts 目录"
    return "sudo apt-get update && ./run fonts"


def _fetch(folder: Path, env: dict[str, str]) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    # In the system's own temporary folder: apt cannot work in a folder whose path is longer than 300 bytes.
    with tempfile.TemporaryDirectory(prefix=f"{paths.NAME}-") as temporary:
        place = Path(temporary)
        if not _download(place, env) and (
            os.geteuid() != 0 or not system.apt_update(env) or not _download(place, env)
        ):
            return False
        return extract(next(place.glob("*.deb")), folder)


def _download(folder: Path, env: dict[str, str]) -> bool:
    options = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15"]
    if os.geteuid() == 0:
        # apt's own account could not write here, and would only warn about it.
        options += ["-o", "APT::Sandbox::User=root"]
    command = ["apt-get", "-q", *options, "download", PACKAGE]
    code = process.run(command, env=env | {"LC_ALL": "C"}, cwd=folder, log=paths.SETUP_LOG, timeout=600)
    return code == 0 and any(folder.glob("*.deb"))


def extract(package: Path, folder: Path) -> bool:
    """Take the three files out of the Debian package; each appears complete or not at all."""
    unpack = subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    missing = set(FILES)
    try:
        with tarfile.open(fileobj=unpack.stdout, mode="r|") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if name in missing and member.isfile():
                    target = folder / f"{name}.new"
                    with target.open("wb") as file:
                        shutil.copyfileobj(archive.extractfile(member), file)
                    target.replace(folder / name)
                    missing.discard(name)
                if not missing:
                    break
    except (tarfile.TarError, OSError):
        pass
    finally:
        unpack.kill()
        unpack.stdout.close()
        unpack.wait()
    return not missing
