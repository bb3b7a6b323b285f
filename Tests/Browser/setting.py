"""What a test is given, and what takes it away again."""
import contextlib
import itertools

from gateway import Gateway
from network import Forwarder, PageServer
from provider import Provider

# Names of sites whose pages are on this machine.
HOSTS = ["page.example", "stranger.example"]
TESTS = []


class Test:
    def __init__(self, sentence, function, arguments, only):
        self.sentence = sentence
        self.function = function
        self.arguments = arguments
        # The browser that can show it, or None for all.
        self.only = only


def test(sentence, only=None, **arguments):
    """Makes a function a test, one for each such line above it."""
    def register(function):
        TESTS.append(Test(sentence, function, arguments, only))
        return function
    return register


class Setting:
    """Of one test. What it starts ends with the test."""

    numbers = itertools.count(1)

    def __init__(self, browser, gateway, options):
        self.options = options
        self.browser = browser
        # Shared by the tests that need no other, each with a topic of its own.
        self.gateway = gateway
        self.number = next(self.numbers)
        self.topic = f"tests/{self.number}"
        self.endings = contextlib.AsyncExitStack()

    async def own_gateway(self, **configuration):
        gateway = Gateway(self.options.gateway, self.options.folder, f"gateway-{self.number}", configuration)
        self.endings.push_async_callback(gateway.stop)
        await gateway.start()
        return gateway

    async def forwarder(self, port):
        forwarder = Forwarder(port)
        await forwarder.start()
        self.endings.push_async_callback(forwarder.stop)
        return forwarder

    async def page_server(self):
        server = PageServer()
        await server.start()
        self.endings.push_async_callback(server.stop)
        return server

    async def provider(self):
        provider = Provider()
        await provider.start()
        self.endings.push_async_callback(provider.stop)
        return provider

    async def tab(self, origin, path="/healthz"):
        """A tab with a page of this origin; every origin here has one at the default path."""
        tab = self.browser.tab()
        await tab.open(origin + path)
        self.endings.push_async_callback(tab.close)
        return tab
