#!/usr/bin/env python3
"""Stands in for Anthropic and for OpenAI on this machine: their Messages, Chat Completions, Responses and models.

It answers as the providers document it, and what it says is in scenarios.py. Begun as a program, it serves until it
is interrupted; in a test, `with StandIn() as stand_in` serves from a thread, and keeps what it was asked.
"""
import argparse
import asyncio
import contextlib
import enum
import hashlib
import json
import threading

import chat_format
import messages_format
import responses_format
from http_wire import ChunkedBody, head, read_request
from providers import Anthropic, OpenAI
from scenarios import content, error_status

FORMATS = {format.PATH: format for format in [messages_format, chat_format, responses_format]}


class Ending(enum.Enum):
    """Of a stream."""
    REGULAR = enum.auto()
    # The connection is closed instead.
    CUT = enum.auto()
    # Nothing more comes, until the client leaves.
    STALL = enum.auto()


def stream(format, scenario, body):
    """The blocks of one, and how it ends."""
    blocks = format.blocks(content(scenario), body)
    middle = len(blocks) // 2
    half = blocks[middle][:len(blocks[middle]) // 2]
    match scenario:
        case "error event":
            return [*blocks[:middle], *format.error_blocks(middle)], Ending.REGULAR
        case "half event":
            return [*blocks[:middle], half], Ending.REGULAR
        case "cut":
            return [*blocks[:middle], half], Ending.CUT
        case "stall":
            return blocks[:middle], Ending.STALL
        case "not utf-8":
            return [block.replace(b"plain", b"pl\xffin") for block in blocks], Ending.REGULAR
        case _:
            return blocks, Ending.REGULAR


class StandIn:
    """Times are in seconds. `requests` are those that came, in their order."""

    def __init__(self, port=0, pause=0.002):
        self.port = port
        # Between the blocks of a stream.
        self.pause = pause
        self.requests = []
        self.connections = {}
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.is_listening = threading.Event()

    def __enter__(self):
        self.thread.start()
        self.is_listening.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.is_stopped.set)
        self.thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        self.is_stopped = asyncio.Event()
        try:
            server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
            self.port = server.sockets[0].getsockname()[1]
        finally:
            self.is_listening.set()
        await self.is_stopped.wait()
        server.close()
        for writer in self.connections.values():
            writer.transport.abort()
        if self.connections:
            await asyncio.wait(self.connections)

    async def _connection(self, reader, writer):
        task = asyncio.current_task()
        self.connections[task] = writer
        # Clients may leave at any time.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while request := await read_request(reader):
                self.requests.append(request)
                await self._answer_and_note(request, reader, writer)
        writer.close()
        del self.connections[task]

    async def _answer_and_note(self, request, reader, writer):
        try:
            await self._answer(request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            request.was_left = True
            raise
        finally:
            request.ended.set()

    async def _answer(self, request, reader, writer):
        format = FORMATS.get(request.path)
        provider = format.PROVIDER if format else provider_of(request)
        if not provider.knows(request):
            await write_json(writer, request, provider, 401, provider.error(401))
        elif request.method == "GET" and request.path == "/v1/models":
            await write_json(writer, request, provider, 200, provider.MODELS)
        elif request.method == "POST" and format:
            await self._generate(request, format, reader, writer)
        else:
            await write_json(writer, request, provider, 404, provider.error(404))

    async def _generate(self, request, format, reader, writer):
        provider = format.PROVIDER
        try:
            body = json.loads(request.body)
            scenario = format.last_user_message(body)
        except (ValueError, LookupError, TypeError):
            await write_json(writer, request, provider, 400, provider.error(400))
            return
        if status := error_status(scenario):
            await write_json(writer, request, provider, status, provider.error(status))
        elif body.get("stream"):
            blocks, ending = stream(format, scenario, body)
            writer.write(head(200, {
                **headers(request, provider), "content-type": "text/event-stream; charset=utf-8",
                "cache-control": "no-cache", "transfer-encoding": "chunked"}))
            await self._write_stream(blocks, ending, reader, writer)
        else:
            await write_json(writer, request, provider, 200, format.answer(content(scenario), body))

    async def _write_stream(self, blocks, ending, reader, writer):
        body = ChunkedBody(writer)
        waiting = b""
        for block in blocks:
            waiting += block
            if not body.holds_back():
                await body.write(waiting)
                waiting = b""
                await asyncio.sleep(self.pause)
        if waiting:
            await body.write(waiting)
        match ending:
            case Ending.REGULAR:
                await body.end()
            case Ending.CUT:
                writer.close()
                await writer.wait_closed()
            case Ending.STALL:
                await reader.readexactly(1)


def provider_of(request):
    """For what both have at the same path."""
    return Anthropic if request.header("anthropic-version") else OpenAI


def headers(request, provider):
    """Of every answer. Ids are the same for the same request, so that answers can be compared."""
    id = hashlib.sha256(f"{request.method} {request.target}".encode() + request.body).hexdigest()[:24]
    return {
        **provider.headers(id),
        # Both providers are behind a proxy that sets one.
        "set-cookie": "__cf_bm=of-the-provider; path=/; HttpOnly",
    }


async def write_json(writer, request, provider, status, value):
    data = json.dumps(value, ensure_ascii=False).encode()
    fields = {**headers(request, provider), "content-type": "application/json", "content-length": len(data)}
    if status == 429:
        fields["retry-after"] = "7"
    writer.write(head(status, fields) + data)
    await writer.drain()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=9090)
    parser.add_argument("--pause", type=float, default=0.02, metavar="SECONDS", help="between the blocks of a stream")
    options = parser.parse_args()
    with StandIn(options.port, options.pause) as stand_in:
        print(f"{stand_in.url} knows the keys {Anthropic.KEY} and {OpenAI.KEY}")
        with contextlib.suppress(KeyboardInterrupt):
            stand_in.thread.join()


if __name__ == "__main__":
    main()
