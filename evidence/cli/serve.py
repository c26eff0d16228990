"""`serve`: the dashboard on a folder of data, for this computer alone."""

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

from evidence.cli.console import add_data
from evidence.cli.errors import fail
from evidence.config import FOLDER_VARIABLE
from evidence.dataset.evidence import TRIALS

PROGRAM = Path(__file__).resolve().parents[2] / "dashboard.py"
HOST = "127.0.0.1"
_DESCRIPTION = """\
Open the dashboard on a folder of data at this computer's own address, which no other computer reaches. The terminal
shows the address that may save; Ctrl-C ends it.

Exit status: 0 ended with Ctrl-C, 2 the folder does not exist, or the port is taken.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "serve",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(parser)
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="port of this computer (default: 8501)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start the server, unless the folder is missing or the port is taken."""
    folder = Path(args.data).resolve()
    if why := objection(folder, args.port):
        return fail(why)
    options = {"address": HOST, "port": str(args.port), "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(PROGRAM)]
    command += [part for name, value in options.items() for part in (f"--server.{name}", value)]
    sys.stderr.write(f"Opening {folder} at http://{HOST}:{args.port}\n")
    try:
        return subprocess.call(command, env={**os.environ, FOLDER_VARIABLE: str(folder)}, cwd=PROGRAM.parent)
    except KeyboardInterrupt:
        return 0


def objection(folder: Path, port: int) -> str:
    """Say why the folder cannot be opened at the port; "" where it can."""
    if not folder.is_dir():
        return f"{folder}: there is no such folder. Make one with: python -m evidence new {folder}"
    if not (folder / TRIALS).is_file():
        return f"{folder}: it holds no {TRIALS}. Lay out an empty topic with: python -m evidence new DIR"
    if not PROGRAM.is_file():
        return "The pages are not installed with this package; run it from a copy of the project."
    if not 0 < port < 65536:
        return f"{port} is no port: choose one from 1 to 65535."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return f"Port {port} is taken or not allowed on this computer; choose another with --port."
    return ""
