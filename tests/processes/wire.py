"""A connection between two processes that can be cut, frozen and slowed."""

import asyncio
import contextlib
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """Stands between somebody and the server at an address, such as `redis://host:6379/0`; its own is `url`."""

    def __init__(self, url):
        self.parts = urlsplit(url)
        self.is_cut = False
        self.delay = 0.0
        self.flows = asyncio.Event()
        self.flows.set()
        self.pipes, self.connections = set(), set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        who = self.parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(self.parts._replace(netloc=f"{who}{'@' if who else ''}127.0.0.1:{self.port}"))
        return self

    async def __aexit__(self, *error):
        self.flows.set()
        self.server.close()
        self.cut()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def _connected(self, reader, writer):
        self.connections.add(asyncio.current_task())
        ends = [writer]
        try:
            if not self.is_cut:
                far_reader, far_writer = await asyncio.open_connection(self.parts.hostname, self.parts.port or 6379)
                ends.append(far_writer)
                flows = (reader, far_writer), (far_reader, writer)
                pipes = {asyncio.create_task(self._pump(*flow)) for flow in flows}
                self.pipes |= pipes
                await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
                for pipe in pipes:
                    pipe.cancel()
                self.pipes -= pipes
        except OSError:  # nobody is there
            pass
        finally:
            for end in ends:
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()
            self.connections.discard(asyncio.current_task())

    async def _pump(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.flows.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()

    def cut(self):
        """Break every connection, and refuse new ones."""
        self.is_cut = True
        for pipe in list(self.pipes):
            pipe.cancel()
        self.pipes.clear()

    def mend(self):
        self.is_cut = False

    def freeze(self):
        """Hold back what comes, both ways."""
        self.flows.clear()

    def thaw(self):
        self.flows.set()
