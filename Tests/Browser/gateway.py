"""A gateway as a process, and what backends do with it."""
import asyncio
import http.client
import json
import subprocess
import urllib.parse

from waiting import PATIENCE, end, equal, within_patience


class Gateway:
    """Listens in clear on 127.0.0.1 and with TLS as localhost; ports are free ones, and stay through a restart."""

    def __init__(self, program, folder, name, configuration):
        self.program = program
        # Where the certificate is, and its configuration by its name.
        self.folder = folder
        self.name = name
        self.configuration = configuration
        self.ports = [0, 0]
        self.process = None
        self.log = None

    async def start(self):
        """Begins the process, and returns when it listens."""
        file = self.folder / f"{self.name}.json"
        file.write_text(json.dumps(self._whole_configuration()))
        self.process = await asyncio.create_subprocess_exec(
            self.program, "serve", "--config", file, stderr=asyncio.subprocess.PIPE)
        ready = asyncio.get_running_loop().create_future()
        self.log = asyncio.ensure_future(self._read_log(ready))
        addresses = await within_patience(ready, "the gateway to listen")
        self.ports = [urllib.parse.urlsplit(address).port for address in addresses.split()]

    def _whole_configuration(self):
        clear, tls = self.ports
        files = {"chain": str(self.folder / "certificate.pem"), "key": str(self.folder / "certificate.key")}
        return {
            "listeners": [
                {"host": "127.0.0.1", "port": clear}, {"host": "127.0.0.1", "port": tls, "tls": True}],
            "tls": {"certificates": [files]},
            "logging": {"format": "json"},
            # Nobody has to wait here: neither for reconnects nor for load balancers.
            "eventStream": {"retry": "100ms"},
            "drain": {"notice": "0s", "spread": "0s"},
            **self.configuration,
        }

    async def _read_log(self, ready):
        """To the end, since a full pipe would stop the gateway."""
        async for line in self.process.stderr:
            entry = parse_log(line)
            if entry["level"] not in ["trace", "debug", "info"]:
                print(f"browser: the gateway says: {entry['message']}", flush=True)
            elif entry["message"] == "ready":
                ready.set_result(entry["metadata"]["address"])
        status = await self.process.wait()
        if not ready.done():
            ready.set_exception(AssertionError(f"the gateway ended with status {status}"))

    async def stop(self):
        status = await end(self.process, "the gateway")
        await self.log
        equal(status, 0, "exit status of the gateway")

    @property
    def clear(self):
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def secure(self):
        return f"https://localhost:{self.ports[1]}"

    async def publish(self, topic, data, key=None, **query):
        """The id of the event."""
        path = f"/topics/{topic}?{urllib.parse.urlencode(query)}"
        return (await self._request("POST", path, 201, key, data, {"Content-Type": "text/plain"}))["id"]

    async def history(self, topic):
        return await self._request("GET", f"/topics/{topic}", 200)

    async def ticket(self, key):
        return (await self._request("POST", "/tickets", 201, key))["ticket"]

    async def _request(self, method, path, status, key=None, body="", headers={}):
        """The answer, which has to have this status."""
        if key:
            headers = {**headers, "Authorization": f"Bearer {key}"}
        return await asyncio.to_thread(self._answer, status, method, path, body.encode(), headers)

    def _answer(self, status, *request):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=PATIENCE)
        try:
            connection.request(*request)
            answer = connection.getresponse()
            body = answer.read().decode()
            assert answer.status == status, f"{request[0]} {request[1]} was answered {answer.status}: {body}"
            return json.loads(body)
        finally:
            connection.close()


def parse_log(line):
    try:
        return json.loads(line)
    except ValueError:
        # Not the gateway's own words: it crashed, for instance.
        return {"level": "critical", "message": line.decode(errors="replace").strip()}


def make_certificate(program, folder):
    """For all gateways of a folder."""
    subprocess.run(
        [program, "certificate", "localhost", "--directory", folder], check=True, stdout=subprocess.DEVNULL)
