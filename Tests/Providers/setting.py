"""What a test is given."""
import contextlib

import way
from gateway import KEY
from waiting import equal

TESTS = []

# Request fields in which a client says something to the provider. The others are the client library's own.
MEANT_FOR_THE_PROVIDER = [
    "content-type", "anthropic-version", "anthropic-beta", "openai-organization", "openai-project"]


class Test:
    def __init__(self, sentence, function, arguments, needs_gateway):
        self.sentence = sentence
        self.function = function
        self.arguments = arguments
        self.needs_gateway = needs_gateway


def test(sentence, needs_gateway=False, **arguments):
    """Makes a function a test, one for each such line above it."""
    def register(function):
        TESTS.append(Test(sentence, function, arguments, needs_gateway))
        return function
    return register


class Setting:
    """Shared by all tests, which run one after the other. Without a gateway, both ways are the direct one."""

    def __init__(self, stand_in, gateway):
        self.stand_in = stand_in
        self.gateway = gateway
        self.direct = way.direct(stand_in)
        self.relayed = way.through(gateway.url) if gateway else self.direct

    def both(self, call, scenario):
        """The outcome of a call, which has to be the same by both ways, as the request has to be."""
        with self.one_request() as direct_requests:
            expected = call(self.direct, scenario)
        with self.one_request() as requests:
            actual = call(self.relayed, scenario)
        expect_same_request(requests[0], direct_requests[0])
        if self.gateway:
            expect_nothing_of_the_gateway(requests[0])
        equal(vars(actual), vars(expected), f"{call.__name__} through the gateway")
        return expected

    @contextlib.contextmanager
    def one_request(self):
        """The provider gets one, which is in the list that this gives when it is over."""
        with self.requests() as requests:
            yield requests
        equal(len(requests), 1, "number of requests to the provider")

    @contextlib.contextmanager
    def no_request(self):
        """The provider gets none."""
        with self.requests() as requests:
            yield
        equal(len(requests), 0, "number of requests to the provider")

    @contextlib.contextmanager
    def requests(self):
        before = len(self.stand_in.requests)
        requests = []
        yield requests
        requests += self.stand_in.requests[before:]


def expect_same_request(actual, expected):
    equal(f"{actual.method} {actual.target}", f"{expected.method} {expected.target}", "request to the provider")
    equal(actual.body, expected.body, "body of the request to the provider")
    for name in MEANT_FOR_THE_PROVIDER:
        equal(actual.header(name), expected.header(name), f"{name} of the request to the provider")


def expect_nothing_of_the_gateway(request):
    """That its key was right is seen from the answer."""
    equal(request.header("cookie"), None, "cookie of the request to the provider")
    assert KEY not in request.target and KEY.encode() not in request.body, "the provider got the gateway's key"
    for name, value in request.fields:
        assert KEY not in value, f"the provider got the gateway's key in {name}"
    if request.header("x-api-key"):
        equal(request.header("authorization"), None, "authorization beside x-api-key")
