"""Asks a server in this container whether it is well: `python health.py PORT PATH`. Ends with 0 when it answers 200, else with 1."""

import http.client
import sys

_SECONDS = 8


def is_well(port: int, path: str) -> bool:
    """Whether the server on loopback answers `path` with 200 within 8 s. No proxy that the environment names is asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_well(int(sys.argv[1]), sys.argv[2]) else 1)
