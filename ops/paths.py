"""Where things lie in this clone."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
LOGS = VAR / "log"
SETUP_LOG = LOGS / "setup.log"
RUN_LOCK = VAR / "run.lock"
RUN_STATE = VAR / "run.json"
SECRET = VAR / "secret_key"
PERSONAL_DATA_KEY = VAR / "personal_data_key"

NAME = "duikou"


def make_var() -> None:
    """var/ can be passed through (the database may belong to another user) but not listed by others."""
    if not VAR.is_dir():
        VAR.mkdir()
        VAR.chmod(0o711)
    private_folder(LOGS)


def private_folder(path: Path) -> Path:
    """A folder for this user alone; its permission is set when it is made and left alone later."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read, complete or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def site_packages(venv: Path = VENV) -> Path:
    """The folder that pip installs into; the newest if an upgraded Python left two."""
    found = sorted(
        (venv / "lib").glob("python3.*/site-packages"),
        key=lambda path: int(path.parent.name.partition(".")[2]),
    )
    if not found:
        raise FileNotFoundError(venv / "lib")
    return found[-1]
