"""Runs a command on a pseudo-terminal and answers its prompts.

The arguments are a JSON list of pairs [prompt, answer] and the command. The exit code is the command's.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
unread = ""
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # Linux: the command has closed the terminal
        break
    if not chunk:
        break
    text = chunk.decode(errors="replace")
    sys.stdout.write(text)
    unread += text
    if steps and steps[0][0] in unread:
        os.write(terminal, steps.pop(0)[1].encode())
        unread = ""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
