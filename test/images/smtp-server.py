"""An SMTP server for tests: prints its port, then each session that delivered a message as a line of JSON.

Arguments: the kind (none, starttls, tls), a certificate with its key, and the code of RCPT (250 accepts).
"""

import base64
import json
import socket
import ssl
import sys

kind, certificate, rcpt = sys.argv[1:4]


def serve(connection):
    session = {"rcpt": [], "tls": kind == "tls", "user": None, "password": None}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if kind != "none" else None
    if context:
        context.load_cert_chain(certificate)
    if kind == "tls":
        connection = context.wrap_socket(connection, server_side=True)
    file = connection.makefile("rwb")

    def say(text):
        file.write(text.encode() + b"\r\n")
        file.flush()

    say("220 test")
    while True:
        line = file.readline().decode().strip()
        word = line.split(" ")[0].upper()
        if word == "EHLO":
            offers = ["STARTTLS"] if kind == "starttls" and not session["tls"] else ["AUTH PLAIN"]
            say("\r\n".join(["250-test", *("250-" + offer for offer in offers), "250 OK"]))
        elif word == "STARTTLS":
            say("220 go")
            connection = context.wrap_socket(connection, server_side=True)
            file = connection.makefile("rwb")
            session["tls"] = True
        elif word == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            session.update(user=user, password=password)
            say("235 ok" if password == "right" else "535 no")
        elif word == "MAIL":
            session["from"] = line.split(":", 1)[1].split(" ")[0]
            say("250 ok")
        elif word == "RCPT":
            session["rcpt"].append(line.split(":", 1)[1])
            say(f"{rcpt} said")
        elif word == "DATA":
            say("354 send")
            data = []
            while True:
                row = file.readline()
                if row == b".\r\n":
                    break
                data.append(row.decode())
            session["message"] = "".join(data)
            print(json.dumps(session), flush=True)
            say("250 ok")
        elif word == "QUIT":
            say("221 bye")
            return
        elif word == "":
            return
        else:
            say("250 ok")


server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    accepted, _ = server.accept()
    try:
        serve(accepted)
    except OSError:
        pass
