"""The gateway's own page, at `/`."""
import hashlib

from setting import test
from waiting import equal, within_patience

KEY = "a key of the tests"

COUNTS = """() => [...document.querySelectorAll('.wire')].map((wire) => Object.fromEntries(
  [...wire.querySelectorAll('[data-count]')].map((count) => [count.dataset.count, Number(count.textContent)])))"""


async def until_both(tab, condition, *arguments):
    """Both wires of the page fulfil this function of their elements."""
    wires = "[...document.querySelectorAll('.wire')]"
    waiting = f"(...values) => until(() => {wires}.every((wire) => ({condition})(wire, ...values)))"
    await within_patience(tab.evaluate(waiting, *arguments), f"both wires to fulfil {condition}")


async def until_both_have(tab, events):
    await until_both(
        tab, "(wire, events) => wire.querySelector('[data-count=events]').textContent === String(events)", events)


@test("the gateway's page shows events on both wires, and what was published while both were broken", secure=False)
@test("the gateway's page over HTTP/2 shows events on both wires, and what was published while both were broken",
      secure=True)
async def shows_events(setting, secure):
    origin = setting.gateway.secure if secure else setting.gateway.clear
    tab = await setting.tab(origin, f"/#{setting.topic}")
    await until_both(tab, "(wire) => wire.dataset.state === 'live'")
    await tab.evaluate("() => document.getElementById('publish').requestSubmit()")
    await until_both_have(tab, events=1)
    await tab.evaluate("() => document.getElementById('both').click()")
    for number in range(3):
        await setting.gateway.publish(setting.topic, f"missed {number}")
    await tab.evaluate("() => document.getElementById('both').click()")
    await until_both_have(tab, events=4)
    await until_both(tab, "(wire) => wire.dataset.state === 'live'")
    for counts in await tab.evaluate(COUNTS):
        # Which of them are replayed, the page can only tell by the clock.
        del counts["replayed"]
        equal(counts, {"events": 4, "behind": 0, "gaps": 0, "missing": 0, "duplicates": 0}, "counts")


class Answer:
    """The page's part that shows what a model provider says."""

    def __init__(self, tab):
        self.tab = tab

    @classmethod
    async def on_page(cls, setting, origin, path, key=None):
        answer = cls(await setting.tab(origin, path))
        await answer.use(key)
        return answer

    async def use(self, key):
        """The page forgets its key when it goes."""
        if key:
            await self.tab.evaluate("""(key) => {
              document.getElementById('key').value = key;
              document.getElementById('access').requestSubmit();
            }""", key)

    async def ask(self, over):
        await self.tab.evaluate("""(over) => {
          document.getElementById('over').value = over;
          document.getElementById('ask').requestSubmit();
        }""", over)

    async def cancel(self):
        await self.tab.evaluate("() => document.getElementById('cancel').click()")

    async def reload(self, key=None):
        await self.tab.reload()
        await self.use(key)

    async def other_window(self):
        """The path of the link to it."""
        return await self.tab.evaluate("""() => {
          const url = new URL(document.getElementById('other').href);
          return url.pathname + url.search + url.hash;
        }""")

    async def until(self, state, text, note=""):
        waiting = """(...expected) => until(() => {
          const shown = ['.state', '#answer', '#answer-note'].map(
            (part) => document.querySelector(`#generation ${part}`).textContent);
          return expected.every((text, index) => text === shown[index]);
        })"""
        await within_patience(self.tab.evaluate(waiting, state, text, note), f"the answer '{text}' to be {state}")

    async def until_state(self, state):
        waiting = "(state) => until(() => document.getElementById('generation').dataset.state === state)"
        await within_patience(self.tab.evaluate(waiting, state), f"the answer to be {state}")

    async def wire(self):
        return await self.tab.evaluate("() => document.getElementById('over').value")


async def relaying_gateway(setting, key=None):
    """A gateway, which may want a key, and the provider that it asks."""
    provider = await setting.provider()
    access = {"keys": [{"name": "page", "sha256": hashlib.sha256(key.encode()).hexdigest()}]} if key else {}
    return await setting.own_gateway(upstreams=[provider.upstream], access=access), provider


async def first_words(provider, *words):
    question = await provider.question()
    await question.begin()
    for word in words:
        await question.say(word)
    return question


@test("an answer is whole after a reload in its middle, and in another window over the other wire",
      over="sse", other="ws", secure=False)
@test("an answer over a WebSocket is whole after a reload in its middle, and in another window over the other wire",
      over="ws", other="sse", secure=False)
@test("an answer over HTTP/2 is whole after a reload in its middle, and in another window over the other wire",
      over="sse", other="ws", secure=True)
@test("an answer with a key is whole after a reload in its middle, and in another window over the other wire",
      over="sse", other="ws", secure=False, key=KEY)
async def shows_answer(setting, over, other, secure, key=None):
    gateway, provider = await relaying_gateway(setting, key)
    origin = gateway.secure if secure else gateway.clear
    first = await Answer.on_page(setting, origin, f"/#{setting.topic}", key)
    await first.ask(over)
    question = await first_words(provider, "Because ", "of\n")
    equal(question.line, "POST /v1/chat/completions HTTP/1.1", "what the provider was asked")
    equal(question.body, {
        "stream": True, "messages": [{"role": "user", "content": "Why is the sky blue?"}]}, "question")
    await first.until("streaming", "Because of\n")

    await first.reload(key)
    await first.until("streaming", "Because of\n")
    equal(await first.wire(), over, "wire after the reload")

    second = await Answer.on_page(setting, origin, await first.other_window(), key)
    await second.until("streaming", "Because of\n")
    equal(await second.wire(), other, "wire of the other window")

    await question.say("Rayleigh scattering.")
    for answer in [first, second]:
        await answer.until("streaming", "Because of\nRayleigh scattering.")
    await question.finish()
    for answer in [first, second]:
        await answer.until("complete", "Because of\nRayleigh scattering.")
    await first.reload(key)
    await first.until("complete", "Because of\nRayleigh scattering.")


@test("an answer goes on where it was cut off", over="sse")
@test("an answer over a WebSocket goes on where it was cut off", over="ws")
@test("an answer with a key goes on where it was cut off", over="sse", key=KEY)
async def continues_answer(setting, over, key=None):
    gateway, provider = await relaying_gateway(setting, key)
    forwarder = await setting.forwarder(gateway.ports[0])
    answer = await Answer.on_page(setting, f"http://127.0.0.1:{forwarder.port}", f"/#{setting.topic}", key)
    await answer.ask(over)
    question = await first_words(provider, "Because ")
    await answer.until("streaming", "Because ")
    forwarder.cut()
    await answer.until_state("connecting")
    await question.say("of ")
    forwarder.mend()
    await answer.until("streaming", "Because of ")
    await question.say("Rayleigh scattering.")
    await question.finish()
    await answer.until("complete", "Because of Rayleigh scattering.")


@test("an answer that is cancelled keeps its words, and its provider is told", over="sse")
@test("an answer over a WebSocket that is cancelled keeps its words, and its provider is told", over="ws")
async def cancels_answer(setting, over):
    gateway, provider = await relaying_gateway(setting)
    answer = await Answer.on_page(setting, gateway.clear, f"/#{setting.topic}")
    await answer.ask(over)
    question = await first_words(provider, "Because ")
    await answer.until("streaming", "Because ")
    await answer.cancel()
    await answer.until("cancelled", "Because ", note="it was cancelled")
    await question.closed()


@test("the gateway's page says that there is no such upstream")
async def names_missing_upstream(setting):
    answer = await Answer.on_page(setting, setting.gateway.clear, f"/#{setting.topic}")
    await answer.ask("sse")
    await answer.until("broken", "", note="404: there is no upstream 'openai' here")
