"""`python -m config.healthcheck PORT`: exit status 0 when the process on that port of this machine answers.

For containers without curl. It asks as the proxy would, by the site's own name, so that no other name must be allowed. It asks
whether the process answers, not whether the database does: who starts anew what is not healthy would start everything anew
because of a database that is away, and help nobody.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(arguments: list[str]) -> int:
    """Ask `/healthz` and say in one line what is wrong, if anything."""
    if len(arguments) != 1 or not arguments[0].isdigit():
        sys.stderr.write("Usage: python -m config.healthcheck PORT\n")
        return 2
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(arguments[0]), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        status = connection.getresponse().status
    except OSError as error:
        sys.stderr.write(f"No answer: {error}\n")
        return 1
    if status != http.client.OK:
        sys.stderr.write(f"The answer was {status}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
