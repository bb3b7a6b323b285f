"""A tab of a browser, with what its page has open."""
import collections
import itertools
import pathlib
import re
from asyncio import Queue

from waiting import shortened, within_patience

# Every page has it.
PAGE_SCRIPT = pathlib.Path(__file__).with_name("page.js")


class Tab:
    """Shares no connections with other tabs. What depends on the browser is in its subclasses."""

    def __init__(self):
        self.names = itertools.count(1)
        # To the page's requests and handshakes, by their URLs.
        self.answers = collections.defaultdict(Queue)

    async def open(self, url):
        raise NotImplementedError

    async def reload(self):
        raise NotImplementedError

    async def close(self):
        raise NotImplementedError

    async def evaluate(self, function, *arguments):
        """The result of a function of JavaScript in the page, or of the promise that it returns."""
        raise NotImplementedError

    async def answer(self, url):
        """The next answer to a request of this URL."""
        return await within_patience(self.answers[as_http(url)].get(), f"an answer to a request of {url}")

    def answered(self, url, answer):
        """To be called by subclasses."""
        self.answers[as_http(url)].put_nowait(answer)

    async def event_source(self, url, types=()):
        return await self._open_subject("EventSource", url, types)

    async def web_socket(self, url, subprotocols=()):
        return await self._open_subject("WebSocket", url.replace("http", "ws", 1), subprotocols)

    async def _open_subject(self, kind, url, details):
        subject = Subject(self, f"{kind} {next(self.names)}", url)
        await self.evaluate(f"open{kind}", subject.name, url, list(details))
        return subject


def as_http(url):
    """Browsers do not agree on the scheme of a handshake."""
    return re.sub(r"^ws", "http", url)


class Answer:
    """The head of an HTTP response, as far as the browser tells."""

    def __init__(self, status, protocol=None, headers=(), connection=None):
        self.status = status
        self.protocol = protocol
        self.headers = {name.lower(): value for name, value in headers}
        self.connection = connection


class Subject:
    """An EventSource or a WebSocket in a page. Each thing that happens to it has a `what` (see page.js)."""

    def __init__(self, tab, name, url):
        self.tab = tab
        self.name = name
        self.url = url

    async def take(self):
        """What happened to it next."""
        return await within_patience(
            self.tab.evaluate("(name) => subjects.get(name).take()", self.name), f"something to happen to {self.name}")

    async def expect(self, what, **details):
        """What happened to it next, which has to be this."""
        return self._compared(await self.take(), what, details)

    async def expect_through_reconnects(self, what, **details):
        """Likewise, with any number of attempts to reconnect before it."""
        while (happened := await self.take())["what"] in {"error", "open", "sluice.error"} - {what}:
            assert happened.get("state") != "closed", f"{self.name} does not try again"
        return self._compared(happened, what, details)

    def _compared(self, happened, what, details):
        expected = {"what": what, **details}
        assert expected.items() <= happened.items(), (
            f"{shortened(happened)} happened to {self.name}, instead of {shortened(expected)}")
        return happened

    async def send(self, data):
        """A string, or a list of octets."""
        await self.tab.evaluate("send", self.name, data)

    async def close(self):
        await self.tab.evaluate("(name) => subjects.get(name).target.close()", self.name)
