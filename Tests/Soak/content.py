"""The data of events: each tells which event it is, and whether it is whole."""
import sys

# Beyond ASCII, and with a line end in it, since both are where encodings go wrong.
FILLER = "Flöße, Kähne \"und\" Schuten\nschleust man → zu Tal. "


def make(token, size):
    return f"{token} {size} {filler(size)}"


def filler(size):
    return (FILLER * (size // len(FILLER) + 1))[:size]


def token(data):
    """The event's token; or words that no event has, if the data is not what was published."""
    parts = data.split(" ", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2] == filler(int(parts[1])):
        return sys.intern(parts[0])
    return f"damaged data {data[:60]!r}…"
