"""One that publishes: single events and batches, with keys and without, and again when it does not know the outcome."""
import asyncio
import json

import content
from http_connection import HTTPConnection, Lost
from records import Attempt, Event, Publish


class Publisher:
    def __init__(self, world, name, topics, rate):
        self.world = world
        self.name = name
        self.random = world.random(name)
        self.topics = topics
        # Publishes a second, about.
        self.rate = rate
        self.connection = None
        self.number = 0
        # What it last published with a key, to be repeated: (publish, target, body).
        self.repeatable = None
        # Topic → events to come before its last.
        self.ending = None

    async def run(self):
        while self.world.is_publishing:
            await asyncio.sleep(self.random.expovariate(self.rate))
            await self._publish_something()
        while self.ending:
            await self._publish_ending()
        if self.connection:
            self.connection.close()

    async def _publish_something(self):
        kind = self.random.choices(
            ["single", "batch", "ending", "repeat", "misuse", "abandon"], [60, 22, 10, 4, 1, 3])[0]
        with_key = self.random.random() < 0.6
        match kind:
            case "single":
                await self._publish(self._events(1), with_key)
            case "batch":
                await self._publish(self._events(self.random.choice([2, 3, 5, 20])), with_key)
            case "ending":
                await self._publish_ending()
            case "repeat":
                if self.repeatable:
                    await self._try(*self.repeatable)
            case "misuse":
                await self._misuse()
            case "abandon":
                await self._publish(self._events(1), with_key, is_abandoned=True)

    def _events(self, count):
        """For topics of one durability, since a batch is all or nothing."""
        topics = self.random.choice(self.topics)
        return [self._event(self.random.choice(topics)) for _ in range(count)]

    def _event(self, topic, ends=False):
        self.number += 1
        return Event(topic, f"{self.name}-{self.number}", ends)

    async def _publish_ending(self):
        """Some events of a topic, its last one, and one too many."""
        if not self.ending:
            self.number += 1
            self.ending = [f"ends/{self.name}/{self.number}", self.random.randrange(1, 6)]
            self.world.ending.append(self.ending[0])
            self.world.changed()
        topic, left = self.ending
        self.ending[1] -= 1
        await self._publish([self._event(topic, ends=left == 0)], with_key=True)
        if left == 0:
            self.ending = None
            await self._publish([self._event(topic)], with_key=self.random.random() < 0.5)

    async def _misuse(self):
        """Of the last key, for the same topic. One in memory may forget the key, and then this is no misuse."""
        if self.repeatable and len(self.repeatable[0].events) == 1:
            first, target, _ = self.repeatable
            if self.world.records.rule(first.events[0].topic).durability == "memory":
                return
            publish = Publish(self.name, [self._event(first.events[0].topic)], first.key, misuses_key=True)
            # A batch would be another use: its keys are apart from those of a topic.
            await self._send(publish, is_batch=target == "/topics")

    async def _publish(self, events, with_key, is_abandoned=False):
        publish = Publish(self.name, events, f"key-{events[0].token}" if with_key else None)
        await self._send(publish, len(events) > 1 or self.random.random() < 0.1, is_abandoned)

    async def _send(self, publish, is_batch, is_abandoned=False):
        """Until it is answered, with a key; once, without."""
        self.world.records.publishes.append(publish)
        target, body = self._request(publish, is_batch)
        while True:
            attempt = await self._try(publish, target, body, is_abandoned)
            is_abandoned = False
            if not publish.key or attempt.status not in (None, 503, 507):
                break
            if attempt.status is None:
                await self.world.gateway.is_up.wait()
            await asyncio.sleep(self.random.uniform(0, 0.2))
        if publish.key and attempt.is_acknowledged and not publish.misuses_key:
            self.repeatable = publish, target, body

    def _request(self, publish, is_batch):
        """Target and body."""
        events = publish.events
        data = [content.make(event.token, self._size()) for event in events]
        if not is_batch:
            return f"/topics/{events[0].topic}{'?end=true' if events[0].ends else ''}", data[0].encode()
        return "/topics", json.dumps(
            [{"topic": event.topic, "data": each, **({"end": True} if event.ends else {})}
             for event, each in zip(events, data)]).encode()

    def _size(self):
        return self.random.randrange(300) if self.random.random() < 0.95 else self.random.randrange(300, 4000)

    async def _try(self, publish, target, body, is_abandoned=False):
        """One attempt. Its outcome is unknown when the connection breaks, or it takes too long."""
        await self._connect()
        headers = {"Content-Type": "text/plain" if target != "/topics" else "application/json"}
        if publish.key:
            headers["Idempotency-Key"] = publish.key
        attempt = Attempt(self.world.now())
        publish.attempts.append(attempt)
        try:
            async with asyncio.timeout(self.random.choice([0.5, 2, 10])):
                if is_abandoned:
                    self.connection.send("POST", target, headers, body)
                    await self.connection.writer.drain()
                    raise Lost("given up")
                status, answer = await self.connection.answer("POST", target, headers, body)
        except (Lost, OSError):  # a timeout is one of them
            self.connection.reset()
            attempt.ended = self.world.now()
            self.world.count("unknown outcome")
            return attempt
        attempt.ended = self.world.now()
        attempt.status = status
        if attempt.is_acknowledged:
            answers = answer if isinstance(answer, list) else [answer]
            attempt.positions = [self.world.position(each["id"]) for each in answers]
            for event, each in zip(publish.events, answers):
                if each["topic"] != event.topic:
                    self.world.trouble(f"answered for {each['topic']}: {publish}")
        self._count(attempt)
        return attempt

    def _count(self, attempt):
        if attempt.status == 201:
            self.world.count("acknowledged", len(attempt.positions))
        elif attempt.status == 200:
            self.world.count("acknowledged again", len(attempt.positions))
        elif attempt.status in (503, 507):
            self.world.count(f"refused {attempt.status}")
        else:
            self.world.count("refused")

    async def _connect(self):
        while not self.connection or not self.connection.is_usable:
            try:
                self.connection = await HTTPConnection.open(self.world.port(self.random))
            except Lost:
                await self.world.gateway.is_up.wait()
                await asyncio.sleep(self.random.uniform(0, 0.1))
