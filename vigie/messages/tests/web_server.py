"""A gateway and webhook receiver in a process of its own that misbehaves on demand.

    python web_server.py FOLDER [CERTIFICATE KEY]

Prints its port. What it is asked goes to FOLDER/asked, one JSON line a request. The path says what
happens: /ok, /status/CODE, /busy-once (503, then taken), /lost (taken, no answer), /redirect,
/slow (taken after a while).
"""

import json
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ASKED = Path(sys.argv[1]) / "asked"


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says."""

    calls = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {"path": self.path, "headers": dict(self.headers), "body": body}
        with ASKED.open("a") as file:
            file.write(json.dumps(asked) + "\n")
        Handler.calls += 1
        if self.path == "/lost":
            self.close_connection = True
            return
        if self.path == "/slow":
            time.sleep(3)
        self.send_response(self.status())
        self.send_header("Location", "/ok")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"said")

    do_PUT = do_GET = do_POST  # noqa: N815

    def status(self):
        if self.path.startswith("/status/"):
            return int(self.path.rpartition("/")[2])
        if self.path == "/busy-once":
            return 503 if Handler.calls == 1 else 202
        return 302 if self.path == "/redirect" else 202

    def log_message(self, *words):
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if sys.argv[2:]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*sys.argv[2:])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)  # noqa: T201 - the test reads it
    server.serve_forever()
