"""A PostgreSQL of a test's own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path


class Postgres:
    """A server of its own; it runs as `postgres` where the tests run as root, as it refuses to be that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.programs = found[-1] if found else Path(shutil.which("pg_ctl") or "/pg_ctl is not installed").parent
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self, how: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "stop")

    def run(self, program: str, *args: str) -> None:
        own = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run(
            [str(self.programs / program), *args], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **own
        )
