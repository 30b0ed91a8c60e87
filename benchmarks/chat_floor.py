"""The floor under a delivery: what the system alone takes for handing one frame to many sockets, without any server.

    python benchmarks/chat_floor.py SOCKETS RATE SECONDS

A loop that sends the same ready bytes to connected sockets, at the rate of the row it stands beside; another process reads
them. Prints the microseconds of processor time that the sending process used for each.
"""

import os
import selectors
import socket
import sys
import time

FRAME = bytes(600)
"""As long as a message of a line is in its frame."""


def read_all(port: int, count: int) -> None:
    """Read what comes on so many connections until the other side is gone."""
    chosen = selectors.DefaultSelector()
    for _ in range(count):
        chosen.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ)
    while chosen.get_map():
        for key, _ in chosen.select():
            assert isinstance(key.fileobj, socket.socket)
            if not key.fileobj.recv(65536):
                chosen.unregister(key.fileobj)


def sent(connections: list[socket.socket], rate: float, seconds: float) -> float:
    """Send to all of them at this rate, and return the processor time of one."""
    count, begun = 0, time.process_time()
    for turn in range(int(rate * seconds)):
        due = time.monotonic() + 1 / rate
        for connection in connections:
            connection.send(FRAME)
        count = (turn + 1) * len(connections)
        time.sleep(max(0.0, due - time.monotonic()))
    return (time.process_time() - begun) / count


def main() -> None:
    """Run it and print the figure."""
    count, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    with socket.create_server(("127.0.0.1", 0), backlog=count) as server:
        if (child := os.fork()) == 0:
            read_all(server.getsockname()[1], count)
            os._exit(0)
        connections = [server.accept()[0] for _ in range(count)]
        each = sent(connections, rate, seconds)
        for connection in connections:
            connection.close()
        os.waitpid(child, 0)
    sys.stdout.write(f"{each * 1e6:.2f}\n")


if __name__ == "__main__":
    main()
