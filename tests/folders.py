"""Where the captures are that the tests run over: the repository's, and with CONNMON_CAPTURES=FOLDER
those of that folder, too.

A capture is tested once CAPTURE and CAPTURE.oracle.tsv (or that with .gz) lie in one of them. What
is made of a packet's values, tables and lists, does not depend on Wireshark's version: with
CONNMON_ONCE=1, where another version has passed on all captures, it is tested on the cases alone,
and what only the core decides is not tested again.
"""
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
CAPTURES = ROOT / "captures"
CASES = CAPTURES / "cases"
OWN = [CAPTURES, CASES]
MORE = [pathlib.Path(folder).resolve() for folder in [os.environ.get("CONNMON_CAPTURES")] if folder]
FOLDERS = OWN + MORE

if not all(folder.is_dir() for folder in MORE):
    raise FileNotFoundError(f"CONNMON_CAPTURES: no folder {MORE[0]}")


def discover(folders=FOLDERS):
    """(capture, its table) of each, by name; an earlier folder wins."""
    found = {}
    for folder in folders:
        for table in sorted(folder.glob("*.oracle.tsv*")):
            capture = folder / table.name.partition(".oracle.tsv")[0]
            found.setdefault(capture.name, (capture, table))
    return [found[name] for name in sorted(found)]


def is_further(capture):
    """Tests cannot name what is special about such a one."""
    return capture.parent in MORE


ONCE = bool(os.environ.get("CONNMON_ONCE"))
VIEWED = [capture for capture, _ in discover([CASES] if ONCE else FOLDERS)]
of_any_version = pytest.mark.skipif(ONCE, reason="another version of Wireshark has passed")
