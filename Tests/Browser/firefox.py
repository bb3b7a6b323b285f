"""Firefox, driven by WebDriver BiDi, which it speaks itself."""
import asyncio
import itertools
import json
import re

import websockets

from tab import PAGE_SCRIPT, Answer, Tab
from waiting import end, within_patience


class Firefox:
    NAME = "Firefox"

    def __init__(self, program, hosts, folder):
        self.program = program
        self.folder = folder
        self.preferences = {
            # Names that mean this machine.
            "network.dns.localDomains": ",".join(hosts),
            # What a browser does by itself is none of the tests' business.
            "app.update.disabledForTesting": True,
            "browser.shell.checkDefaultBrowser": False,
            "datareporting.policy.dataSubmissionEnabled": False,
            "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False,
            "services.settings.server": "data:,",
        }
        self.numbers = itertools.count(1)
        self.process = None
        self.socket = None
        # Of commands, by their numbers.
        self.results = {}
        # By what BiDi calls their browsing contexts.
        self.tabs = {}

    async def start(self):
        self.folder.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in self.preferences.items()]
        (self.folder / "user.js").write_text("\n".join(lines))
        self.process = await asyncio.create_subprocess_exec(
            self.program, "--headless", "--no-remote", "--profile", self.folder, "--remote-debugging-port", "0",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        address = await within_patience(self._address(), "Firefox to listen for its driver")
        # To the end, since a full pipe would stop it.
        self.log = asyncio.ensure_future(self.process.stderr.read())
        self.socket = await websockets.connect(f"{address}/session", max_size=None)
        self.reader = asyncio.ensure_future(self._read())
        # Nobody trusts the authority of the tests.
        await self.command("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        await self.command("session.subscribe", events=["network.responseStarted"])

    async def _address(self):
        async for line in self.process.stderr:
            if found := re.search(rb"BiDi listening on (\S+)", line):
                return found.group(1).decode()
        raise AssertionError(f"Firefox ended with status {await self.process.wait()}")

    async def stop(self):
        if self.process:
            await end(self.process, "Firefox")
        if self.socket:
            await asyncio.gather(self.reader, self.log)

    def tab(self):
        return FirefoxTab(self)

    async def command(self, method, **parameters):
        number = next(self.numbers)
        result = self.results[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return await within_patience(result, f"Firefox to answer {method}")

    async def _read(self):
        try:
            async for text in self.socket:
                message = json.loads(text)
                if message["type"] == "event":
                    self._response_started(message["params"])
                else:
                    self._answered(message)
        except websockets.ConnectionClosed:
            pass  # at the end

    def _answered(self, message):
        result = self.results.pop(message["id"])
        if result.done():
            return  # too late
        if message["type"] == "success":
            result.set_result(message["result"])
        else:
            result.set_exception(AssertionError(message["message"]))

    def _response_started(self, event):
        if tab := self.tabs.get(event["context"]):
            response = event["response"]
            headers = [(header["name"], header["value"]["value"]) for header in response["headers"]]
            tab.answered(response["url"], Answer(response["status"], response["protocol"], headers))


class FirefoxTab(Tab):
    def __init__(self, firefox):
        super().__init__()
        self.firefox = firefox

    async def open(self, url):
        self.user = (await self.firefox.command("browser.createUserContext"))["userContext"]
        created = await self.firefox.command("browsingContext.create", type="tab", userContext=self.user)
        self.context = created["context"]
        self.firefox.tabs[self.context] = self
        script = f"() => {{ {PAGE_SCRIPT.read_text()} }}"
        await self.firefox.command("script.addPreloadScript", functionDeclaration=script, contexts=[self.context])
        await self.firefox.command("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def reload(self):
        await self.firefox.command("browsingContext.reload", context=self.context, wait="complete")

    async def close(self):
        del self.firefox.tabs[self.context]
        await self.firefox.command("browser.removeUserContext", userContext=self.user)

    async def evaluate(self, function, *arguments):
        # JSON spares a translation of BiDi's own serialisation of values.
        called = await self.firefox.command(
            "script.callFunction", target={"context": self.context}, awaitPromise=True,
            functionDeclaration=f"async (json) => JSON.stringify(await ({function})(...JSON.parse(json)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}])
        assert called["type"] == "success", called["exceptionDetails"]["text"]
        return json.loads(called["result"]["value"])
