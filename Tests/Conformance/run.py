#!/usr/bin/env python3
"""Runs the Autobahn test suite against a gateway and compares the outcome with expected.json.

The gateway is in raw mode: what a client sends to a topic comes back to it, which is all the echo that the suite needs.
Exit status: 0 as expected, 1 otherwise.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "autobahntestsuite==25.10.1"
# The groups of permessage-deflate, which take the suite some ten minutes.
SLOW = ["12.*", "13.*"]
# What needs no explanation in expected.json.
FINE = {"OK", "INFORMATIONAL"}
TIMEOUT = 1800


def fail(sentence):
    sys.exit(f"conformance: {sentence}")


def run(command, **options):
    """Silent, unless it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        fail(f"'{' '.join(map(str, command))}' failed:\n{done.stdout}")


def python27():
    candidates = [shutil.which("python2.7")]
    if shutil.which("pyenv"):
        prefix = subprocess.run(["pyenv", "prefix", "2.7.18"], capture_output=True, text=True)
        if prefix.returncode == 0:
            candidates.append(prefix.stdout.strip() + "/bin/python2.7")
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
            return candidate
    return None


def install(folder, optional):
    """The suite's program, installed when it is not there yet."""
    program = folder / "venv" / "bin" / "wstest"
    stamp = folder / SUITE
    if stamp.exists():
        return program
    print(f"conformance: installing {SUITE}", flush=True)
    python = python27()
    if not python:
        missing = "the Autobahn test suite needs CPython 2.7: put 'python2.7' on the PATH, or 'pyenv install 2.7.18'"
        if not optional:
            fail(missing)
        print(f"conformance: skipped: {missing}")
        sys.exit(0)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = ["-m", "pip", "install", "--disable-pip-version-check"]
    run([python, *pip, "--target", folder / "boot", "virtualenv<20.22"])
    run([python, "-m", "virtualenv", folder / "venv"], env={**os.environ, "PYTHONPATH": str(folder / "boot")})
    run([folder / "venv" / "bin" / "python", *pip, SUITE])
    stamp.touch()
    return program


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start(gateway, folder, tls):
    """A gateway with limits that let the suite's largest messages through, once it listens."""
    port = free_port()
    configuration = {
        "listeners": [{"host": "127.0.0.1", "port": port, "tls": tls}],
        "logging": {"level": "warning"},
        "limits": {"outboundBytes": "64MiB"},
        "webSocket": {"messageBytes": "64MiB", "messagesPerSecond": None},
        "log": {"memory": "1GiB", "rules": [{"topics": "**", "events": 100, "bytes": "256MiB"}]},
    }
    if tls:
        run([gateway, "certificate", "localhost", "--directory", folder])
        files = {"chain": str(folder / "certificate.pem"), "key": str(folder / "certificate.key")}
        configuration["tls"] = {"certificates": [files]}
    file = folder / "gateway.json"
    file.write_text(json.dumps(configuration))
    process = subprocess.Popen([gateway, "serve", "--config", file])
    for _ in range(200):
        if process.poll() is not None:
            fail(f"the gateway ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, f"{'wss' if tls else 'ws'}://localhost:{port}"
        except ConnectionRefusedError:
            time.sleep(0.05)
    process.kill()
    fail("the gateway does not listen")


def begin(program, folder, name, url, cases, excluded):
    """One run of the suite, on a topic of its own; its report comes into a folder of its own."""
    report = folder / name
    specification = folder / f"{name}.json"
    specification.write_text(
        json.dumps({
            "outdir": str(report),
            "servers": [{"agent": "sluice", "url": f"{url}/topics/{name}", "options": {"version": 18}}],
            "cases": cases, "exclude-cases": excluded, "exclude-agent-cases": {},
        }))
    log = open(folder / f"{name}.log", "w")
    suite = subprocess.Popen(
        [program, "-m", "fuzzingclient", "-s", specification], stdout=log, stderr=subprocess.STDOUT)
    return suite, report


def compare(outcome, expected, fast):
    """Differences, each as a sentence. wstest itself exits with 0 whatever fails."""
    differences = []
    deviations = {
        case: deviation for case, deviation in expected["deviations"].items() if not fast or not is_slow(case)}
    count = expected["cases"]["fast" if fast else "all"]
    if len(outcome) != count:
        differences.append(f"{len(outcome)} cases were run instead of {count}")
    for case, result in sorted(outcome.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
        wanted = deviations.get(case, {})
        for key in ["behavior", "behaviorClose"]:
            got = result[key]
            if got not in wanted.get(key, FINE):
                differences.append(f"case {case}: {key} is {got}; see {result['reportfile']}")
    differences += [f"case {case} was not run" for case in deviations if case not in outcome]
    return differences


def is_slow(case):
    return case.split(".")[0] in [group.split(".")[0] for group in SLOW]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gateway", help="the gateway's program")
    parser.add_argument("--tls", action="store_true", help="connect through TLS")
    parser.add_argument("--fast", action="store_true", help="leave out the slow groups of permessage-deflate")
    parser.add_argument("--optional", action="store_true", help="succeed where there is no CPython 2.7")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / ".build" / "conformance")
    options = parser.parse_args()
    program = install(options.folder / "suite", options.optional)
    folder = options.folder / ("tls" if options.tls else "clear")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    began = time.monotonic()
    gateway, url = start(options.gateway, folder, options.tls)
    runs = []
    try:
        runs.append(begin(program, folder, "fast", url, ["*"], SLOW))
        if not options.fast:
            runs += [begin(program, folder, f"group-{group[:2]}", url, [group], []) for group in SLOW]
        for suite, _ in runs:
            suite.wait(timeout=TIMEOUT)
    finally:
        for process in [suite for suite, _ in runs] + [gateway]:
            process.terminate()
            process.wait()

    outcome = {}
    for _, report in runs:
        index = report / "index.json"
        if not index.exists():
            fail(f"the suite left no report: see {report}.log")
        cases = json.loads(index.read_text())["sluice"]
        outcome.update({case: dict(result, reportfile=report / result["reportfile"]) for case, result in cases.items()})
    differences = compare(outcome, json.loads((HERE / "expected.json").read_text()), options.fast)
    for difference in differences:
        print(f"conformance: {difference}", file=sys.stderr)
    totals = collections.Counter(result["behavior"] for result in outcome.values())
    print(
        f"conformance: {'TLS' if options.tls else 'in clear'}: {len(outcome)} cases in {time.monotonic() - began:.0f} s: "
        + ", ".join(f"{count} {behavior}" for behavior, count in totals.most_common())
        + f"; {len(differences)} differences from what is expected")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
