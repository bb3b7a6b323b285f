#!/usr/bin/env python3
"""Publishes and subscribes on both wires while the gateway is killed, restarted, stopped, starved of disk and cut off.

What was acknowledged and what was seen is recorded; then it is decided: no acknowledged event missing, none twice, none
out of order, none seen that the log denies, no silent gap, no false gap. Needs nothing but Python 3.11; the full disk is a
small tmpfs, which only root can mount.
Exit status: 0 when nothing was violated and everything was done that should be, 1 otherwise.
"""
import argparse
import asyncio
import pathlib
import secrets
import shutil
import signal
import sys

import self_test
from disk import Disk
from faults import KINDS
from gateway import Gateway
from judge import judge
from network import Network
from sabotage import Saboteur
from soak import Soak
from world import World

HERE = pathlib.Path(__file__).resolve().parent
# Some 20 s.
SHORT = {"kills": 10, "restarts": 2, "pauses": 3, "full": 1, "cuts": 5}


def say(sentence):
    print(f"soak: {sentence}", flush=True)


def summary(counts):
    return (
        f"{counts['acknowledged']} events acknowledged, {counts['sse']} delivered over SSE, {counts['websocket']} over "
        f"WebSocket, {counts['page']} in pages; {counts['kill']} kills, {counts['restart']} restarts, {counts['pause']} "
        f"pauses, {counts['full disk']} full disks, {counts['cut']} cuts")


def tell(world):
    say(f"{world.now():4.0f} s: {summary(world.counts)}")


def tell_all(world):
    counts = world.counts
    say(summary(counts))
    say(
        f"{counts['gap']} gaps told, {counts['connections cut']} connections cut, {counts['given up']} given up, "
        f"{counts['unknown outcome']} attempts without an answer, {counts['refused 503']} refused with 503, "
        f"{counts['refused 507']} with 507, {counts['acknowledged again']} events acknowledged again, "
        f"{counts['topics followed to their end']} topics followed to their end")
    long = [(before, after) for _, restarts, before, after in world.absences if restarts >= 10]
    same = sum(before == after for before, after in long)
    say(f"{len(world.absences)} absences, {len(long)} over ten restarts or more: {same} resumed on the wire of before, "
        f"{len(long) - same} on the other")


def undone(world, counts):
    """What should have been done and was not."""
    names = {"kills": "kill", "restarts": "restart", "pauses": "pause", "full": "full disk", "cuts": "cut"}
    wanted = {names[kind]: count for kind, count in counts.items()}
    wanted |= {"acknowledged": 1, "sse": 1, "websocket": 1, "page": 1, "kill": wanted.get("kill", 1)}
    for name, count in wanted.items():
        if world.counts[name] < count:
            yield f"{world.counts[name]} × '{name}' instead of {count}"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gateway", type=pathlib.Path, help="the gateway's program")
    parser.add_argument("--seconds", type=float, help="faults of all kinds for so long")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, metavar="N", help="so many, and of the kinds not named none")
    parser.add_argument("--seed", type=int, help="repeats the decisions of a run, as far as time allows")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / ".build" / "soak")
    parser.add_argument(
        "--sabotage", choices=Saboteur.KINDS, help="spoil what the gateway does, and succeed when that is found")
    return parser.parse_args()


def tell_violations(world, violations):
    for violation in violations[:40]:
        say(f"VIOLATION {violation.kind}: {violation.sentence}")
        if violation.time is not None:
            near = [f"{time:.3f} {what}" for time, what in world.records.faults if abs(time - violation.time) < 2]
            say(f"    at {violation.time:.3f} s; around it: {'; '.join(near[-6:]) or 'no fault'}")
    if len(violations) > 40:
        say(f"… and {len(violations) - 40} more violations")


async def main():
    options = parse()
    seed = secrets.randbelow(1 << 32) if options.seed is None else options.seed
    say(f"seed {seed}")
    if failures := list(self_test.failures()):
        sys.exit("soak: the judgement is wrong:\n" + "\n".join(failures))
    counts = {kind: getattr(options, kind) for kind in KINDS if getattr(options, kind) is not None}
    if not counts and options.seconds is None:
        counts = SHORT
    # Asked to end, it still takes away what it started.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    folder = options.folder.resolve() / str(seed)
    shutil.rmtree(folder, ignore_errors=True)
    disk = Disk(folder / "disk", megabytes(counts, options.seconds))
    if disk.reason:
        say(f"the disk is not filled up, since none of its own can be mounted: {disk.reason}")
        counts.pop("full", None)
    try:
        is_fine = await run(options, seed, folder, disk, counts)
        if not is_fine:
            disk.save(folder)
    finally:
        disk.unmount()
    if is_fine:
        shutil.rmtree(folder)
    sys.exit(0 if is_fine else 1)


async def run(options, seed, folder, disk, counts):
    """Whether everything was as it should be."""
    world = World(seed)
    saboteur = options.sabotage and Saboteur(options.sabotage)
    cache = world.random("cache").choice([0, "64KiB", "64MiB"])
    gateway = Gateway(options.gateway.resolve(), folder, disk.folder / "log.sqlite", cache, world.trouble)
    gateway.configure()
    world.begin(gateway, Network(gateway.port, world.random("network"), saboteur))
    try:
        await Soak(world, disk, saboteur).run(counts or None, options.seconds, lambda: tell(world))
        violations = judge(world.records)
    except BaseException:
        world.write(folder)
        raise
    missing = list(undone(world, counts or {"kills": 1}))
    tell_all(world)
    tell_violations(world, violations)
    for sentence in missing:
        say(f"FAILED: {sentence}")
    if options.sabotage:
        found = {violation.kind for violation in violations}
        is_found = not found.isdisjoint(Saboteur.KINDS[options.sabotage])
        say(f"sabotage by '{options.sabotage}' was {'found' if is_found else 'NOT found'}: {', '.join(sorted(found))}")
        return is_found
    if violations or missing:
        world.write(folder)
        say(f"FAILED with {len(violations)} violations; the records are in {folder}; --seed {seed} repeats its decisions")
    else:
        say(f"no violation in {world.now():.0f} s")
    return not violations and not missing


def megabytes(counts, seconds):
    """Room for what is published until then, some 100 KB a second."""
    seconds = sum(counts.values()) * 3 if seconds is None else seconds
    return 64 + int(seconds / 5)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("soak: ended before it was done")
