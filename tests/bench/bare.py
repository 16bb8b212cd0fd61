"""The smallest Flask application that answers, to compare with: on waitress alone, or on the emulator's server."""

import json
import signal
import sys

from flask import Flask, request

THREADS = 3


def bare_app():
    """Return an application that reads its query and returns a small text."""
    app = Flask(__name__, static_folder=None)

    @app.route("/sns/jscode2session")
    def code2session():
        return f'{{"appid":"{request.args["appid"]}","js_code":"{request.args["js_code"]}"}}'

    @app.route("/api/health")
    def health():
        return '{"status":"ok"}'

    return app


def sign():
    """Do what a login needs and Flask lacks: load an RSA key and sign with it."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from emulator.casdoor.defaults import data_text

    load_pem_private_key(data_text("cert-built-in.key").encode(), password=None).sign(b"claims", PKCS1v15(), SHA256())


def serve_on_waitress():
    """Serve with nothing loaded but Flask and waitress: what a start is compared with."""
    from waitress.server import create_server

    server = create_server(bare_app(), host="127.0.0.1", port=0, threads=THREADS)
    _tell(server.effective_port)
    server.run()


def serve_on_the_emulators_server():
    """Serve with the emulator's own server: what throughput is compared with."""
    from emulator.server.listener import Server

    server = Server(bare_app(), port=0)
    _tell(server.port)
    server.run()


def _tell(port):
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if "signing" in sys.argv:
        sign()
    if "waitress" in sys.argv:
        serve_on_waitress()
    else:
        serve_on_the_emulators_server()
