"""Runs a command on a terminal of its own, types for it, and prints all that the terminal showed.

    terminal.py COMMAND [ARGUMENT]... < STEPS

STEPS is a JSON list. {"prompt": TEXT} waits until the terminal's last line is TEXT and the command itself is
in the foreground; {"runs": [NAME, ...]} until the processes of these names, and no others, are; {"shows": TEXT}
until TEXT was shown since the last typing; {"type": TEXT} types. What is
typed before a program or the shell waits for it may be lost or echoed twice, as the terminal changes its mode. After the last step the command is to end by itself. Our exit
status is its own; 98 where a step waits for more than a minute.
"""

import json
import os
import pty
import select
import sys
import time

PATIENCE = 60  # seconds


class Terminal:
    def __init__(self, argv):
        self.shown = b""
        self.seen = 0  # how much of it earlier steps have looked at
        self.ended = False
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvp(argv[0], argv)

    def read(self, patience):
        ready, _, _ = select.select([self.master], [], [], patience)
        if ready:
            try:
                more = os.read(self.master, 65536)
            except OSError:  # EIO: nobody has the terminal open any more
                more = b""
            self.ended = more == b""
            self.shown += more

    def wait(self, what, condition):
        limit = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > limit or self.ended:
                sys.stderr.write(f"terminal: waited for {what}; shown so far:\n{self.shown.decode()}\n")
                os._exit(98)
            self.read(0.02)

    def leader(self):
        """The foreground process group."""
        return os.tcgetpgrp(self.master)

    def foreground(self):
        """Names of the processes in the foreground."""
        leader = self.leader()
        names = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
                    before, after = file.read().rsplit(")", 1)
            except OSError:  # it has just ended
                continue
            if int(after.split()[2]) == leader:
                names.append(before.split("(", 1)[1])
        return sorted(names)


def main():
    terminal = Terminal(sys.argv[1:])
    shell = None
    for step in json.load(sys.stdin):
        if "prompt" in step:
            text = step["prompt"].encode()
            terminal.wait(
                step,
                lambda: terminal.shown[terminal.seen :].endswith(text)
                and shell in (None, terminal.leader()),
            )
            shell = shell or terminal.leader()
        elif "runs" in step:
            # Before its exec a child of the shell ignores what the terminal would send.
            terminal.wait(step, lambda: terminal.foreground() == sorted(step["runs"]))
        elif "shows" in step:
            text = step["shows"].encode()
            terminal.wait(step, lambda: text in terminal.shown[terminal.seen :])
        else:
            terminal.seen = len(terminal.shown)
            os.write(terminal.master, step["type"].encode())
    while not terminal.ended:
        terminal.read(PATIENCE)
    _, status = os.waitpid(terminal.pid, 0)
    sys.stdout.write(terminal.shown.decode().replace("\r\n", "\n"))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main() & 0xFF)
