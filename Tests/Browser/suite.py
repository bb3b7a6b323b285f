"""Runs the tests. Begun by run.py, in the environment that it made."""
import argparse
import asyncio
import contextlib
import pathlib
import shutil
import signal
import sys
import time

import access_tests  # noqa: F401, registers its tests
import demonstration_tests  # noqa: F401
import event_stream_tests  # noqa: F401
import question_tests  # noqa: F401
import web_socket_tests  # noqa: F401
from chromium import Chromium
from firefox import Firefox
from gateway import Gateway, make_certificate
from setting import HOSTS, TESTS, Setting


async def run_all(browser, gateway, options):
    """What became of each of the browser's tests."""
    try:
        await browser.start()
        return [
            await run(test, Setting(browser, gateway, options)) for test in TESTS
            if test.only in [None, browser.NAME] and options.only in f"{browser.NAME}: {test.sentence}"]
    finally:
        await browser.stop()


async def run(test, setting):
    name = f"{setting.browser.NAME}: {test.sentence}"
    reason = await failure(test, setting)
    print(f"browser: FAILED {name}: {reason}" if reason else f"browser: passed {name}", flush=True)
    return "failed" if reason else "passed"


async def failure(test, setting):
    """Why the test failed, or None."""
    try:
        async with setting.endings:
            await test.function(setting, **test.arguments)
    except Exception as error:
        return sentence(error)
    return None


def sentence(error):
    """On one line."""
    return " ".join(str(error).split()) or repr(error)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gateway")
    parser.add_argument("--chromium")
    parser.add_argument("--firefox")
    parser.add_argument("--only")
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    # Asked to end, it still takes away what it started.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    began = time.monotonic()
    shutil.rmtree(options.folder, ignore_errors=True)
    browsers = []
    if options.chromium:
        browsers.append(Chromium(options.chromium, HOSTS))
    if options.firefox:
        browsers.append(Firefox(options.firefox, HOSTS, options.folder / "firefox"))
    make_certificate(options.gateway, options.folder)
    gateway = Gateway(options.gateway, options.folder, "gateway", {})
    outcomes = []
    try:
        async with contextlib.AsyncExitStack() as endings:
            endings.push_async_callback(gateway.stop)
            await gateway.start()
            for browser in browsers:
                outcomes += await run_all(browser, gateway, options)
    except Exception as error:
        # Of the gateway that the tests share, or of a browser.
        print(f"browser: FAILED {sentence(error)}")
        outcomes.append("failed")
    counts = [f"{outcomes.count(outcome)} {outcome}" for outcome in ["passed", "failed"]]
    print(f"browser: {', '.join(counts)} in {time.monotonic() - began:.0f} s")
    sys.exit(1 if "failed" in outcomes or not outcomes else 0)


if __name__ == "__main__":
    asyncio.run(main())
