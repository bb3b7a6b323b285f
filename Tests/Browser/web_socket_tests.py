"""WebSocket."""
import json

from setting import test
from waiting import equal

# Compresses well, is no repetition of one line, and takes several frames of HTTP/2.
LARGE = " ".join(str(number) for number in range(40_000))


async def open_socket(setting, origin):
    """A tab of this origin, in it a raw socket of the test's topic that is open, and what it says of itself."""
    tab = await setting.tab(origin)
    socket = await tab.web_socket(f"{origin}/topics/{setting.topic}")
    return tab, socket, await socket.expect("open", subprotocol="")


async def expect_echo(socket, data):
    await socket.send(data)
    await socket.expect("message", data=data)


@test("a WebSocket over HTTP/1.1 in clear gets back what it sends")
async def echoes_in_clear(setting):
    tab, socket, _ = await open_socket(setting, setting.gateway.clear)
    equal((await tab.answer(socket.url)).status, 101, "status of the handshake")
    await expect_echo(socket, "text ✓")
    await expect_echo(socket, [0, 127, 255])


@test("a WebSocket over HTTP/1.1 and TLS gets back what it sends", only="Chromium")
async def echoes_over_tls(setting):
    # The page is of another origin, so that there is no HTTP/2 connection yet. Firefox would make one.
    tab = await setting.tab(setting.gateway.clear)
    socket = await tab.web_socket(f"{setting.gateway.secure}/topics/{setting.topic}")
    await socket.expect("open")
    equal((await tab.answer(socket.url)).status, 101, "status of the handshake")
    await expect_echo(socket, "text ✓")
    await expect_echo(socket, [0, 127, 255])


@test("a WebSocket over HTTP/2 gets back what it sends")
async def echoes_over_http2(setting):
    # RFC 8441. The page came over an HTTP/2 connection, whose SETTINGS say that the gateway takes extended CONNECT.
    origin = setting.gateway.secure
    tab, socket, _ = await open_socket(setting, origin)
    page = await tab.answer(f"{origin}/healthz")
    equal(page.protocol, "h2", "protocol of the page")
    equal((await tab.answer(socket.url)).status, 200, "status of the handshake")
    await expect_echo(socket, "text ✓")
    await expect_echo(socket, [0, 127, 255])


@test("a WebSocket over HTTP/2 and an EventSource of one page get each other's events")
async def shares_with_event_source(setting):
    origin = setting.gateway.secure
    tab, socket, _ = await open_socket(setting, origin)
    equal((await tab.answer(socket.url)).status, 200, "status of the handshake")
    stream = await tab.event_source(f"{origin}/topics/{setting.topic}")
    await stream.expect("open")
    await expect_echo(socket, "from the socket")
    await stream.expect("message", data="from the socket")
    await setting.gateway.publish(setting.topic, "from a backend")
    await socket.expect("message", data="from a backend")
    await stream.expect("message", data="from a backend")


@test("a WebSocket in clear compresses messages both ways", secure=False)
@test("a WebSocket over HTTP/2 compresses messages both ways", secure=True)
async def compresses(setting, secure):
    origin = setting.gateway.secure if secure else setting.gateway.clear
    _, socket, opened = await open_socket(setting, origin)
    equal(opened["extensions"].split(";")[0], "permessage-deflate", "extensions")
    await expect_echo(socket, "small")
    await expect_echo(socket, LARGE)
    await expect_echo(socket, list(LARGE[:50_000].encode()))


@test("compressed messages of a WebSocket take fewer bytes than their data")
async def saves_bytes(setting):
    forwarder = await setting.forwarder(setting.gateway.ports[0])
    _, socket, _ = await open_socket(setting, f"http://127.0.0.1:{forwarder.port}")
    await expect_echo(socket, LARGE)
    for direction, count in [("to", forwarder.bytes_to_target), ("from", forwarder.bytes_from_target)]:
        assert count < len(LARGE) / 2, f"{count} bytes went {direction} the gateway for {len(LARGE)} of data"


@test("a WebSocket of a gateway that is configured so does not compress")
async def does_not_compress(setting):
    gateway = await setting.own_gateway(webSocket={"permessageDeflate": False})
    tab = await setting.tab(gateway.clear)
    socket = await tab.web_socket(f"{gateway.clear}/topics/{setting.topic}")
    await socket.expect("open", extensions="")
    await expect_echo(socket, LARGE)


@test("a page opens and closes WebSockets over one HTTP/2 connection, more than it may have at once")
async def opens_and_closes(setting):
    gateway = await setting.own_gateway(limits={"streamsPerConnection": 10})
    tab = await setting.tab(gateway.secure)
    for _ in range(15):
        socket = await tab.web_socket(f"{gateway.secure}/topics/{setting.topic}")
        await socket.expect("open")
        equal((await tab.answer(socket.url)).status, 200, "status of the handshake")
        await socket.close()
        await socket.expect("close", code=1005)


@test("a WebSocket of a gateway that shuts down is told to come back", secure=False)
@test("a WebSocket over HTTP/2 of a gateway that shuts down is told to come back", secure=True)
async def is_sent_away(setting, secure):
    gateway = await setting.own_gateway()
    origin = gateway.secure if secure else gateway.clear
    tab = await setting.tab(origin)
    socket = await tab.web_socket(f"{origin}/topics/{setting.topic}")
    await socket.expect("open")
    await gateway.stop()
    await socket.expect("close", code=1001)


class Conversation:
    """Over `sluice.v1.json`."""

    def __init__(self, socket):
        self.socket = socket

    async def say(self, op, **members):
        await self.socket.send(json.dumps({"op": op, **members}))

    async def hear(self):
        return json.loads((await self.socket.expect("message"))["data"])

    async def hear_all(self, *ops):
        """The next messages, by their `op`: these, in any order."""
        messages = [await self.hear() for _ in ops]
        equal(sorted(message["op"] for message in messages), sorted(ops), "operations")
        return {message["op"]: message for message in messages}


async def converse(setting, origin):
    tab = await setting.tab(origin)
    socket = await tab.web_socket(f"{origin}/subscribe", ["sluice.v1.json"])
    await socket.expect("open", subprotocol="sluice.v1.json")
    return Conversation(socket)


def without(message, *members):
    return {name: value for name, value in message.items() if name not in members}


@test("a conversation in sluice.v1.json subscribes, publishes, and gets the event", secure=False)
@test("a conversation in sluice.v1.json over HTTP/2 subscribes, publishes, and gets the event", secure=True)
async def converses(setting, secure):
    conversation = await converse(setting, setting.gateway.secure if secure else setting.gateway.clear)
    await conversation.say("subscribe", topic=setting.topic, ref="s")
    subscribed, live = await conversation.hear(), await conversation.hear()
    equal(without(subscribed, "cursor"), {"op": "subscribed", "ref": "s"}, "first answer")
    equal(live, {"op": "live", "ref": "s", "cursor": subscribed["cursor"]}, "second answer")
    await conversation.say(
        "publish", topic=setting.topic, data="hello ✓", type="greeting", contentType="text/plain", ref=2)
    # Which of them comes first is left open.
    answers = await conversation.hear_all("ack", "event")
    id = answers["ack"]["id"]
    equal(answers["ack"], {"op": "ack", "ref": 2, "id": id}, "acknowledgement")
    event = {
        "op": "event", "id": id, "topic": setting.topic, "type": "greeting", "contentType": "text/plain",
        "data": "hello ✓"}
    equal(without(answers["event"], "time"), event, "event")
    await conversation.say("ping", ref=3)
    equal(await conversation.hear(), {"op": "heartbeat", "ref": 3, "cursor": id}, "heartbeat")


@test("a conversation in sluice.v1.json replays from the earliest event, then goes live")
async def replays(setting):
    ids = [await setting.gateway.publish(f"{setting.topic}/{data}", data) for data in ["a", "b", "c"]]
    conversation = await converse(setting, setting.gateway.clear)
    await conversation.say("subscribe", topic=f"{setting.topic}/*", after="earliest", ref=1)
    equal((await conversation.hear())["op"], "subscribed", "first answer")
    for id, data in zip(ids, ["a", "b", "c"]):
        event = {
            "op": "event", "ref": 1, "id": id, "topic": f"{setting.topic}/{data}", "contentType": "text/plain",
            "data": data}
        equal(without(await conversation.hear(), "time"), event, "replayed event")
    live = await conversation.hear()
    equal(without(live, "cursor"), {"op": "live", "ref": 1}, "answer behind the replay")
    id = await setting.gateway.publish(f"{setting.topic}/d", "d")
    event = await conversation.hear()
    equal((event.get("ref"), event["id"], event["data"]), (None, id, "d"), "live event")


@test("a cursor of an EventSource resumes a conversation in sluice.v1.json")
async def resumes_from_the_other_wire(setting):
    origin = setting.gateway.clear
    tab = await setting.tab(origin)
    stream = await tab.event_source(f"{origin}/topics/{setting.topic}")
    await stream.expect("open")
    await setting.gateway.publish(setting.topic, "seen")
    cursor = (await stream.expect("message"))["id"]
    await stream.close()
    id = await setting.gateway.publish(setting.topic, "missed")
    conversation = await converse(setting, origin)
    await conversation.say("subscribe", topic=setting.topic, after=cursor, ref=1)
    equal(await conversation.hear(), {"op": "subscribed", "ref": 1, "cursor": cursor}, "first answer")
    event = await conversation.hear()
    equal((event["op"], event["id"], event["data"]), ("event", id, "missed"), "event")
