"""Who may call the provider, and what it is told of its caller."""
import anthropic
import calls
import httpx
import openai
import way
from providers import Anthropic
from setting import test
from waiting import equal

WRONG = "of-nobody"


def error_class(call, way):
    error = call(way, "text").error
    return error and error["class"]


@test("Anthropic's SDK with a wrong key is refused, and the provider not asked", needs_gateway=True,
      call=calls.message, expected=anthropic.AuthenticationError)
@test("OpenAI's SDK with a wrong key is refused, and the provider not asked", needs_gateway=True,
      call=calls.chat, expected=openai.AuthenticationError)
def refuses_a_wrong_key(setting, call, expected):
    with setting.no_request():
        raised = error_class(call, way.through(setting.gateway.url, WRONG))
    equal(raised, f"{expected.__module__}.{expected.__name__}", "class of the error")


@test("the provider's own key is none of the gateway's", needs_gateway=True)
def refuses_the_key_of_the_provider(setting):
    with setting.no_request():
        raised = error_class(calls.message, way.through(setting.gateway.url, Anthropic.KEY))
    assert raised, "the provider's key was good for the gateway"


@test("a path that is not among those of the upstream is refused", needs_gateway=True,
      path="/relay/anthropic/v2/models")
@test("a path that only seems to be among those of the upstream is refused", needs_gateway=True,
      path="/relay/anthropic/v1/%2e%2e/v2/models")
@test("an upstream that there is not is refused", needs_gateway=True, path="/relay/nobody/v1/models")
def refuses_a_path(setting, path):
    with setting.no_request():
        answer = httpx.get(setting.gateway.url + path, headers={"x-api-key": setting.relayed.keys["anthropic"]})
    assert 400 <= answer.status_code < 500, f"it was answered {answer.status_code}"


@test("what a client says to the provider arrives, and its cookies do not", needs_gateway=True)
def passes_fields_on(setting):
    client = setting.relayed.anthropic.with_options(
        default_headers={"anthropic-beta": "files-api-2025-04-14", "cookie": "session=of-the-application"})
    with setting.one_request() as requests:
        client.messages.create(**calls.message_request("text"))
    equal(requests[0].header("anthropic-beta"), "files-api-2025-04-14", "anthropic-beta")
    equal(requests[0].header("cookie"), None, "cookie")


@test("the provider's key takes the place of a client's in x-api-key", needs_gateway=True,
      name="x-api-key", value="{}")
@test("the provider's key takes the place of a client's in authorization", needs_gateway=True,
      name="authorization", value="Bearer {}")
def replaces_the_key(setting, name, value):
    fields = {name: value.format(setting.relayed.keys["anthropic"]), "anthropic-version": "2023-06-01"}
    with setting.one_request() as requests:
        answer = httpx.get(setting.relayed.urls["anthropic"] + "/v1/models", headers=fields)
    equal(answer.status_code, 200, "status")
    equal(requests[0].header("x-api-key"), Anthropic.KEY, "x-api-key")
    equal(requests[0].header("authorization"), None, "authorization")
