"""The gateway's own page, at `/`."""
from setting import test
from waiting import equal, within_patience

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
