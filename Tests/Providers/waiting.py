"""How tests wait and compare."""
import time

# The bound of every wait, in seconds. Each is for something that happens at once, so only a failure takes this long.
PATIENCE = 10


def until(condition, what):
    """Returns what the condition gives as soon as it is true of it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: {difference(actual, expected)}")


def difference(actual, expected):
    """The first that there is, since whole objects are too long to be read."""
    if isinstance(actual, dict) and isinstance(expected, dict) and actual.keys() == expected.keys():
        key = next(key for key in expected if actual[key] != expected[key])
        return f"{key}: {difference(actual[key], expected[key])}"
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)) and len(actual) == len(expected):
        index = next(index for index in range(len(expected)) if actual[index] != expected[index])
        return f"[{index}]: {difference(actual[index], expected[index])}"
    return f"{shortened(actual)} instead of {shortened(expected)}"


def shortened(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:150]} … {text[-150:]} ({len(text)} characters)"
