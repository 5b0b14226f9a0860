"""Many readers at once, each changing a filter every few seconds: a process of its own, made to yield.

``python -m benchmarks.wire.crowd PORT READERS SECONDS`` prints one line of JSON a tick of ten seconds,
and a last one when all is done; whoever started it watches the server meanwhile.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from benchmarks.wire.client import Reader

NICENESS = 10
EVERY_SECONDS = 5.0
TICK_SECONDS = 10.0
# A reader leaves after so many changes, and another comes.
CHANGES_A_VISIT = 24
BOXES = ("Ce qui est compté", "Niveau", "Lieu", "Type")
SEED = 11


@dataclass
class Heard:
    """What the readers were answered: seconds of each change, what went wrong, visits begun."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    visits: int = 0


async def crowd(port: int, readers: int, seconds: float) -> AsyncIterator[Heard]:
    """Let readers in one after the other; give what they heard, once all are in and at every tick."""
    heard, end = Heard(), asyncio.Event()
    tasks = []
    for number in range(readers):
        tasks.append(asyncio.create_task(_visits(port, number, heard, end)))
        while heard.visits <= number and not heard.errors:
            await asyncio.sleep(0.05)
    yield heard
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = (len(heard.seconds), len(heard.errors))
        await asyncio.sleep(min(TICK_SECONDS, until - time.monotonic()))
        yield Heard(heard.seconds[before[0] :], heard.errors[before[1] :], heard.visits)
    end.set()
    await asyncio.gather(*tasks)


async def _visits(port: int, number: int, heard: Heard, end: asyncio.Event) -> None:
    chance = random.Random(SEED + number)
    while not end.is_set():
        reader = Reader(port)
        try:
            heard.errors += (await reader.open()).errors
            heard.visits += 1
            await _visit(reader, chance, heard, end)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong for a reader is what is asked
            heard.errors.append(f"reader {number}: {error!r}")
            # Whoever was let down tries again: the load stays what it was.
            await asyncio.sleep(EVERY_SECONDS)
        finally:
            await reader.close()


async def _visit(reader: Reader, chance: random.Random, heard: Heard, end: asyncio.Event) -> None:
    due = time.monotonic() + chance.uniform(0, EVERY_SECONDS)
    for _change in range(CHANGES_A_VISIT):
        try:
            await asyncio.wait_for(end.wait(), max(0.0, due - time.monotonic()))
            return
        except TimeoutError:
            pass
        label = chance.choice(BOXES)
        now = reader.chosen(label)
        answer = await reader.choose(
            label, chance.choice([each for each in reader.boxes[label].options if each != now])
        )
        heard.seconds.append(answer.seconds)
        heard.errors += answer.errors
        # A reader who was kept waiting does not hurry afterwards.
        due = max(due + EVERY_SECONDS, time.monotonic())


async def _main(arguments: argparse.Namespace) -> None:
    begun = time.monotonic()
    async for heard in crowd(arguments.port, arguments.readers, arguments.seconds):
        share = time.process_time() / (time.monotonic() - begun)
        print(json.dumps(vars(heard) | {"share": share}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("port", int), ("readers", int), ("seconds", float)):
        parser.add_argument(name, type=kind)
    os.nice(NICENESS)
    asyncio.run(_main(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
