"""Where the captures are that the tests run over: the repository's, and with CONNMON_CAPTURES=FOLDER
those of that folder, too.

A capture is tested once CAPTURE and CAPTURE.oracle.tsv (or that with .gz) lie in one of them.
"""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
CAPTURES = ROOT / "captures"
OWN = [CAPTURES, CAPTURES / "cases"]
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
