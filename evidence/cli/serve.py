"""`serve`: the dashboard on a folder of data, for this computer alone or for the phones of a seminar room."""

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

from evidence.cli.console import add_data
from evidence.cli.errors import fail
from evidence.config import FOLDER_VARIABLE
from evidence.curation.web import ONLINE_VARIABLE
from evidence.dataset.evidence import TRIALS

PROGRAM = Path(__file__).resolve().parents[2] / "dashboard.py"
HOST, EVERYWHERE = "127.0.0.1", "0.0.0.0"
_DESCRIPTION = """\
Open the dashboard on a folder of data at an address that only this computer can reach. The terminal
shows the address from which you can save; Ctrl-C stops the server.

For a seminar in which phones read along, --address 0.0.0.0 opens the dashboard to the network of this computer; the
terminal shows the address to present from. Nobody can save then.

Exit status: 0 stopped with Ctrl-C, 2 the folder does not exist, or the port is in use.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "serve",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(parser)
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="port on this computer (default: 8501)")
    parser.add_argument(
        "--address", default=HOST, metavar="A", help=f"address to listen at; 0.0.0.0 for all (default: {HOST})"
    )
    parser.add_argument("--online", action="store_true", help="let the owner look up papers and trials on the network")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start the server, unless the folder is missing or the port is taken."""
    folder = Path(args.data).resolve()
    if why := objection(folder, args.port, args.address):
        return fail(why)
    options = {"address": args.address, "port": str(args.port), "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(PROGRAM)]
    command += [part for name, value in options.items() for part in (f"--server.{name}", value)]
    host = in_network() if args.address == EVERYWHERE else args.address
    sys.stderr.write(f"Opening {folder} at http://{host}:{args.port}\n")
    try:
        more = {FOLDER_VARIABLE: str(folder), **({ONLINE_VARIABLE: "1"} if args.online else {})}
        return subprocess.call(command, env={**os.environ, **more}, cwd=PROGRAM.parent)
    except KeyboardInterrupt:
        return 0


def in_network() -> str:
    """Return the address under which the network knows this computer; that of this computer alone without a network.

    A datagram socket that is pointed at an address, and sends nothing, says which of its own addresses it would use.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address kept for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return HOST


def objection(folder: Path, port: int, address: str = HOST) -> str:
    """Say why the folder cannot be opened at the port; "" where it can."""
    if not folder.is_dir():
        return f"{folder}: no such folder. Create one with: python -m evidence new {folder}"
    if not (folder / TRIALS).is_file():
        return f"{folder} contains no {TRIALS}. Create a new topic with: python -m evidence new DIR"
    if not PROGRAM.is_file():
        return "The pages are not installed with this package; run it from a copy of the project."
    if not 0 < port < 65536:
        return f"{port} is not a port: choose one from 1 to 65535."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except socket.gaierror:
            return f"{address} is not an address of this computer; choose another with --address."
        except OSError:
            return (
                f"{address} port {port} is in use, not allowed, or not an address of this computer; "
                "choose others with --port and --address."
            )
    return ""
