"""A mail server of a few lines: takes every mail, keeps it in memory, and can misbehave on demand."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Session(socketserver.StreamRequestHandler):
    """One SMTP conversation. ``server.refuse``: recipients that are answered 550."""

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            verb = line.strip().split(b" ")[0].upper()
            if verb in (b"EHLO", b"HELO"):
                self.say("250 hello")
            elif verb == b"RCPT" and any(address.encode() in line for address in self.server.refuse):
                self.say("550 no such mailbox")
            elif verb == b"DATA":
                self.say("354 go on")
                self.server.mails.append(message_from_bytes(self.body(), policy=policy.default))
                if self.server.dies_after_mail:
                    return  # took the mail and never says so
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[EmailMessage] = []
        self.refuse: set[str] = set()
        self.dies_after_mail = False

    @property
    def port(self) -> int:
        return self.server_address[1]


@contextmanager
def mail_server():
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
