"""A gateway as a process, in front of the stand-in."""
import hashlib
import json
import os
import subprocess
import threading
import urllib.parse

from providers import Anthropic, OpenAI
from waiting import PATIENCE

KEY = "of-the-gateway-for-the-application"


def configuration(stand_in):
    return {
        "listeners": [{"host": "127.0.0.1", "port": 0}],
        "logging": {"format": "json"},
        "drain": {"notice": "0s", "spread": "0s"},
        "access": {
            "keys": [{
                "name": "app", "sha256": hashlib.sha256(KEY.encode()).hexdigest(), "publish": ["**"],
                "subscribe": ["**"]}],
        },
        "upstreams": [
            {
                "name": "anthropic", "url": stand_in.url, "format": "anthropic", "paths": ["v1/**"],
                "headers": ["x-api-key: ${ANTHROPIC_API_KEY}"],
            },
            {
                "name": "openai", "url": stand_in.url, "format": "openai", "paths": ["v1/**"],
                "headers": ["authorization: Bearer ${OPENAI_API_KEY}"],
            },
        ],
    }


class Gateway:
    """`with` begins the process, and has it end."""

    def __init__(self, program, folder, stand_in):
        self.program = program
        self.file = folder / "gateway.json"
        self.configuration = configuration(stand_in)
        self.url = None
        self.is_ready = threading.Event()

    def __enter__(self):
        self.file.write_text(json.dumps(self.configuration, indent=2))
        keys = {"ANTHROPIC_API_KEY": Anthropic.KEY, "OPENAI_API_KEY": OpenAI.KEY}
        self.process = subprocess.Popen(
            [self.program, "serve", "--config", self.file], stderr=subprocess.PIPE, env={**os.environ, **keys})
        self.log = threading.Thread(target=self._read_log)
        self.log.start()
        if not self.is_ready.wait(PATIENCE) or not self.url:
            self._end()
            raise AssertionError("the gateway does not listen")
        return self

    def __exit__(self, *_):
        status = self._end()
        assert status == 0, f"the gateway ended with status {status}"

    def _end(self):
        """Asks it to end, and insists; its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.log.join()

    def _read_log(self):
        """To the end, since a full pipe would stop the gateway."""
        for line in self.process.stderr:
            entry = parse_log(line)
            if entry["level"] not in ["trace", "debug", "info"]:
                print(f"providers: the gateway says: {entry['message']}", flush=True)
            elif entry["message"] == "ready":
                self.url = f"http://127.0.0.1:{urllib.parse.urlsplit(entry['metadata']['address']).port}"
                self.is_ready.set()
        self.is_ready.set()


def parse_log(line):
    try:
        return json.loads(line)
    except ValueError:
        # Not the gateway's own words: it crashed, for instance.
        return {"level": "critical", "message": line.decode(errors="replace").strip()}
