"""Topics and patterns, by Docs/protocol.md."""
import functools


@functools.lru_cache(maxsize=1 << 18)
def matches(pattern, topic):
    """Whether the pattern selects the topic."""
    return _meet(tuple(pattern.split("/")), tuple(topic.split("/")))


@functools.lru_cache
def overlap(pattern, other):
    """Whether there could be a topic that both select."""
    return _meet(tuple(pattern.split("/")), tuple(other.split("/")))


def selects(selection, topic):
    return any(matches(pattern, topic) for pattern in selection)


def _meet(left, right):
    if left == ("**",) or right == ("**",):
        return True
    if not left or not right:
        return left == right
    return (left[0] == right[0] or "*" in (left[0], right[0])) and _meet(left[1:], right[1:])
