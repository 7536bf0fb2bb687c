"""The tables of the sources (*.def), as tests read them."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]


def arguments(text):
    """Of a macro's call, up to its closing bracket; strings without their quotes, put together."""
    found, depth = [""], 0
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|\s+|.', text):
        if part == "," and depth == 0:
            found.append("")
        elif part == ")" and depth == 0:
            return [re.sub(r'"\s*"', "", argument.strip()).strip('"') for argument in found]
        else:
            depth += (part == "(") - (part == ")")
            found[-1] += part
    raise ValueError(text)


def rows(path, *macros):
    """The rows of these macros, in their order: a list of arguments for each."""
    text = (ROOT / path).read_text()
    found = [arguments(text[row.end():]) for row in re.finditer(rf"^(?:{'|'.join(macros)})\(", text, re.M)]
    assert found, (path, macros)
    return found
