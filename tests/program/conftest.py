"""Options and fixtures of the tests of the command line.

    pytest tests/program --program build/release/src/program/connmon
"""
import os
import pathlib
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Who runs the tests in the background may have had these ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.path[:0] = [str(ROOT / "tests"), str(pathlib.Path(__file__).parent)]


def pytest_addoption(parser):
    default = ROOT / "build/release/src/program/connmon"
    parser.addoption("--program", default=str(default), help="the program to test [%(default)s]")
    parser.addoption("--mutants", type=int, default=20, help="damaged captures to read [%(default)s]")


def pytest_generate_tests(metafunc):
    if "mutant" in metafunc.fixturenames:
        metafunc.parametrize("mutant", range(metafunc.config.getoption("--mutants")))


class Connmon:
    """The program, and what it said."""

    def __init__(self, path):
        self.path = str(pathlib.Path(path).resolve())
        self.environment = {**os.environ, "COLUMNS": "", "TZ": "UTC", "LC_ALL": "C.UTF-8",
                            "UBSAN_OPTIONS": "print_stacktrace=1"}

    def run(self, *args, stdin=b"", status=0, **more):
        """To its end, which must have this exit status; bytes in, text out."""
        done = subprocess.run([self.path, *map(str, args)], input=stdin, capture_output=True,
                              timeout=60, env=self.environment, **more)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == status, done.stderr
        return done

    def start(self, *args, **files):
        files = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                 **files}
        return subprocess.Popen([self.path, *map(str, args)], env=self.environment, **files)

    def refuses(self, *args, status, names, **more):
        """Ends with one line on standard error that names what is wrong. Returns what it printed."""
        done = self.run(*args, status=status, **more)
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("connmon: ")]
        assert names in line
        return done


@pytest.fixture(scope="session")
def connmon(request):
    path = request.config.getoption("--program")
    if not os.access(path, os.X_OK):
        pytest.exit(f"no program at {path}: build it, or name it with --program", returncode=2)
    return Connmon(path)
