"""A proxy between one run of the hook and its server that counts the client's messages and disturbs one of them.

It numbers what the hook sends over all its connections, in the order of arrival, from 1. One number is what a client
waits for the answer of: a simple query, an extended query up to its Sync, each Execute of a pipeline, a piece of COPY
data, a message of the start-up. The connections that watch from outside (application name "... (monitor)") come and
go with the clock, and so does the heartbeat of a lease ("... (lease)"); they are passed on and not counted, as are cancel
requests.
"""

import contextlib
import selectors
import signal
import socket
import threading
import time

import wire

# What is done at the message, and what it stands for.
FAULTS = {
    "sigkill": "kill -9 of the hook when the message has been sent",
    "sigterm": "SIGTERM to the hook, then the message is passed on",
    "cut-before": "the connection breaks, the server never sees the message",
    "cut-after": "the connection breaks when the server has the message",
    "swallow": "the server's answer is held back until it is complete, then the connection breaks: the lost COMMIT",
    "stall": "nothing is passed on any more, on any connection, and nothing is closed",
    "terminate": "pg_terminate_backend of the session, which has ended when the message arrives",
    "terminate-during": "the message is passed on and the session terminated at once",
    "restart": "the message is passed on, the server stops at once (pg_ctl -m immediate) and starts again",
}

LAST_WORDS = 10  # seconds that what a process sent before its end may take to arrive
UNIT_ENDS = set("QSFHpdcfX")  # and Execute, unless its Sync follows


class Connection:
    def __init__(self, client):
        self.client = client
        self.server = None
        self.from_client = wire.Messages(begins_untyped=True)
        self.from_server = wire.Messages(begins_untyped=False)
        self.counted = True
        self.backend = 0
        self.unit = []  # messages of the client that belong together, until they are complete
        self.held_for = None  # the kind of the message whose answer is swallowed
        self.held = bytearray()

    def next_unit(self):
        """(kind of its last message, bytes), or None until more has come."""
        while True:
            if self.unit and self.unit[-1][0] == "E" and self.from_client.buffer[:1] not in (b"", b"S", b"H"):
                return self._take_unit()
            found = self.from_client.next()
            if found is None:
                return None
            self.unit.append(found)
            if found[0] == "" or found[0] in UNIT_ENDS:
                return self._take_unit()

    def _take_unit(self):
        taken, self.unit = self.unit, []
        return taken[-1][0], b"".join(whole for _, whole in taken)

    def close(self):
        for end in (self.client, self.server):
            if end:
                end.close()


class Proxy:
    """Forwards between a listening port of its own and `port`, in a thread of its own, until close()."""

    def __init__(self, port, fault=None, at=0, terminate=None, stop_server=None):
        self.server_port = port
        self.fault, self.at = fault, at
        self.terminate, self.stop_server = terminate, stop_server
        self.sent = []  # one line for each message counted
        self.fired = threading.Event()
        self.stalled = False
        self.process_known = threading.Event()
        self.process = None
        self.connections = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.waker, self.wake_end = socket.socketpair()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        self.selector.register(self.wake_end, selectors.EVENT_READ, lambda: None)
        self.ending = False
        self.failure = None
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def is_for(self, process):
        """The process that the signals go to."""
        self.process = process
        self.process_known.set()

    def close(self):
        """After the process has ended: what it sent last is still handled."""
        self.process_known.set()
        end = time.monotonic() + LAST_WORDS
        while self.connections and self.thread.is_alive() and not self.stalled and time.monotonic() < end:
            time.sleep(0.002)
        self.ending = True
        self.waker.send(b"x")
        self.thread.join()
        for connection in list(self.connections):
            connection.close()
        self.selector.close()
        for end in (self.listener, self.waker, self.wake_end):
            end.close()
        if self.failure:
            raise self.failure

    def _serve(self):
        try:
            while not self.ending:
                for key, _ in self.selector.select():
                    # An earlier event of the same round may have closed it, or stalled everything.
                    if key.fileobj.fileno() >= 0 and (not self.stalled or key.fileobj is self.wake_end):
                        key.data()
        except Exception as failure:  # handed to the thread that calls close()
            self.failure = failure

    def _accept(self):
        client, _ = self.listener.accept()
        connection = Connection(client)
        self.connections.add(connection)
        self._watch(client, lambda: self._receive(connection, client, self._from_client))

    def _watch(self, end, receive):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(end, selectors.EVENT_READ, receive)

    def _receive(self, connection, end, pass_on):
        try:
            data = end.recv(1 << 18)
            if data:
                return pass_on(connection, data)
        except ConnectionError:
            pass
        self._drop(connection)

    def _drop(self, connection):
        for end in (connection.client, connection.server):
            if end and end.fileno() >= 0:
                with contextlib.suppress(KeyError):
                    self.selector.unregister(end)
        connection.close()
        self.connections.discard(connection)

    def _from_client(self, connection, data):
        connection.from_client.feed(data)
        while connection in self.connections and not self.stalled:
            unit = connection.next_unit()
            if unit is None:
                return
            self._handle(connection, *unit)

    def _handle(self, connection, kind, data):
        if kind == "" and not self._begins(connection, data):
            return
        if not connection.counted or self.fired.is_set():
            return self._send(connection, data)
        self.sent.append(describe(kind, data))
        if len(self.sent) != self.at:
            return self._send(connection, data)
        self.fired.set()
        getattr(self, "_" + self.fault.replace("-", "_"))(connection, kind, data)

    def _begins(self, connection, data):
        """True when the first message is one to pass on."""
        code = wire.startup_code(data)
        if code in wire.DENIED_REQUESTS:
            connection.client.sendall(b"N")
            return False
        connection.from_client.untyped = False
        try:
            connection.server = socket.create_connection(("127.0.0.1", self.server_port))
        except ConnectionError:
            self._drop(connection)
            return False
        server = connection.server
        self._watch(server, lambda: self._receive(connection, server, self._from_server))
        if code == wire.CANCEL_REQUEST:
            connection.counted = False
        else:
            parameters = wire.startup_parameters(data)
            name = parameters.get("application_name") or parameters.get("fallback_application_name") or ""
            connection.counted = not name.endswith(("(monitor)", "(lease)"))
        return True

    def _send(self, connection, data):
        try:
            connection.server.sendall(data)
        except ConnectionError:
            self._drop(connection)

    def _from_server(self, connection, data):
        connection.from_server.feed(data)
        while (found := connection.from_server.next()) is not None:
            kind, whole = found
            if kind == "K":
                connection.backend = int.from_bytes(whole[5:9], "big")
            if connection.held_for is not None and is_end_of_answer(connection.held_for, kind, whole):
                return self._drop(connection)
        if connection.held_for is None:
            connection.client.sendall(data)

    # The faults.

    def _signal(self, number):
        self.process_known.wait()
        if self.process:
            self.process.send_signal(number)

    def _sigkill(self, connection, _, data):
        self._send(connection, data)
        self._signal(signal.SIGKILL)

    def _sigterm(self, connection, _, data):
        self._signal(signal.SIGTERM)
        self._send(connection, data)

    def _cut_before(self, connection, *_):
        self._drop(connection)

    def _cut_after(self, connection, _, data):
        self._send(connection, data)
        self._drop(connection)

    def _swallow(self, connection, kind, data):
        connection.held_for = kind
        self._send(connection, data + (wire.message("H") if kind == "E" else b""))
        if kind in "dfX" and kind:  # nothing answers these
            self._drop(connection)

    def _stall(self, *_):
        self.stalled = True
        for end in [key.fileobj for key in list(self.selector.get_map().values())]:
            if end is not self.wake_end:
                self.selector.unregister(end)

    def _terminate(self, connection, _, data):
        if connection.backend:
            self.terminate(connection.backend, True)
        self._send(connection, data)

    def _terminate_during(self, connection, _, data):
        self._send(connection, data)
        if connection.backend:
            self.terminate(connection.backend, False)

    def _restart(self, connection, _, data):
        self._send(connection, data)
        self.stop_server()


def is_end_of_answer(sent, kind, whole):
    """Whether `kind` is the server's last word on a message of kind `sent`."""
    if sent in ("", "p"):
        return kind in "EZ" or (kind == "R" and whole[5:9] != b"\0\0\0\0")
    return kind == "Z" or kind == "G" or (sent == "E" and kind in "CsIE") or (sent == "H" and kind in "CsIET")


def describe(kind, data):
    """A line for people: "Q BEGIN RESET ALL ..."."""
    if kind == "":
        return "startup"
    if kind not in ("Q", "S", "E", "H"):
        return {"p": "password", "d": "COPY data", "c": "COPY end", "f": "COPY fail", "X": "terminate"}[kind]
    texts = data[5:].split(b"\0")
    text = texts[0] if kind == "Q" else texts[1] if data[:1] == b"P" else b"prepared"
    text = " ".join(text.decode(errors="replace").split())
    return f"{kind} {text}" if len(text) <= 160 else f"{kind} {text[:80]} ... {text[-80:]}"
