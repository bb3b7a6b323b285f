"""Runs the tests. Begun by run.py, in the environment that it made."""
import argparse
import contextlib
import pathlib
import signal
import sys
import time

import bytes_tests  # noqa: F401, registers its tests
import generation_tests  # noqa: F401
import key_tests  # noqa: F401
import sdk_tests  # noqa: F401
from gateway import Gateway
from setting import TESTS, Setting
from stand_in import StandIn


def run_all(setting, only):
    """What became of each of the tests."""
    return [
        run(test, setting) for test in TESTS
        if (setting.gateway or not test.needs_gateway) and only in test.sentence]


def run(test, setting):
    reason = failure(test, setting)
    became = f"FAILED {test.sentence}: {reason}" if reason else f"passed {test.sentence}"
    print(f"providers: {became}", flush=True)
    return "failed" if reason else "passed"


def failure(test, setting):
    """Why the test failed, or None."""
    try:
        test.function(setting, **test.arguments)
    except Exception as error:
        return sentence(error)
    return None


def sentence(error):
    """On one line."""
    return " ".join(str(error).split()) or repr(error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway")
    parser.add_argument("--only", default="")
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    # Asked to end, it still takes away what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began = time.monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    outcomes = []
    try:
        with contextlib.ExitStack() as endings:
            stand_in = endings.enter_context(StandIn())
            gateway = None
            if options.gateway:
                gateway = endings.enter_context(Gateway(options.gateway, options.folder, stand_in))
            outcomes += run_all(Setting(stand_in, gateway), options.only)
    except Exception as error:
        # Of the gateway, or of the stand-in.
        print(f"providers: FAILED {sentence(error)}")
        outcomes.append("failed")
    counts = [f"{outcomes.count(outcome)} {outcome}" for outcome in ["passed", "failed"]]
    print(f"providers: {', '.join(counts)} in {time.monotonic() - began:.0f} s")
    sys.exit(1 if "failed" in outcomes or not outcomes else 0)


if __name__ == "__main__":
    main()
