"""The ways to a provider, by which the clients differ, and in nothing else."""
import functools

import anthropic
import httpx
import openai

import gateway
from providers import Anthropic, OpenAI
from waiting import PATIENCE


class Way:
    """Base URLs and keys, by the provider's name, and clients that have them."""

    def __init__(self, urls, keys):
        self.urls = urls
        self.keys = keys

    def options(self, provider):
        """Of a client. A failure must show as it is, so nothing is tried again."""
        # OpenAI's base URL has the version in it, Anthropic's has not.
        path = "/v1" if provider is OpenAI else ""
        return {
            "base_url": self.urls[provider.NAME] + path, "api_key": self.keys[provider.NAME], "max_retries": 0,
            "timeout": PATIENCE}

    # One client for all calls, as in an application: with its connections, and with its cookies.

    @functools.cached_property
    def anthropic(self):
        return anthropic.Anthropic(**self.options(Anthropic))

    @functools.cached_property
    def openai(self):
        return openai.OpenAI(**self.options(OpenAI))

    def async_anthropic(self):
        return anthropic.AsyncAnthropic(**self.options(Anthropic))

    def async_openai(self):
        return openai.AsyncOpenAI(**self.options(OpenAI))

    def plain_stream(self, format, body):
        """An answer as it comes, without an SDK."""
        provider = format.PROVIDER
        key = self.keys[provider.NAME]
        fields = {"x-api-key": key} if provider is Anthropic else {"authorization": f"Bearer {key}"}
        return httpx.stream("POST", self.urls[provider.NAME] + format.PATH, headers=fields, json=body, timeout=PATIENCE)


def direct(stand_in):
    providers = [Anthropic, OpenAI]
    return Way({each.NAME: stand_in.url for each in providers}, {each.NAME: each.KEY for each in providers})


def through(url, key=gateway.KEY):
    """The gateway at this URL."""
    names = [Anthropic.NAME, OpenAI.NAME]
    return Way({name: f"{url}/relay/{name}" for name in names}, dict.fromkeys(names, key))
