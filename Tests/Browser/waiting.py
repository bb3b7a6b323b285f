"""How tests wait and compare."""
import asyncio

# The bound of every wait. Each is for something that happens at once, so only a failure takes this long.
PATIENCE = 20


async def within_patience(awaitable, what):
    try:
        return await asyncio.wait_for(awaitable, PATIENCE)
    except asyncio.TimeoutError:
        raise AssertionError(f"waited {PATIENCE} s for {what}") from None


async def end(process, name):
    """Asks it to end, and insists; its exit status."""
    if process.returncode is None:
        process.terminate()
    try:
        return await within_patience(process.wait(), f"{name} to end")
    finally:
        if process.returncode is None:
            process.kill()


def equal(actual, expected, what):
    assert actual == expected, f"{what}: {shortened(actual)} instead of {shortened(expected)}"


def shortened(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"
