"""What a model can be asked here, and what it then says, whatever the provider's format is.

The last user message of a request is the scenario:

    text              a text, and whatever is not in this list
    tools             a text and two tool calls, whose arguments come in fragments
    thinking          thinking, then a text (formats that cannot show thinking have only the text)
    long N            a text of N tokens
    huge event        a text of which one token is larger than the gateway lets an event be that it stores
    error N           no answer but an error of status N

Of streams only:

    error event       an error in the midst of it
    half event        its regular end in the midst of an event
    cut               the end of the connection in the midst of an event
    stall             nothing more from the midst of it on
    not utf-8         bytes that are no UTF-8
"""
from dataclasses import dataclass

HUGE = 2 * 1024 * 1024


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    # Of the JSON of its arguments.
    fragments: tuple

    @property
    def arguments(self):
        return "".join(self.fragments)


@dataclass(frozen=True)
class Content:
    """Each of `thinking` and `text` is a tuple of tokens."""
    thinking: tuple = ()
    text: tuple = ()
    tool_calls: tuple = ()

    @property
    def tokens(self):
        """How many there are."""
        return len(self.thinking) + len(self.text) + sum(len(call.fragments) for call in self.tool_calls)


# Characters of one to four bytes, those that JSON escapes, and an event stream's own line ends.
TEXT = (
    "Hello", ", ", "world", ".", "\n\n", "In plain words: ", "Grüße", ", ", "世界", "! ", "👩‍🚀", " \"quoted\"", " \\ ",
    "data: ", "not a field", "\r\n", "event: ", "none either", "\n", "\t", "The", " end", ".")

THINKING = ("The user ", "greets me", ";\n", "I greet ", "back ", "— politely", ".")

TOOL_CALLS = (
    ToolCall("01weather", "get_weather", ('{"ci', 'ty": "Z', 'ürich"', ', "unit', 's": "metric', '"}')),
    ToolCall("02time", "get_time", ('{"zone"', ': ', '"Europe/Zurich"', '}')))


def content(scenario):
    match scenario.split():
        case ["tools"]:
            return Content(text=TEXT[:4], tool_calls=TOOL_CALLS)
        case ["thinking"]:
            return Content(thinking=THINKING, text=TEXT)
        case ["long", count]:
            return Content(text=tuple(f"{number} " for number in range(int(count))))
        case ["huge", "event"]:
            return Content(text=("It begins. ", "x" * HUGE, " It ends."))
        case _:
            return Content(text=TEXT)


def error_status(scenario):
    """Of the answer; None when it is not an error."""
    match scenario.split():
        case ["error", status] if status.isdigit():
            return int(status)
        case _:
            return None
