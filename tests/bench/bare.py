"""The smallest Flask application that answers, to compare with: on waitress alone, or on the emulator's server."""

import json
import signal
import sys
from pathlib import Path

from flask import Flask, request

THREADS = 3
#: The key that logins are signed with. Read as a file, so that nothing of the emulator is loaded beside it.
KEY = Path(__file__).resolve().parents[2] / "emulator" / "data" / "casdoor" / "cert-built-in.key"


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


def make_signature():
    """Load what a login needs and Flask lacks, an RSA key, and return a function that signs with it."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(KEY.read_bytes(), password=None)
    return lambda: key.sign(b"claims", PKCS1v15(), SHA256())


def serve_on_waitress():
    """Serve with nothing loaded but Flask and waitress: what a start and the memory are compared with."""
    from waitress.server import create_server

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = create_server(bare_app(), host="127.0.0.1", port=0, threads=THREADS)
    _announce(server.effective_port)
    server.run()


def serve_on_the_emulators_server():
    """Serve as `mockdoor serve` does, down to the garbage collector: what throughput is compared with."""
    from emulator.cli import serve
    from emulator.server.listener import Server

    server = Server(bare_app(), port=0)
    _announce(server.port)
    serve._run(server)


def _announce(port):
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if "signing" in sys.argv:
        make_signature()()
    if "waitress" in sys.argv:
        serve_on_waitress()
    else:
        serve_on_the_emulators_server()
