#!/usr/bin/env python3
"""Runs real browsers against a gateway.

Installs what is missing, a browser from Debian and its driver from PyPI, and begins suite.py with it.
Exit status: 0 when every test passed, or where no browser can be installed; 1 otherwise.
"""
import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DRIVERS = ["playwright==1.65.2", "websockets==17.4"]


def skip(reason):
    print(f"browser: skipped: {reason}")
    sys.exit(0)


def run(command, **options):
    """Whether it succeeded, and the last line that it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    lines = done.stdout.strip().splitlines()
    return done.returncode == 0, lines[-1] if lines else "it said nothing"


def install_debian(package):
    """Why the package could not be installed, or None."""
    print(f"browser: installing {package}", flush=True)
    if not shutil.which("apt-get"):
        return f"there is no {package} on the PATH, and no apt-get to install it"
    as_root = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return f"there is no {package} on the PATH, and no sudo to install it"
        as_root = ["sudo"]
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # A package that is not found after an update that failed says so itself.
    run([*apt, "update"])
    succeeded, line = run([*apt, "install", "-y", "--no-install-recommends", package])
    return None if succeeded else f"{package} cannot be installed: {line}"


def browser(name):
    """The path of a browser's program, installed when it is not there yet; or None, and why."""
    reason = None if shutil.which(name) else install_debian(name)
    return shutil.which(name), reason


def install_drivers(folder):
    """The Python that has the drivers, installed when they are not there yet."""
    python = folder / "venv" / "bin" / "python"
    stamp = folder / "_".join(DRIVERS)
    if stamp.exists():
        return python
    if not importlib.util.find_spec("ensurepip"):
        reason = install_debian("python3-venv")
        if reason:
            skip(reason)
    print(f"browser: installing {', '.join(DRIVERS)}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *DRIVERS]
    for command in [[sys.executable, "-m", "venv", folder / "venv"], pip]:
        succeeded, line = run(command)
        if not succeeded:
            skip(f"the browsers' drivers cannot be installed: {line}")
    stamp.touch()
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gateway", type=pathlib.Path, help="the gateway's program")
    parser.add_argument("--only", default="", metavar="TEXT", help="run the tests whose names hold this text")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / ".build" / "browser")
    options = parser.parse_args()
    browsers = []
    for name, package in [("chromium", "chromium"), ("firefox", "firefox-esr")]:
        program, reason = browser(package)
        if program:
            browsers += [f"--{name}", program]
        else:
            print(f"browser: skipped: {reason}", flush=True)
    if not browsers:
        sys.exit(0)
    python = install_drivers(options.folder / "drivers")
    suite = [
        # Without compiled files among the sources.
        python, "-B", HERE / "suite.py", options.gateway.resolve(), "--folder", options.folder.resolve() / "run",
        "--only", options.only, *browsers]
    os.execv(python, suite)


if __name__ == "__main__":
    main()
