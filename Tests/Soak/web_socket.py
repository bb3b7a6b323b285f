"""The client's side of RFC 6455, as far as this checker needs it: no extensions, text messages."""
import base64
import json
import os
import struct

from http_connection import Lost, losing

CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA


class WebSocket:
    def __init__(self, connection):
        self.connection = connection
        # Why the gateway closed the session.
        self.close_code = None

    async def open(self, target, headers):
        """The status of the answer: 101, or why there is no session."""
        self.connection.send("GET", target, {
            **headers, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Protocol": "sluice.v1.json"})
        status, _ = await self.connection.head()
        return status

    def send(self, operation):
        self._send(TEXT, json.dumps(operation).encode())

    async def messages(self):
        """To the end of the session. A connection that is lost without a close frame raises `Lost`."""
        parts = []
        while True:
            is_last, opcode, payload = await self._frame()
            if opcode == PING:
                self._send(PONG, payload)
            elif opcode == CLOSE:
                self.close_code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                self._send(CLOSE, payload[:2])
                return
            elif opcode in (TEXT, CONTINUATION):
                parts.append(payload)
                if is_last:
                    yield json.loads(b"".join(parts))
                    parts = []
            elif opcode != PONG:
                raise Lost(f"a frame with opcode {opcode}")

    async def _frame(self):
        read = self.connection.reader.readexactly
        with losing():
            first, second = await read(2)
            length = second & 0x7F
            if length == 126:
                length, = struct.unpack("!H", await read(2))
            elif length == 127:
                length, = struct.unpack("!Q", await read(8))
            return bool(first & 0x80), first & 0x0F, await read(length)

    def _send(self, opcode, payload):
        """A client masks what it sends (§ 5.3)."""
        mask = os.urandom(4)
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack("!H", length)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.connection.writer.write(bytes([0x80 | opcode]) + size + mask + masked)

    def close(self):
        """Says goodbye; the connection ends with the gateway's answer or without it."""
        self._send(CLOSE, struct.pack("!H", 1000))
        self.connection.close()
