"""A screen of our own, and Wireshark's windows on it as a screen reader has them.

Each widget has a role, a name and children, so what a window shows can be read as text and a menu
item found by its name (AT-SPI). Keys and clicks come from xdotool.
"""
import contextlib
import os
import re
import subprocess
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

import harness  # noqa: E402

PATIENCE = 60  # seconds until something that should appear is missed


def wait_for(what, ask):
    """The first answer that is not nothing."""
    end = time.monotonic() + PATIENCE
    events = GLib.MainContext.default()
    while time.monotonic() < end:
        while events.iteration(False):  # of widgets, which would else be those of long ago
            pass
        with contextlib.suppress(GLib.Error):  # a widget that went away, or is not ready
            answer = ask()
            if answer:
                return answer
        time.sleep(0.1)
    raise harness.Failure(f"waited {PATIENCE} s in vain for {what}")


def first_line(stream, process):
    line = stream.readline().strip()
    if not line:
        raise harness.Failure(f"{process.args} did not start")
    return line


def children(widget):
    return [widget.get_child_at_index(i) for i in range(widget.get_child_count())]


def find(widget, role, name, depth=12):
    """The first widget of that role and name below this one, or None. What is a "push button" in one
    version is a "button" in the next."""
    for child in children(widget) if depth else []:
        if child.get_role_name().endswith(role) and child.get_name() == name:
            return child
        # A list of packets has thousands of cells, and no widgets among them.
        found = None if child.get_role_name() == "tree" else find(child, role, name, depth - 1)
        if found:
            return found
    return None


class Desktop:
    """An X server and a message bus, for the user that Wireshark runs as."""

    def __init__(self, wireshark, screenshots=None):
        self.wireshark, self.processes = wireshark, []
        self.screenshots = screenshots
        self.runtime = tempfile.mkdtemp(dir=wireshark.home)
        self.env = {**wireshark.environment(), "XDG_RUNTIME_DIR": self.runtime,
                    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_QPA_PLATFORM": "xcb"}

    def __enter__(self):
        recent = self.wireshark.home / ".config/wireshark/recent_common"
        recent.write_text("gui.geometry_main_x: 0\ngui.geometry_main_y: 0\n"
                          "gui.geometry_main_width: 1280\ngui.geometry_main_height: 760\n")
        display = self.serve("Xvfb", "-screen", "0", "1280x800x24", "-nolisten", "tcp",
                             "-displayfd", "1")
        self.env["DISPLAY"] = f":{display}"
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.serve("dbus-daemon", "--session",
                                                          "--print-address", "--nofork")
        for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            os.environ[name] = self.env[name]
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(timeout=PATIENCE)

    def serve(self, *command):
        """Starts a server; returns what it says first."""
        process = subprocess.Popen(self.wireshark.command(*command), env=self.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return first_line(process.stdout, process)

    def xdotool(self, *args):
        done = subprocess.run(["xdotool", *map(str, args)], env=self.env, capture_output=True,
                              text=True, timeout=PATIENCE)
        return done.stdout.split()

    def window(self, title):
        """The X server's number of the visible window of that title."""
        return wait_for(f"the window {title}", lambda: self.xdotool(
            "search", "--onlyvisible", "--name", f"^{re.escape(title)}$"))[-1]

    def picture(self, title, name):
        if self.screenshots:
            subprocess.run(["import", "-window", self.window(title),
                            self.screenshots / f"{name}.png"], env=self.env, check=True)


class Gui:
    """Wireshark with a capture open. One only: who listens while Wireshark registers upsets that."""

    def __init__(self, desktop, capture, *args):
        self.desktop, self.wireshark = desktop, desktop.wireshark
        self.capture = self.wireshark.share(capture)
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            self.wireshark.command("wireshark", "-n", "-C", "connmon", "-r", self.capture, *args),
            env=desktop.env, cwd=self.wireshark.dir, stdout=self.log, stderr=self.log)

    def __enter__(self):
        try:
            self.focus(self.capture.name)
            Atspi.init()
            self.application = wait_for("Wireshark", self.find_application)
            self.main = wait_for("the main window", lambda: self.find_window(self.capture.name))
            wait_for("the end of loading", self.packet_count)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.log.close()

    def find_application(self):
        if self.process.poll() is not None:
            raise harness.Failure(f"Wireshark ended: {self.messages()}")
        return next((a for a in children(Atspi.get_desktop(0))
                     if a and a.get_process_id() == self.process.pid), None)

    def messages(self):
        """But for Qt 6's, of a widget that is gone when its text is asked for."""
        self.log.seek(0)
        return "".join(line for line in self.log if "accessible on path" not in line)

    def titles(self):
        return sorted(w.get_name() for w in children(self.application) if w)

    def find_window(self, title):
        return next((w for w in children(self.application) if w and w.get_name() == title), None)

    def focus(self, title):
        self.desktop.xdotool("windowfocus", "--sync", self.desktop.window(title))

    def packet_count(self):
        """Of the status bar: "Packets: 42", "Packets: 42 · Displayed: 17 (40.5%)"."""
        bar = next(w for w in children(self.main) if w.get_role_name() == "status bar")
        texts = [w.get_name() for part in children(bar) for w in children(part)]
        return next((text for text in texts if text.startswith("Packets:")), "")

    def press(self, role, name):
        """A button, or an item of a menu."""
        widget = wait_for(f"{role} {name}", lambda: find(self.main, role, name))
        Atspi.Action.do_action(widget, 0)

    def tree(self, name):
        return wait_for(name, lambda: find_tree(self.main, name))

    def packet_list(self):
        """The titles of the columns, and a list of texts per packet."""
        tree = self.tree("Packet list")
        columns = Atspi.Table.get_n_columns(tree)
        texts = [cell.get_name() for cell in children(tree)]
        rows = [texts[i:i + columns] for i in range(0, len(texts), columns)]
        return rows[0], rows[1:]

    def details(self):
        return [cell.get_name() for cell in children(self.tree("Packet details"))]

    def unfold(self, line):
        """Opens the part of the details that the line heads."""
        cell = wait_for(line, lambda: next(
            (c for c in children(self.tree("Packet details")) if c.get_name() == line), None))
        place = Atspi.Component.get_extents(cell, Atspi.CoordType.SCREEN)
        self.desktop.xdotool("mousemove", place.x + place.width // 2, place.y + place.height // 2,
                             "click", 1, "key", "Right")
        wait_for(f"what is below {line}", lambda: self.details()[-1] != line)


def find_tree(widget, name):
    for child in children(widget):
        if child.get_role_name() == "tree":
            if child.get_name() == name:
                return child
        else:
            found = find_tree(child, name)
            if found:
                return found
    return None
