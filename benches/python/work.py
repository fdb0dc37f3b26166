"""What the Python contestants have in common: the tasks, the clocks and the form of the result, as in benches/native."""

import asyncio
import json
import sys
import time

MODEL = "bench-model"
QUESTION = "Tell me about connection pools."
KEY = "bench-key"
MESSAGES = [{"role": "user", "content": QUESTION}]


def main(contestant):
    """Runs the task that the command line names: TASK BASE_URL COUNT CONCURRENCY."""
    task, base_url, count, concurrency = sys.argv[1:]
    print(json.dumps(asyncio.run(work(contestant, task, base_url, int(count), int(concurrency)))))


async def work(contestant, task, base_url, count, concurrency):
    async with contestant(base_url, concurrency) as client:
        text = await once(client, task, [])
        await everything(client, task, text, max(count // 10, concurrency), concurrency)
        wall, cpu = time.perf_counter(), time.process_time()
        events = await everything(client, task, text, count, concurrency)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "count": count, "events": events, "text": text}


async def everything(client, task, text, count, concurrency):
    """Every answer has to be the same text. Gives the number of events."""
    left = iter(range(count))
    events = []

    async def worker():
        for _ in left:
            answer = await once(client, task, events)
            if answer != text:
                raise RuntimeError(f"an answer differs from the first one: {answer}")

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return len(events)


async def once(client, task, events):
    if task == "ask":
        return await client.ask()
    pieces = []
    async for piece in client.stream():
        pieces.append(piece)
    events.extend(pieces)
    return "".join(pieces)
