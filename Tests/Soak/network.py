"""A proxy between clients and gateway that cuts connections, also in the middle of a message."""
import asyncio
import socket
import struct

# Small buffers on the way, so that a client that does not read is soon felt by the gateway.
BUFFER = 8 << 10


async def connect(port, buffer=None):
    """A reader and a writer; the system holds about `buffer` bytes for a reader that is slow."""
    connection = socket.socket()
    connection.setblocking(False)
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    try:
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        return await asyncio.open_connection(sock=connection, limit=BUFFER)
    except BaseException:
        connection.close()
        raise


def reset(writer):
    """RST instead of FIN, which over HTTP/1.1 would look like the regular end of an event stream."""
    if writer.is_closing():
        return
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


class Network:
    def __init__(self, target, random, saboteur=None):
        self.target = target
        self.random = random
        self.saboteur = saboteur
        # Link → the task that copies for it.
        self.links = {}

    async def start(self):
        self.server = await asyncio.start_server(self._pass, "127.0.0.1", 0, limit=BUFFER)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _pass(self, reader, writer):
        try:
            to_gateway = await connect(self.target, BUFFER)
        except OSError:
            return reset(writer)
        link = Link((reader, writer), to_gateway, self.random, self.saboteur)
        self.links[link] = asyncio.current_task()
        try:
            await link.run()
        finally:
            del self.links[link]

    def cut(self):
        """Some of the connections, or all, each in one of the ways; how many."""
        share = self.random.choice([0.3, 0.6, 1])
        links = [link for link in self.links if self.random.random() < share]
        for link in links:
            link.cut(how=self.random.choice([reset, close]), is_at_once=self.random.random() < 0.4)
        return len(links)

    async def stop(self):
        self.server.close()
        for link in self.links:
            link.cut(reset, is_at_once=True)
        await asyncio.gather(*self.links.values(), return_exceptions=True)


def close(writer):
    writer.close()


class Link:
    """One connection through the proxy."""

    def __init__(self, client, gateway, random, saboteur):
        self.client = client
        self.gateway = gateway
        self.random = random
        self.saboteur = saboteur and saboteur.begin()
        # How it is to be cut within the next bytes, if it is.
        self.doom = None

    async def run(self):
        copies = [
            asyncio.ensure_future(self._copy(self.client[0], self.gateway[1])),
            asyncio.ensure_future(self._copy(self.gateway[0], self.client[1], self.saboteur)),
        ]
        try:
            await asyncio.gather(*copies)
            self._both(close)
        except OSError:
            self._both(reset)
        finally:
            for copy in copies:
                copy.cancel()

    async def _copy(self, reader, writer, saboteur=None):
        while data := await reader.read(1 << 16):
            if saboteur:
                data = saboteur(data)
            if self.doom:
                writer.write(data[:self.random.randrange(len(data) + 1)])
                return self._both(self.doom)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    def cut(self, how, is_at_once):
        if is_at_once:
            self._both(how)
        else:
            self.doom = how

    def _both(self, how):
        how(self.client[1])
        how(self.gateway[1])
