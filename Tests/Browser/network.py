"""What stands between a page and a gateway, or beside it."""
import asyncio
import socket
import struct


class Forwarder:
    """Passes connections on to a port of this machine, until it is told to cut them."""

    def __init__(self, target):
        self.target = target
        self.is_cut = False
        self.writers = set()
        self.bytes_to_target = 0
        self.bytes_from_target = 0

    async def start(self):
        self.server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _pass(self, reader, writer):
        target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self.target)
        writers = {writer, target_writer}
        self.writers |= writers
        try:
            if self.is_cut:
                raise ConnectionResetError
            await asyncio.gather(self._copy_up(reader, target_writer), self._copy_down(target_reader, writer))
            for each in writers:
                each.close()
        except OSError:
            for each in writers:
                reset(each)
        finally:
            self.writers -= writers

    async def _copy_up(self, reader, writer):
        async for count in copy(reader, writer):
            self.bytes_to_target += count

    async def _copy_down(self, reader, writer):
        async for count in copy(reader, writer):
            self.bytes_from_target += count

    def cut(self):
        """Resets all connections, and each that is tried before `mend`."""
        self.is_cut = True
        for writer in self.writers:
            reset(writer)

    def mend(self):
        self.is_cut = False

    async def stop(self):
        self.cut()
        self.server.close()


async def copy(reader, writer):
    """To the end; yields how many bytes it copied each time."""
    while data := await reader.read(65536):
        writer.write(data)
        yield len(data)
        await writer.drain()
    writer.write_eof()


def reset(writer):
    """RST instead of FIN, which over HTTP/1.1 would look like the regular end of an event stream."""
    if writer.is_closing():
        return
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


class PageServer:
    """Answers every request with an empty page, so that there are pages of origins other than the gateway's."""

    ANSWER = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<!doctype html>")

    async def start(self):
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _answer(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.ANSWER)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # browsers open connections that they do not use
        finally:
            writer.close()

    async def stop(self):
        self.server.close()
