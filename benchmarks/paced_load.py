"""A burst of notifications at a steady rate, each on a connection of its own, so many connections at once at most.

    python paced_load.py URL SIGNATURE CONNECTIONS PER_SECOND COUNT < BODY

Prints as JSON how many were answered 2xx, how many otherwise, how many connections broke, and the median time from the
opening of a connection to its end.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from statistics import median
from urllib.parse import urlsplit

_ANSWER_LIMIT_S = 5.0
"""As Cronofy waits (docs: /developers/api/push-notifications/)."""


async def main(url: str, signature: str, connections: int, per_second: float, count: int) -> None:
    """Send them and print what came of it."""
    parts = urlsplit(url)
    body = sys.stdin.buffer.read()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nCronofy-HMAC-SHA256: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    outcomes: Counter[str] = Counter()
    took_s: list[float] = []
    free = asyncio.Semaphore(connections)
    begun = asyncio.get_running_loop().time()

    async def send(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number / per_second - asyncio.get_running_loop().time()))
        async with free:
            sent_s = asyncio.get_running_loop().time()
            outcomes[await _sent(parts.hostname or "", parts.port or 80, request)] += 1
            took_s.append(asyncio.get_running_loop().time() - sent_s)

    await asyncio.gather(*map(send, range(count)))
    elapsed_s = asyncio.get_running_loop().time() - begun
    sys.stdout.write(json.dumps({**outcomes, "per_s": count / elapsed_s, "median_ms": median(took_s) * 1000}))


async def _sent(host: str, port: int, request: bytes) -> str:
    try:
        async with asyncio.timeout(_ANSWER_LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request)
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError):
        return "broken"
    return "answered" if answer.startswith(b"HTTP/1.1 2") else "refused"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])))
