# SPDX-License-Identifier: GPL-2.0-or-later
"""One virtual machine to talk to: keys in, pictures and serial lines out.

Python, because QEMU's control protocol is JSON over a socket and two machines run at a time.
"""

import json
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import screen

UEFI = ["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
        "-drive", "if=pflash,format=raw,snapshot=on,file=/usr/share/OVMF/OVMF_VARS_4M.fd"]
IOMMU = ["-machine", "q35,kernel-irqchip=split", "-device", "intel-iommu,intremap=on"]
# Without the check for a working timer, which fails at times where the host is busy; a panic ends the machine.
KERNEL = "console=ttyS0 no_timer_check panic=-1"
# Nothing may run longer, whatever becomes of the process that started it.
LIFETIME = 900

# What a key is called in QEMU's protocol, where it is not the character itself; and what is above it on a US keyboard.
KEYS = {"\n": "ret", " ": "spc", "-": "minus", "=": "equal", "/": "slash", ".": "dot", ",": "comma", ";": "semicolon",
        "\\": "backslash", "\b": "backspace"}
SHIFTED = {"(": "9", ")": "0", ">": ".", "|": "\\", "_": "-", ":": ";", "&": "7", "*": "8"}


class Failure(Exception):
    """A promise was not kept; the text says which."""


class Skip(Exception):
    """What a story needs cannot be had here; the text says why. Counted, never silent."""


def unwrapped(text: str) -> str:
    """What earlybind prints, a sentence a line and without its colours: a line that begins with four blanks goes on with
    the one before it."""
    return re.sub(r"\n {4,}", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


class VM:
    """A running machine. Serial line 0 is the kernel's console, line 1 a shell in the booted root."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        # A socket's path must be short, and that of the directory may not be.
        self._sockets = tempfile.TemporaryDirectory(prefix="vm-")
        self.lines = ["", ""]
        self.text = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._qmp: socket.socket | None = None

    def start(self, arguments: Iterable[str]) -> None:
        at = Path(self._sockets.name)
        command = ["timeout", "--foreground", "--kill-after=5", str(LIFETIME), "qemu-system-x86_64", "-nodefaults",
                   "-no-user-config", "-no-reboot", "-display", "none", "-qmp", f"unix:{at}/qmp,server=on,wait=off"]
        for line, log in enumerate(["serial.log", "shell.log"]):
            command += ["-chardev", f"socket,id=line{line},path={at}/line{line},server=on,wait=off,"
                        f"logfile={self.directory}/{log}", "-serial", f"chardev:line{line}"]
        command += arguments
        (self.directory / "command").write_text(" \\\n  ".join(command) + "\n")
        self.started = time.monotonic()
        with (self.directory / "qemu.log").open("w") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self._qmp = self._connect(at / "qmp")
        self._serial = [self._connect(at / f"line{line}") for line in range(2)]
        self._qmp_input = self._qmp.makefile("r")
        self._command("qmp_capabilities")

    def _connect(self, path: Path) -> socket.socket:
        for _ in range(200):
            if not self.process or self.process.poll() is not None:
                break
            try:
                connection = socket.socket(socket.AF_UNIX)
                connection.settimeout(30)
                connection.connect(str(path))
                return connection
            except OSError:
                connection.close()
                time.sleep(0.05)
        raise Failure(f"QEMU did not start; {self._last_words()}")

    def _command(self, name: str, **arguments: object) -> object:
        if not self._qmp:
            raise Failure(f"QEMU has not been started: no {name}")
        try:
            self._qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
            while line := self._qmp_input.readline():
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise Failure(f"QEMU refused {name}: {answer['error']['desc']}")
        except OSError as error:
            raise Failure(f"QEMU did not answer {name}: {error}; {self._last_words()}") from error
        raise Failure(f"QEMU ended during {name}; {self._last_words()}")

    def _last_words(self) -> str:
        return f"its own words: {(self.directory / 'qemu.log').read_text().strip() or 'none'}"

    def _panic(self) -> str:
        found = re.search("Kernel panic - .*", self.lines[0])
        return f"; {found[0]}" if found else ""

    def quit(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._sockets.cleanup()

    def plug_in(self, device: str, port: str) -> None:
        """Plug a device into a PCIe port that has this id."""
        self._command("device_add", driver=device, id=f"in-{port}", bus=port)

    def age(self) -> float:
        return time.monotonic() - self.started

    # Serial lines

    def _pump(self, seconds: float) -> bool:
        """Take in what the serial lines say; False when the machine is gone."""
        ready, _, _ = select.select(self._serial, [], [], seconds)
        for connection in ready:
            data = connection.recv(65536)
            if not data:
                return False
            self.lines[self._serial.index(connection)] += data.decode(errors="replace").replace("\r", "")
        return True

    def wait_serial(self, pattern: str, timeout: float, line: int = 0, since: int = 0) -> re.Match[str]:
        deadline = time.monotonic() + timeout
        while True:
            if found := re.search(pattern, self.lines[line][since:], re.MULTILINE):
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"serial line {line} did not say {pattern!r} within {timeout:.0f} s")
            if not self._pump(min(left, 1)):
                if found := re.search(pattern, self.lines[line][since:], re.MULTILINE):
                    return found
                raise Failure(f"the machine ended before serial line {line} said {pattern!r}{self._panic()}")

    def settle(self, seconds: float) -> None:
        """Until the serial lines have been silent for so long, a minute at most."""
        deadline = time.monotonic() + 60
        silent_since, said = time.monotonic(), 0
        while time.monotonic() - silent_since < seconds and time.monotonic() < deadline:
            self._pump(0.2)
            if (now := sum(map(len, self.lines))) != said:
                silent_since, said = time.monotonic(), now

    def run(self, command: str, timeout: float = 60) -> tuple[str, int]:
        """Run a command in the booted root: its output, both streams, and its status."""
        since = len(self.lines[1])
        mark = f"end-{since}"
        self._serial[1].sendall(f"{{ {command}\n}} 2>&1; echo \"{mark[:3]}\"\"{mark[3:]} $?\"\n".encode())
        found = self.wait_serial(rf"{mark} (\d+)\n", timeout, line=1, since=since)
        text = self.lines[1][since:since + found.start()]
        return (unwrapped(text) if "earlybind --" in command else text), int(found[1])

    def must(self, command: str, timeout: float = 60) -> str:
        """The same for commands that have to succeed, each of them; their output alone."""
        text, status = self.run(f"( set -e\n{command}\n)", timeout)
        if status:
            raise Failure(f"in the machine, `{command.strip()}` ended with status {status}: {text.strip()}")
        return text

    # Keyboard and screen

    def type(self, text: str) -> None:
        for character in text:
            shift = character.isupper() or character in SHIFTED
            plain = SHIFTED.get(character, character.lower())
            codes = ["shift"] * shift + [KEYS.get(plain, plain)]
            keys = [{"type": "qcode", "data": code} for code in codes]
            self._command("send-key", **{"keys": keys, "hold-time": 40})
            # The emulated keyboard remembers a few keys only, and the machine may be slow to fetch them.
            time.sleep(0.1)

    def look(self, head: str) -> screen.Picture:
        """The picture on the screen of the display device with this id."""
        path = Path(self._sockets.name) / f"{head}.ppm"
        self._command("screendump", filename=str(path), device=head)
        return screen.load_ppm(path)

    def read(self, head: str) -> str:
        return screen.read(self.look(head))

    def keep_picture(self, head: str, name: str) -> Path:
        path = self.directory / name
        screen.write_png(self.look(head), path)
        return path

    def shows(self, head: str, pattern: str, timeout: float) -> bool:
        """Does this screen come to show the pattern? A picture that stays the same is read once."""
        deadline = time.monotonic() + timeout
        last = None
        while True:
            picture = self.look(head)
            if last is None or screen.changed_cells(last, picture) > 1:
                last, self.text = picture, screen.read(picture)
                if re.search(pattern, self.text, re.MULTILINE):
                    return True
            if time.monotonic() > deadline:
                return False
            if not self._pump(0.5):
                raise Failure(f"the machine ended before the screen of {head} showed {pattern!r}{self._panic()}")

    def wait_screen(self, head: str, pattern: str, timeout: float) -> None:
        if not self.shows(head, pattern, timeout):
            raise Failure(f"the screen of {head} did not show {pattern!r} within {timeout:.0f} s; it shows:\n"
                          + self.text)

    def answers(self, head: str, keys: str, seconds: float) -> bool:
        """Do these keys change more of this screen than a blinking cursor?"""
        before = self.look(head)
        self.type(keys)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._pump(0.5)
            if screen.changed_cells(before, self.look(head)) > 2:
                return True
        return False
