"""An application that answers every POST at once with 200 and counts them: what `listen` forwards to.

    python counting_app.py READY_FILE

Writes its URL to READY_FILE as JSON. GET answers the count.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

_END = b"\r\n\r\n"


class Application:
    """Counts requests."""

    def __init__(self) -> None:
        self.count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it ends."""
        try:
            while True:
                head = await reader.readuntil(_END)
                length = next(
                    (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0"
                )
                await reader.readexactly(int(length.partition(b":")[2]))
                self.count += head.startswith(b"POST")
                body = str(self.count).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _length(head: bytes) -> int:
    lengths = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(next(lengths, b":0").partition(b":")[2])


async def main(bound: socket.socket) -> None:
    """Serve until the process is ended."""
    server = await asyncio.start_server(Application().serve, sock=bound)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    Path(sys.argv[1]).write_text(json.dumps({"url": url}) + "\n")
    asyncio.run(main(listening))
