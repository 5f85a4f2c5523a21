"""An S3 server for tests: moto's, on a free port that it prints, until its standard input ends."""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

application = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def one_at_a_time(environ, start_response):
    """moto looks whether a key exists and writes it in two steps; S3 does so in one (If-None-Match)."""
    with turn:
        return [b"".join(application(environ, start_response))]


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *args):
        pass


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=Quiet)
threading.Thread(target=end_with_parent, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
