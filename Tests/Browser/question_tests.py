"""A route that asks a model provider, with nothing in the page but an EventSource."""
import urllib.parse

from setting import test
from waiting import equal

# A request that tells its page nothing, with the one field that such a request may have and a question needs.
BLIND = """async (url) => {
  const response = await fetch(url, { mode: 'no-cors', headers: { Accept: 'text/event-stream' } });
  return response.type;
}"""


async def asking_gateway(setting):
    """A gateway with `/ask`, and the provider that it asks."""
    provider = await setting.provider()
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "${question}"}]}
    route = {"path": "/ask", "upstream": "openai", "target": "v1/chat/completions", "body": body}
    return await setting.own_gateway(upstreams=[provider.upstream], routes=[route]), provider


def ask(origin, question):
    return f"{origin}/ask?{urllib.parse.urlencode({'question': question})}"


async def ask_through_forwarder(setting, question, **options):
    """An EventSource that asks, what can cut it off, and the provider that is asked."""
    gateway, provider = await asking_gateway(setting)
    forwarder = await setting.forwarder(gateway.ports[0])
    origin = f"http://127.0.0.1:{forwarder.port}"
    tab = await setting.tab(origin)
    return forwarder, provider, await tab.event_source(ask(origin, question), **options)


def content(question):
    """What the provider was asked."""
    return question.body["messages"][0]["content"]


@test("an EventSource asks a question, and gets the rest of its answer when its connection was cut")
async def survives_cut(setting):
    forwarder, provider, stream = await ask_through_forwarder(setting, 'Why "x" & y?')
    question = await provider.question()
    equal(content(question), 'Why "x" & y?', "question")
    await stream.expect("open")
    await question.begin()
    await question.say("Because ")
    await stream.expect("message", data="Because ")
    forwarder.cut()
    await stream.expect("error", state="connecting")
    await question.say("of ")
    await question.say("z.")
    await question.finish()
    forwarder.mend()
    await stream.expect_through_reconnects("open")
    # What comes when, depends; what it adds up to does not.
    text = ""
    while (data := (await stream.expect("message"))["data"]) != "[DONE]":
        text += data
    equal(text, "of z.", "rest of the answer")
    # Behind the end it is told once that there is no more.
    await stream.expect("sluice.end")
    await stream.expect("error", state="connecting")
    await stream.expect("error", state="closed")
    equal(provider.questions.qsize(), 0, "further questions")


@test("an EventSource that is cut before the first word of its answer does not ask again")
async def survives_early_cut(setting):
    forwarder, provider, stream = await ask_through_forwarder(setting, "Why?", types=["sluice.generation"])
    question = await provider.question()
    await stream.expect("open")
    await stream.expect("sluice.generation")
    forwarder.cut()
    await stream.expect("error", state="connecting")
    forwarder.mend()
    await question.begin()
    await question.say("Because.")
    await stream.expect_through_reconnects("open")
    await stream.expect("sluice.generation")
    await stream.expect("message", data="Because.")
    equal(provider.questions.qsize(), 0, "further questions")


@test("a page of another site cannot have a question asked, not even without learning of it")
async def other_site(setting):
    gateway, provider = await asking_gateway(setting)
    server = await setting.page_server()
    stranger = await setting.tab(f"http://stranger.example:{server.port}")
    stream = await stranger.event_source(ask(gateway.clear, "stranger"))
    await stream.expect("error", state="closed")
    equal(await stranger.evaluate(BLIND, ask(gateway.clear, "blind")), "opaque", "type of the answer")
    tab = await setting.tab(gateway.clear)
    await tab.event_source(ask(gateway.clear, "own"))
    equal(content(await provider.question()), "own", "first question")
