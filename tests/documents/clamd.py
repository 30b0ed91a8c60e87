"""A small scanner that speaks as clamd's manual says: it finds the EICAR test file, also inside archives inside archives.

As `how` says it is an honest one, or slow, or dead in the middle, or for some files alone, or says what no scanner says.
"""

import contextlib
import io
import socketserver
import struct
import threading
import time
import zipfile

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" + b"!$H+H*"
POISON = b"what no scanner gets through"
MOST = 8 * 1024**2


def infected(content):
    if EICAR in content:
        return True
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(infected(archive.read(name)) for name in archive.namelist())
    return False


class Scanner(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):
            self.answer()

    def answer(self):
        command = b""
        while not command.endswith(b"\0"):
            piece = self.rfile.read(1)
            if not piece:
                return
            command += piece
        how = self.server.how
        if command == b"zVERSION\0":
            self.wfile.write(
                b"HTTP/1.1 400 Bad Request\r\n\r\n" if how == "other" else b"ClamAV 1.4.2/27500/Mon Oct  5 2026\0"
            )
            return
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            if how == "dead" or (how == "small" and len(content) + length > 1000):
                self.wfile.write(b"" if how == "dead" else b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += self.rfile.read(length)
            assert len(content) <= MOST
        if how == "poisoned" and POISON in content:
            return
        if how == "slow":
            for _drop in range(100):
                self.wfile.write(b"s")
                time.sleep(0.2)
        elif how == "garbage":
            self.wfile.write(b"\xff\xfe" * 50_000)
        elif how == "lies":
            self.wfile.write(b"stream: MAYBE\0")
        else:
            self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if infected(content) else b"stream: OK\0")


class Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def scanning(path=None):
    """Serve on a free port, or on a socket at `path`; give the server, of which `how` may be changed."""
    server = Unix(str(path), Scanner) if path else Tcp(("127.0.0.1", 0), Scanner)
    server.how = "honest"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
