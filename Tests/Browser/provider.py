"""A model provider that says what a test has it say."""
import asyncio
import json
import re

from waiting import within_patience


class Provider:
    def __init__(self):
        # That it has been asked, and not yet been taken.
        self.questions = asyncio.Queue()
        self.writers = set()

    async def start(self):
        self.server = await asyncio.start_server(self._ask, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    @property
    def upstream(self):
        """In a gateway's configuration."""
        return {"name": "openai", "url": f"http://127.0.0.1:{self.port}", "format": "openai", "paths": ["v1/**"]}

    async def _ask(self, reader, writer):
        self.writers.add(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"(?im)^content-length: (\d+)", head).group(1))
        body = json.loads(await reader.readexactly(length))
        self.questions.put_nowait(Question(head.splitlines()[0], body, reader, writer))

    async def question(self):
        """The next one."""
        return await within_patience(self.questions.get(), "the gateway to ask the provider")

    async def stop(self):
        self.server.close()
        for writer in self.writers:
            writer.close()


class Question:
    """Answered as a stream, which ends with its connection."""

    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    def __init__(self, line, body, reader, writer):
        self.line = line
        self.body = body
        self.reader = reader
        self.writer = writer

    async def begin(self):
        await self._write(self.HEAD)

    async def say(self, text):
        chunk = {"choices": [{"index": 0, "delta": {"content": text}}]}
        await self._write(f"data: {json.dumps(chunk)}\n\n".encode())

    async def finish(self):
        await self._write(b"data: [DONE]\n\n")
        self.writer.close()

    async def _write(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def closed(self):
        """Returns when the gateway wants to hear no more."""
        try:
            await within_patience(self.reader.read(), "the gateway to hang up on the provider")
        except ConnectionResetError:
            pass
