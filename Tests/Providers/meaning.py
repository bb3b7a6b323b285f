"""What an answer says, whatever its format is."""
import json
from dataclasses import dataclass

import chat_format


@dataclass
class Meaning:
    thinking: str
    text: str
    # The name and the arguments of each.
    tool_calls: list


def of_content(content, format):
    """What an answer with this content has to say."""
    shows_thinking = format is not chat_format
    return Meaning(
        "".join(content.thinking) if shows_thinking else "",
        "".join(content.text),
        [(call.name, json.loads(call.arguments)) for call in content.tool_calls])


def of_answer(answer):
    """Of what an SDK made of one, as plain values."""
    if "choices" in answer:
        return of_completion(answer)
    return of_response(answer) if "output" in answer else of_message(answer)


def of_message(message):
    blocks = message["content"]
    return Meaning(
        "".join(block["thinking"] for block in blocks if block["type"] == "thinking"),
        "".join(block["text"] for block in blocks if block["type"] == "text"),
        [(block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"])


def of_completion(completion):
    message = completion["choices"][0]["message"]
    functions = [call["function"] for call in message["tool_calls"] or []]
    return Meaning(
        "", message["content"] or "",
        [(function["name"], json.loads(function["arguments"])) for function in functions])


def of_response(response):
    items = response["output"]
    return Meaning(
        "".join(part["text"] for item in items if item["type"] == "reasoning" for part in item["summary"]),
        "".join(part["text"] for item in items if item["type"] == "message" for part in item["content"]),
        [(item["name"], json.loads(item["arguments"])) for item in items if item["type"] == "function_call"])
