"""A connection that speaks HTTP/1.1, as far as this checker needs it."""
import contextlib
import json

from network import connect, reset


class Lost(Exception):
    """The connection ended before what was waited for."""


@contextlib.contextmanager
def losing():
    try:
        yield
    except (OSError, EOFError) as error:
        raise Lost(str(error)) from None


class HTTPConnection:
    def __init__(self, reader, writer, port):
        self.reader = reader
        self.writer = writer
        self.port = port

    @classmethod
    async def open(cls, port, buffer=None):
        with losing():
            return cls(*await connect(port, buffer), port)

    @property
    def is_usable(self):
        return not self.writer.is_closing() and not self.reader.at_eof() and self.reader.exception() is None

    def send(self, method, target, headers, body=b""):
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def head(self):
        """Status and fields of the answer."""
        with losing():
            await self.writer.drain()
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, *fields = text.split("\r\n")
        pairs = (field.split(":", 1) for field in fields if field)
        return int(status.split(" ")[1]), {name.lower(): value.strip() for name, value in pairs}

    async def answer(self, method, target, headers, body=b""):
        """Status and body, which is JSON where there is one."""
        self.send(method, target, headers, body)
        status, fields = await self.head()
        with losing():
            text = await self.reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return status, json.loads(text) if text else None

    def close(self):
        self.writer.close()

    def reset(self):
        reset(self.writer)
