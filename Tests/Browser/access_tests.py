"""Origins, CORS and credentials, as a page sees them."""
import hashlib

from setting import test
from waiting import equal

KEY = "a key of the tests"

# How a page asks for something, and what it learns: a status, or that it may learn nothing.
FETCH = """async (url, options) => {
  try {
    const response = await fetch(url, options);
    return response.status;
  } catch (error) {
    return error.name;
  }
}"""


async def guarded(setting):
    """A gateway that lists an origin, this origin, and one that it does not list."""
    server = await setting.page_server()
    listed, stranger = f"http://page.example:{server.port}", f"http://stranger.example:{server.port}"
    gateway = await setting.own_gateway(
        access={
            "anonymous": {"publish": ["tests/**"], "subscribe": ["tests/**"]},
            "allowedOrigins": [listed],
            "keys": [{
                "name": "backend", "sha256": hashlib.sha256(KEY.encode()).hexdigest(),
                "publish": ["**"], "subscribe": ["private"]}],
        })
    return gateway, listed, stranger


def publishing(data, **headers):
    return {"method": "POST", "body": data, "headers": {"Content-Type": "text/plain", **headers}}


@test("a page of a listed origin gets events, and publishes")
async def listed_origin(setting):
    gateway, listed, _ = await guarded(setting)
    tab = await setting.tab(listed)
    url = f"{gateway.clear}/topics/{setting.topic}"
    stream = await tab.event_source(url)
    await stream.expect("open")
    socket = await tab.web_socket(url)
    await socket.expect("open")
    # The header makes the browser ask first (a preflight).
    equal(await tab.evaluate(FETCH, url, publishing("one", **{"Idempotency-Key": "one"})), 201, "publish")
    await stream.expect("message", data="one")
    await socket.expect("message", data="one")
    equal(await tab.evaluate(FETCH, url), 200, "page of history")


@test("a page of another origin can read nothing, and publish nothing")
async def unlisted_origin(setting):
    gateway, _, stranger = await guarded(setting)
    tab = await setting.tab(stranger)
    url = f"{gateway.clear}/topics/{setting.topic}"
    stream = await tab.event_source(url)
    await stream.expect("error", state="closed")
    equal(await tab.evaluate(FETCH, url), "TypeError", "page of history")
    equal(await tab.evaluate(FETCH, url, publishing("simple")), "TypeError", "publish")
    equal(
        await tab.evaluate(FETCH, url, publishing("asks first", **{"Idempotency-Key": "one"})), "TypeError",
        "publish with a preflight")
    history = await gateway.history(setting.topic)
    equal(history["events"], [], "events that were published")


@test("a WebSocket from a page of another origin is refused")
async def web_socket_of_unlisted_origin(setting):
    gateway, _, stranger = await guarded(setting)
    tab = await setting.tab(stranger)
    socket = await tab.web_socket(f"{gateway.clear}/topics/{setting.topic}")
    await socket.expect("close", code=1006)
    equal((await tab.answer(socket.url)).status, 403, "status of the handshake")


@test("a WebSocket with wrong credentials opens, and closes with 4401, which its page can see")
async def wrong_credentials(setting):
    gateway, listed, _ = await guarded(setting)
    tab = await setting.tab(listed)
    socket = await tab.web_socket(f"{gateway.clear}/topics/{setting.topic}?ticket=wrong")
    await socket.expect("open")
    await socket.expect("close", code=4401)


@test("a WebSocket over HTTP/2 with wrong credentials opens, and closes with 4401, which its page can see")
async def wrong_credentials_over_http2(setting):
    gateway, _, _ = await guarded(setting)
    tab = await setting.tab(gateway.secure)
    socket = await tab.web_socket(f"{gateway.secure}/topics/{setting.topic}?ticket=wrong")
    await socket.expect("open")
    await socket.expect("close", code=4401)
    equal((await tab.answer(socket.url)).status, 200, "status of the handshake")


@test("a WebSocket that may not subscribe opens, and closes with 4403, which its page can see")
async def missing_permission(setting):
    gateway, listed, _ = await guarded(setting)
    tab = await setting.tab(listed)
    ticket = await gateway.ticket(KEY)
    socket = await tab.web_socket(f"{gateway.clear}/topics/{setting.topic}?ticket={ticket}")
    await socket.expect("open")
    await socket.expect("close", code=4403)


@test("an EventSource with a ticket stops when it was cut, and its page continues with another ticket")
async def tickets(setting):
    gateway, listed, _ = await guarded(setting)
    forwarder = await setting.forwarder(gateway.ports[0])
    url = f"http://127.0.0.1:{forwarder.port}/topics/private"
    tab = await setting.tab(listed)
    stream = await tab.event_source(f"{url}?ticket={await gateway.ticket(KEY)}")
    await stream.expect("open")
    id = await gateway.publish("private", "seen", key=KEY)
    await stream.expect("message", data="seen", id=id)
    forwarder.cut()
    await stream.expect("error", state="connecting")
    forwarder.mend()
    # The browser repeats the URL with the ticket that is used up.
    while (await stream.expect("error"))["state"] != "closed":
        pass
    missed = await gateway.publish("private", "missed", key=KEY)
    stream = await tab.event_source(f"{url}?ticket={await gateway.ticket(KEY)}&lastEventID={id}")
    await stream.expect("open")
    await stream.expect("message", data="missed", id=missed)
