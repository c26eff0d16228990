"""The programs that tests use beside Python: a Chromium, which must be there; a Firefox and R with metafor, which may.

Run as a script it installs what is missing: Debian's packages where apt-get and root are there, else Playwright's
own Chromium. It fails, and says what to install, where no Chromium can be had.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def chromium() -> str | None:
    """Path of a Chromium: the one named by CHROMIUM, the system's, else Playwright's; None without any."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    first = next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)
    return first or _playwright_chromium()


def _playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def firefox() -> str | None:
    """Path of a Firefox: the one named by FIREFOX, else the system's; None without any."""
    named = os.environ.get("FIREFOX")
    if named:
        return named if Path(named).exists() else None
    return next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)


def rscript() -> str | None:
    """Path of an Rscript that has metafor; None without one."""
    path = shutil.which("Rscript")
    if path is None:
        return None
    loads = subprocess.run([path, "-e", "library(metafor)"], capture_output=True, check=False)
    return path if loads.returncode == 0 else None


def _can_apt() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def _apt_install(package: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "env": environment, "check": False}
    subprocess.run(["apt-get", "update"], **quiet)
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", package], **quiet)


def main() -> int:
    """Install what is missing; 0 when a Chromium is there."""
    if chromium() is None and _can_apt():
        _apt_install("chromium")
    if chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if firefox() is None and _can_apt():
        _apt_install("firefox-esr")
    if rscript() is None and _can_apt():
        _apt_install("r-cran-metafor")
    if chromium() is None:
        sys.stderr.write(
            "No Chromium found and none could be installed. Install one (Debian: apt-get install chromium; "
            "elsewhere: python -m playwright install chromium) or name one in CHROMIUM.\n"
        )
    return int(chromium() is None)


if __name__ == "__main__":
    sys.exit(main())
