#!/usr/bin/env python3
"""Runs the SDKs of model providers through a gateway's relay.

Installs the SDKs from PyPI where they are missing, and begins suite.py with them.
Exit status: 0 when every test passed, or where the SDKs cannot be installed; 1 otherwise.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["anthropic==2.14.0", "openai==3.57.0", "httpx==0.28.1"]


def skip(reason):
    print(f"providers: skipped: {reason}")
    sys.exit(0)


def run(command):
    """Whether it succeeded, and the last line that it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.strip().splitlines()
    return done.returncode == 0, lines[-1] if lines else "it said nothing"


def install_packages(folder):
    """The Python that has the packages, installed when they are not there yet."""
    python = folder / "venv" / "bin" / "python"
    stamp = folder / "_".join(PACKAGES)
    if stamp.exists():
        return python
    print(f"providers: installing {', '.join(PACKAGES)}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *PACKAGES]
    for command in [[sys.executable, "-m", "venv", folder / "venv"], pip]:
        succeeded, line = run(command)
        if not succeeded:
            skip(f"the SDKs cannot be installed: {line}")
    stamp.touch()
    return python


def environment():
    """Without what would send the SDKs elsewhere, or with keys of somebody's."""
    def is_theirs(name):
        return name.startswith(("ANTHROPIC_", "OPENAI_")) or name.lower().endswith("_proxy")
    return {name: value for name, value in os.environ.items() if not is_theirs(name)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("gateway", type=pathlib.Path, nargs="?", help="the gateway's program")
    what.add_argument("--direct", action="store_true", help="without a gateway: whether the SDKs know the stand-in")
    parser.add_argument("--only", default="", metavar="TEXT", help="run the tests whose names hold this text")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / ".build" / "providers")
    options = parser.parse_args()
    python = install_packages(options.folder / "packages")
    suite = [
        # Without compiled files among the sources.
        python, "-B", HERE / "suite.py", "--folder", options.folder.resolve() / "run", "--only", options.only]
    if options.gateway:
        suite += ["--gateway", options.gateway.resolve()]
    os.execve(python, suite, environment())


if __name__ == "__main__":
    main()
