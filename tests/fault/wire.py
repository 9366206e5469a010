"""PostgreSQL's protocol 3.0 as far as the fault tests need it: messages out of a stream, and a small client.

Rules: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import socket
import struct

PROTOCOL_3 = 196608
CANCEL_REQUEST = 80877102
DENIED_REQUESTS = {80877103, 80877104}  # SSLRequest, GSSENCRequest: answered with N


class Messages:
    """Cuts a stream into typed messages: (type, whole message). The first of a client has no type: ('', ...)."""

    def __init__(self, begins_untyped):
        self.buffer = bytearray()
        self.untyped = begins_untyped

    def feed(self, data):
        self.buffer += data

    def next(self):
        head = 0 if self.untyped else 1
        if len(self.buffer) < head + 4:
            return None
        length = head + struct.unpack_from(">I", self.buffer, head)[0]
        if len(self.buffer) < length:
            return None
        whole = bytes(self.buffer[:length])
        del self.buffer[:length]
        return ("" if self.untyped else chr(whole[0])), whole


def startup_code(message):
    return struct.unpack_from(">I", message, 4)[0]


def startup_parameters(message):
    """{"user": ..., "application_name": ...} of a startup message."""
    texts = message[8:].split(b"\0")
    pairs = zip(texts[0::2], texts[1::2])
    return {name.decode(): value.decode() for name, value in pairs if name}


def message(kind, body=b""):
    return kind.encode() + struct.pack(">I", len(body) + 4) + body


class Failed(Exception):
    """What the server answered to a query."""


class Client:
    """A session without a password: simple queries, rows as lists of texts, NULL as None."""

    def __init__(self, port, database, user="postgres"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.messages = Messages(begins_untyped=False)
        parameters = f"user\0{user}\0database\0{database}\0application_name\0matrix\0\0".encode()
        self.socket.sendall(struct.pack(">II", len(parameters) + 8, PROTOCOL_3) + parameters)
        self._answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def query(self, sql):
        self.socket.sendall(message("Q", sql.encode() + b"\0"))
        return self._answer()

    def _answer(self):
        rows, failure = [], None
        while True:
            kind, whole = self._next()
            if kind == "D":
                rows.append(_row(whole))
            elif kind == "E":
                failure = _error_text(whole)
                if b"FATAL\0" in whole:
                    raise Failed(failure)
            elif kind == "R" and whole[5:9] != b"\0\0\0\0":
                raise Failed("the server asks for a password")
            elif kind == "Z":
                if failure:
                    raise Failed(failure)
                return rows

    def _next(self):
        while True:
            found = self.messages.next()
            if found:
                return found
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the server closed the connection")
            self.messages.feed(data)


def _row(whole):
    count, at, row = struct.unpack_from(">H", whole, 5)[0], 7, []
    for _ in range(count):
        length = struct.unpack_from(">i", whole, at)[0]
        at += 4
        row.append(None if length < 0 else whole[at:at + length].decode())
        at += max(length, 0)
    return row


def _error_text(whole):
    fields = {part[:1]: part[1:].decode(errors="replace") for part in whole[5:].split(b"\0") if part}
    return f"{fields.get(b'M', '?')} (SQLSTATE {fields.get(b'C', '?')})"
