"""HTTP/1.1, as far as a server for tests needs it (RFC 9112)."""
import asyncio
import http
import random
import threading


class Request:
    """As it came, and what became of its answer."""

    def __init__(self, method, target, fields, body):
        self.method = method
        self.target = target
        # Names in lower case, with their values, in their order.
        self.fields = fields
        self.body = body
        # Set when nothing more is written to it.
        self.ended = threading.Event()
        # Whether the client went away before the end of the answer.
        self.was_left = False

    @property
    def path(self):
        return self.target.partition("?")[0]

    def header(self, name):
        """The value, or None."""
        return next((value for each, value in self.fields if each == name), None)


async def read_request(reader):
    """The next one of a connection, or None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    fields = [(name.lower(), value.strip()) for name, _, value in (each.partition(":") for each in lines)]
    request = Request(method, target, fields, b"")
    request.body = await read_body(reader, request)
    return request


async def read_body(reader, request):
    if (request.header("transfer-encoding") or "").lower() != "chunked":
        return await reader.readexactly(int(request.header("content-length") or 0))
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    # Trailer fields.
    while (await reader.readline()).strip():
        pass
    return body


def head(status, headers):
    try:
        reason = http.HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {reason}\r\n{fields}\r\n".encode()


class ChunkedBody:
    """Writes a body so that neither chunks nor packets begin where events do, nor even characters."""

    def __init__(self, writer):
        self.writer = writer
        # The same in each run.
        self.random = random.Random(1)

    async def write(self, data):
        for piece in self._pieces(data):
            for part in self._pieces(b"%x\r\n%s\r\n" % (len(piece), piece)):
                self.writer.write(part)
                await self.writer.drain()

    async def end(self):
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    def holds_back(self):
        """Whether a block comes together with the next one this time."""
        return self.random.random() < 0.2

    def _pieces(self, data):
        """The data in one piece or up to four."""
        if self.random.random() < 0.6:
            return [data]
        places = self.random.sample(range(1, len(data)), k=min(3, len(data) - 1))
        bounds = [0, *sorted(places), len(data)]
        return [data[start:end] for start, end in zip(bounds, bounds[1:])]
