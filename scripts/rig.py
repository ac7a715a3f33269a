"""What demo, kill-9 and bench share: a Dovecot of our own, mail into it, `pouch serve` against it, and a look at how far
it is. It reads Pouch's database, never writes it. Python's standard library only.
"""
import ctypes
import json
import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
POUCH = TOP / "target" / "release" / "pouch"
SANDBOX = TOP / "testbed" / "dovecot-sandbox"
CHAIR, UNODA = "chair@example.org", "unoda@example.org"
CONFIG = """# Made by {maker}; thrown away with its folder.
listen = "127.0.0.1:{port}"

[call]
title = "Written inputs of stakeholders (demonstration)"
event = 2023-12-06
addresses = ["chair@example.org", "unoda@example.org", "chair@oewg.example", "office@un.example",
             "cyberOEWGChair@oewg.example", "prizeman@un.example"]

[publish]
delay = "0s"
"""
ACCOUNT = """
[[account]]
name = "{name}"
host = "localhost"
port = {imaps}
user = "{user}"
password_file = "password"
ca_file = "{ca}"
"""


def die(words):
    sys.exit(f"{Path(sys.argv[0]).name}: {words}")


def build():
    """The programs that are missing, and the release binary."""
    try:
        for command in ([TOP / "scripts" / "install", "demo"], ["cargo", "build", "--release", "--locked"]):
            if subprocess.run(command, cwd=TOP).returncode:
                sys.exit(1)  # it has said why
    except KeyboardInterrupt:
        sys.exit(130)


def free_port(wanted):
    """`wanted` if nobody listens there, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                continue
    return die("no free port on 127.0.0.1")


def end_with_parent():
    """In a child before it runs: the kernel ends it when we end, however we end (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Dovecot:
    """A Dovecot on loopback, all of it in one folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if not fits_dovecot(self.folder):
            self.folder.symlink_to(tempfile.mkdtemp(prefix="pouch-dovecot-"))
        self.facts = json.loads(self.run("start"))
        self.serial = 0

    def run(self, verb, *args):
        done = subprocess.run([SANDBOX, verb, self.folder, *args], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            die(f"Dovecot: `{verb}` failed; see {self.folder}/dovecot.log")
        return done.stdout

    def stop(self):
        """Stops it; mail and log stay."""
        subprocess.run([SANDBOX, "stop", self.folder], stdout=subprocess.DEVNULL)

    def pid(self):
        return int((self.folder / "run" / "master.pid").read_text())

    def by_lmtp(self, mails):
        """Delivers (bytes, user) pairs as a mail server does: with fields of its own on top of each copy."""
        with smtplib.LMTP("127.0.0.1", self.facts["lmtp"]) as lmtp:
            for data, user in mails:
                lmtp.sendmail("sender@example.net", [user], data)

    def drop(self, data, user, box="INBOX"):
        """Puts the bytes into the Maildir as they are: written in tmp/, renamed into new/."""
        base = self.folder / "mail" / user / "Maildir"
        if box != "INBOX":
            base /= "." + box
        for part in (base, base / "tmp", base / "new", base / "cur"):
            if not part.is_dir():
                part.mkdir(parents=True)
                self.own(part)
        self.serial += 1
        name = f"{time.time():.6f}.P{os.getpid()}Q{self.serial}.rig"
        (base / "tmp" / name).write_bytes(data)
        self.own(base / "tmp" / name)
        os.rename(base / "tmp" / name, base / "new" / name)

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.facts["uid"], self.facts["gid"])


def fits_dovecot(folder):
    """Whether Dovecot can live there: its mail processes, if we are root, have another user id and must reach their
    files (a clone in /root is closed to them), and the path of a socket may have no more than 107 bytes (unix(7)).
    """
    open_to_all = os.geteuid() != 0 or all(one.stat().st_mode & 0o001 for one in folder.resolve().parents if one.exists())
    return open_to_all and len(str(folder.resolve())) < 70


def remove_dovecot(folder):
    """Stops a sandbox, also one that an earlier run left, and removes its folder."""
    folder = Path(folder)
    if (folder / "sandbox.json").exists():
        subprocess.run([SANDBOX, "stop", folder], stdout=subprocess.DEVNULL)
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()


def write_config(folder, dovecot, port, accounts=None, imaps=None):
    """A configuration for `pouch` in `folder`; `accounts` are (name, user), by default the Chair's and UNODA's."""
    (folder / "password").write_text(dovecot.facts["password"] + "\n")
    (folder / "password").chmod(0o600)
    text = CONFIG.format(maker=Path(sys.argv[0]).name, port=port)
    for name, user in accounts or [("chair", CHAIR), ("unoda", UNODA)]:
        text += ACCOUNT.format(name=name, user=user, imaps=imaps or dovecot.facts["imaps"], ca=dovecot.facts["ca"])
    config = folder / "pouch.toml"
    config.write_text(text)
    return config


class Pouch:
    """The service with its data folder and configuration, and the command line on both."""

    def __init__(self, data, config, log):
        self.data, self.config, self.log = Path(data), Path(config), Path(log)
        self.child = self.database = None

    def command(self, *args):
        return [str(POUCH), "--data", str(self.data), "--config", str(self.config), *args]

    def call(self, *args):
        """A command's output; None if it failed (its words go to the log)."""
        with open(self.log, "ab") as log:
            done = subprocess.run(self.command(*args), stdout=subprocess.PIPE, stderr=log)
        return done.stdout.decode() if done.returncode == 0 else None

    def serve(self):
        """Starts it in a process group of its own, so that Ctrl-C reaches us first."""
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.command("serve"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0,
                preexec_fn=end_with_parent)
        return self.child

    def stop(self, seconds=30):
        """TERM, and KILL for what is left after `seconds`; whether the service and its children ended by themselves."""
        if self.child is None or self.child.poll() is not None:
            return True
        all_of_it = family(self.child.pid)
        self.child.terminate()
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        until = time.monotonic() + 2
        while any(map(lives, all_of_it)) and time.monotonic() < until:
            time.sleep(0.05)
        left = [pid for pid in all_of_it if lives(pid)]
        end_now(left)
        self.child.wait()
        return not left

    def kill(self):
        """SIGKILL for the service and all that descends from it, at once."""
        end_now(family(self.child.pid))
        self.child.wait()

    def ask(self, sql, *values):
        """Rows of a read-only query; none while there is no database or no such table yet."""
        if self.database is None:
            self.database = next(filter(is_sqlite, self.data.glob("*")), None)
        if self.database is None:
            return []
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as database:
                return database.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return []

    def progress(self):
        """Copies known, copies not parsed yet, tasks left."""
        rows = self.ask("select count(*), coalesce(sum(settlement = 'received'), 0), (select count(*) from tasks) from copies")
        return rows[0] if rows else (0, 0, 0)

    def checked_since(self, seconds):
        """Whether every watched folder had a complete check after this moment (seconds since 1970)."""
        rows = self.ask("select count(*), coalesce(sum(last_check_at > $1), 0) from mailboxes where role <> 'import'",
                        int(seconds * 1e6))
        return bool(rows) and rows[0][0] > 0 and rows[0][0] == rows[0][1]

    def wait_for_rest(self, copies, seconds, look=None):
        """Until `copies` copies are known and nothing is left to do; whether that came in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = self.progress()
            if look:
                look(*now)
            if now[0] >= copies and now[1] == 0 and now[2] == 0:
                return True
            if self.child is not None and self.child.poll() is not None:
                die(f"`pouch serve` ended with {self.child.returncode}; see {self.log}")
            time.sleep(0.1)
        return False


def is_sqlite(path):
    """By its first bytes."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def lives(pid):
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end_now(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def family(pid):
    """The process and all that descend from it, now."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            pass  # it ended meanwhile
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
