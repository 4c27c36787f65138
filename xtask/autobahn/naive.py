"""A server that sends every frame back as it came, whatever it is: the suite must find fault with it, or finds none.

    naive.py

Prints its address, and serves until it is ended.
"""

import asyncio
import base64
import hashlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def serve(reader, writer):
    """Echoes the frames of one connection, unmasked; ends it after a goodbye."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key.split(b":", 1)[1].strip() + GUID).digest())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        first = 0
        while first & 0x0F != 8:
            first, second = await reader.readexactly(2)
            kind = second & 0x7F
            size = await reader.readexactly({126: 2, 127: 8}.get(kind, 0))
            mask = await reader.readexactly(4)
            masked = await reader.readexactly(int.from_bytes(size, "big") if size else kind)
            plain = bytes(byte ^ mask[n % 4] for n, byte in enumerate(masked))
            writer.write(bytes([first, kind]) + size + plain)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def main():
    """Listens on a port of its own."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"listening on ws://{host}:{port}", flush=True)
    await server.serve_forever()


asyncio.run(main())
