"""What a table as CSV must say, if its rows as JSON Lines are true."""
import csv
import io
import json


def rows_of(text):
    """The rows of JSON Lines, with numbers as they stand there."""
    return [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines()]


def cells_of(text):
    """(names, rows) of CSV, whose lines must end as RFC 4180 asks for, and be equally long."""
    assert text.count("\n") == text.count("\r\n")
    names, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert all(len(row) == len(names) for row in rows)
    return names, rows


def plain(value):
    """A value of JSON as a cell of CSV: escaped as for a terminal."""
    words = {None: "", True: "true", False: "false"}
    if not isinstance(value, str):
        return words[value]
    return "".join("\\\\" if c == "\\" else c if " " <= c <= "~" else
                   "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in value)


def expected_cells(names, rows):
    """A key that is left out, or null, is an empty cell."""
    assert all(set(row) <= set(names) for row in rows)
    return [[plain(row.get(name)) for name in names] for row in rows]
