"""A TCP proxy that holds every byte back for a while, each way: a distant server on this machine.

    with delay_proxy.DelayProxy("127.0.0.1", port, seconds=0.002) as proxy:
        connect to 127.0.0.1, proxy.port

usage: delay_proxy.py HOST PORT MILLISECONDS    prints its port, ends with its stdin
"""

import asyncio
import socket
import sys
import threading


class OneWay(asyncio.Protocol):
    """Gives what arrives to the other side, in order, `seconds` later."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.loop = asyncio.get_running_loop()
        self.transport = None
        self.other = None
        self.early = []  # before the other side stands

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        if self.other is None:
            self.early.append(data)
        else:
            self.loop.call_later(self.seconds, self.other.write, data)

    def connection_lost(self, _):
        if self.other is not None:
            self.loop.call_later(self.seconds, self.other.close)


class DelayProxy:
    def __init__(self, host, port, seconds):
        self.target = (host, port)
        self.seconds = seconds
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(self.loop.create_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        server.close()

    def _accept(self):
        client = OneWay(self.seconds)
        self.loop.create_task(self._join(client))
        return client

    async def _join(self, client):
        try:
            transport, server = await self.loop.create_connection(lambda: OneWay(self.seconds), *self.target)
        except OSError:
            client.transport.abort()
            return
        server.other = client.transport
        client.other = transport
        for data in client.early:
            client.data_received(data)
        if client.transport.is_closing():
            transport.close()


if __name__ == "__main__":
    with DelayProxy(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000) as proxy:
        print(proxy.port, flush=True)
        sys.stdin.read()
