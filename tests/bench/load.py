"""A load: one request again and again on a few keep-alive connections, in a process of its own.

`load.py PORT CONNECTIONS REQUESTS [CA HOST [proxy]] < request` prints the seconds that it took. Raw sockets, one
thread: a client library would be slower than the server. With CA, a file, and HOST the port is one of https, or with
`proxy` the port of a proxy that leads there. Every reply must have status 200.
"""

import selectors
import socket
import ssl
import sys
import time


def run(port, connections, requests, request, secured=()):
    """Return the seconds from the first request to the last reply."""
    selector = selectors.DefaultSelector()
    sockets = [_connect(port, *secured) for _ in range(connections)]
    for one in sockets:
        selector.register(one, selectors.EVENT_READ, [b""])
    start = time.perf_counter()
    to_send, missing = requests - connections, requests
    for one in sockets:
        one.sendall(request)
    while missing:
        for key, _ in selector.select():
            received = key.data[0] + _read(key.fileobj)
            if not _complete(received):
                key.data[0] = received
                continue
            key.data[0] = b""
            missing -= 1
            if to_send > 0:
                to_send -= 1
                key.fileobj.sendall(request)
    seconds = time.perf_counter() - start
    for one in sockets:
        one.close()
    return seconds


def _connect(port, ca="", host="", proxy=""):
    connected = socket.create_connection(("127.0.0.1", port))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if proxy:
        connected.sendall(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
        established = b""
        while not established.endswith(b"\r\n\r\n"):
            established += _read(connected)
    return ssl.create_default_context(cafile=ca).wrap_socket(connected, server_hostname=host) if ca else connected


def _read(connected):
    data = connected.recv(65536)
    if not data:
        raise SystemExit("the server closed the connection")
    while isinstance(connected, ssl.SSLSocket) and (rest := connected.pending()):  # the selector does not know of it
        data += connected.recv(rest)
    return data


def _complete(received):
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    if not head.startswith(b"HTTP/1.1 200 "):
        raise SystemExit(f"not a 200: {received[:300]!r}")
    at = head.lower().index(b"content-length: ") + 16
    return len(body) >= int(head[at:].partition(b"\r\n")[0])


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:4]]
    sys.stdout.write(f"{run(*numbers, sys.stdin.buffer.read(), sys.argv[4:])}\n")
