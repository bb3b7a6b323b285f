"""Chromium, driven by Playwright; its DevTools protocol tells of the network."""
import re

from playwright.async_api import async_playwright

from tab import PAGE_SCRIPT, Answer, Tab


class Chromium:
    NAME = "Chromium"

    def __init__(self, program, hosts):
        self.program = program
        # Names that mean this machine.
        self.hosts = hosts
        self.browser = None

    async def start(self):
        self.playwright = await async_playwright().start()
        rules = ", ".join(f"MAP {host} 127.0.0.1" for host in self.hosts)
        self.browser = await self.playwright.chromium.launch(
            executable_path=self.program, args=["--no-sandbox", f"--host-resolver-rules={rules}"])

    async def stop(self):
        if self.browser:
            await self.browser.close()
        await self.playwright.stop()

    def tab(self):
        return ChromiumTab(self.browser)


class ChromiumTab(Tab):
    def __init__(self, browser):
        super().__init__()
        self.browser = browser
        self.socket_urls = {}

    async def open(self, url):
        # Nobody trusts the authority of the tests.
        self.context = await self.browser.new_context(ignore_https_errors=True)
        await self.context.add_init_script(path=PAGE_SCRIPT)
        self.page = await self.context.new_page()
        network = await self.context.new_cdp_session(self.page)
        network.on("Network.responseReceived", self._response_received)
        network.on("Network.webSocketCreated", self._socket_created)
        network.on("Network.webSocketHandshakeResponseReceived", self._handshake_received)
        network.on("Network.webSocketFrameError", self._socket_failed)
        await network.send("Network.enable")
        await self.page.goto(url)

    async def reload(self):
        await self.page.reload()

    async def close(self):
        await self.context.close()

    async def evaluate(self, function, *arguments):
        return await self.page.evaluate(f"arguments => ({function})(...arguments)", list(arguments))

    def _response_received(self, event):
        response = event["response"]
        answer = Answer(
            response["status"], response.get("protocol"), response["headers"].items(), response["connectionId"])
        self.answered(response["url"], answer)

    def _socket_created(self, event):
        self.socket_urls[event["requestId"]] = event["url"]

    def _handshake_received(self, event):
        self.answered(self.socket_urls[event["requestId"]], Answer(event["response"]["status"]))

    def _socket_failed(self, event):
        # Nothing else tells of an answer that refuses a handshake.
        if found := re.search(r"Unexpected response code: (\d+)", event["errorMessage"]):
            self.answered(self.socket_urls[event["requestId"]], Answer(int(found.group(1))))
