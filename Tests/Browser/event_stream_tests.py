"""EventSource."""
import asyncio
import json

from setting import test
from waiting import equal


async def open_stream(setting, origin, **options):
    """A tab of this origin, and in it a stream of the test's topic that is open."""
    tab = await setting.tab(origin)
    stream = await tab.event_source(f"{origin}/topics/{setting.topic}", **options)
    await stream.expect("open")
    return tab, stream


async def forward(setting, secure):
    """A forwarder to the gateway, and the origin that it gives it."""
    forwarder = await setting.forwarder(setting.gateway.ports[1 if secure else 0])
    return forwarder, f"https://localhost:{forwarder.port}" if secure else f"http://127.0.0.1:{forwarder.port}"


async def publish_each(setting, data):
    return [await setting.gateway.publish(setting.topic, each) for each in data]


async def expect_messages(stream, data, ids):
    """These, and no other between them."""
    for each, id in zip(data, ids, strict=True):
        await stream.expect("message", data=each, id=id)


@test("an EventSource over HTTP/1.1 gets events", secure=False, protocol="http/1.1")
@test("an EventSource over HTTP/2 gets events", secure=True, protocol="h2")
async def gets_events(setting, secure, protocol):
    tab, stream = await open_stream(
        setting, setting.gateway.secure if secure else setting.gateway.clear, types=["greeting"])
    id = await setting.gateway.publish(setting.topic, "one\ntwo")
    await stream.expect("message", data="one\ntwo", id=id)
    id = await setting.gateway.publish(setting.topic, "three", type="greeting")
    await stream.expect("greeting", data="three", id=id)
    equal((await tab.answer(stream.url)).protocol, protocol, "protocol")


@test("an EventSource over HTTP/1.1 whose connection was cut gets what it missed, once and in order", secure=False)
@test("an EventSource over HTTP/2 whose connection was cut gets what it missed, once and in order", secure=True)
async def resumes(setting, secure):
    forwarder, origin = await forward(setting, secure)
    _, stream = await open_stream(setting, origin)
    await expect_messages(stream, ["seen"], await publish_each(setting, ["seen"]))
    forwarder.cut()
    await stream.expect("error", state="connecting")
    missed = [f"missed {number}" for number in range(10)]
    ids = await publish_each(setting, missed)
    forwarder.mend()
    await stream.expect_through_reconnects("open")
    await expect_messages(stream, missed, ids)
    await expect_messages(stream, ["live"], await publish_each(setting, ["live"]))


@test("an EventSource that was cut before its first event misses none")
async def resumes_from_the_start(setting):
    # It says where it starts in an event that nobody listens for.
    forwarder, origin = await forward(setting, secure=False)
    _, stream = await open_stream(setting, origin)
    forwarder.cut()
    await stream.expect("error", state="connecting")
    ids = await publish_each(setting, ["first"])
    forwarder.mend()
    await stream.expect_through_reconnects("open")
    ids += await publish_each(setting, ["second"])
    await expect_messages(stream, ["first", "second"], ids)


@test("an EventSource that asked for all events does not start over when it reconnects")
async def does_not_start_over(setting):
    forwarder, origin = await forward(setting, secure=False)
    tab = await setting.tab(origin)
    ids = await publish_each(setting, ["one", "two"])
    stream = await tab.event_source(f"{origin}/topics/{setting.topic}?after=earliest")
    await stream.expect("open")
    await expect_messages(stream, ["one", "two"], ids)
    forwarder.cut()
    await stream.expect("error", state="connecting")
    forwarder.mend()
    await stream.expect_through_reconnects("open")
    await expect_messages(stream, ["three"], await publish_each(setting, ["three"]))


@test("an EventSource reconnects to a gateway that was restarted, is told of the gap, and gets what is new")
async def survives_a_restart(setting):
    gateway = await setting.own_gateway()
    _, stream = await open_stream(setting, gateway.clear)
    old = await gateway.publish(setting.topic, "old")
    await stream.expect("message", data="old", id=old)
    await gateway.stop()
    await gateway.start()
    gap = json.loads((await stream.expect_through_reconnects("sluice.gap"))["data"])
    equal(gap, {"topics": [setting.topic], "after": old, "oldest": None}, "gap")
    new = await gateway.publish(setting.topic, "new")
    await stream.expect("message", data="new", id=new)


@test("thirty EventSources of a tab share one HTTP/2 connection, and all get events", only="Chromium")
async def share_a_connection(setting):
    # Over HTTP/1.1 a browser opens six connections to a host, and a seventh stream waits for ever.
    origin = setting.gateway.secure
    tab = await setting.tab(origin)
    streams = [await tab.event_source(f"{origin}/topics/{setting.topic}/{number}") for number in range(30)]
    await asyncio.gather(*[stream.expect("open") for stream in streams])
    for number, stream in enumerate(streams):
        await setting.gateway.publish(f"{setting.topic}/{number}", f"for {number}")
    await asyncio.gather(
        *[stream.expect("message", data=f"for {number}") for number, stream in enumerate(streams)])
    answers = [await tab.answer(stream.url) for stream in streams]
    equal({answer.protocol for answer in answers}, {"h2"}, "protocols")
    equal(len({answer.connection for answer in answers}), 1, "number of connections")


@test("an EventSource gets a compressed stream, and each event at once", secure=False)
@test("an EventSource over HTTP/2 gets a compressed stream, and each event at once", secure=True)
async def gets_compressed_events(setting, secure):
    tab, stream = await open_stream(setting, setting.gateway.secure if secure else setting.gateway.clear)
    equal((await tab.answer(stream.url)).headers.get("content-encoding"), "gzip", "content-encoding")
    # Large ones are compressed, small ones are stored as they are.
    for data in ["small", "large " * 10_000, "small again", "as large " * 10_000]:
        # Each before the next is published, which could push it out of a buffer.
        await expect_messages(stream, [data], await publish_each(setting, [data]))


@test("an EventSource is told of the end of its topic, and then stops by itself")
async def stops_at_the_end(setting):
    tab, stream = await open_stream(setting, setting.gateway.clear)
    equal((await tab.answer(stream.url)).status, 200, "status")
    id = await setting.gateway.publish(setting.topic, "last", end="true")
    await stream.expect("message", data="last", id=id)
    end = await stream.expect("sluice.end", id=id)
    equal(json.loads(end["data"]), {"topic": setting.topic, "id": id}, "end")
    await stream.expect("error", state="connecting")
    await stream.expect("error", state="closed")
    equal((await tab.answer(stream.url)).status, 204, "status of the reconnect")
