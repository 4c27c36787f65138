"""Translates the Autobahn test suite, which is written in Python 2, into what Python 3 runs.

    translate.py WHEEL FOLDER

Of the published wheel only the fuzzing client and the cases are taken, and what they say of a server is left as it is:
the syntax is changed by `fissix`, and the few lines below change what Python 3 has no equal for. A string of Python 2 is
bytes; here it is a text of the characters 0 to 255, one for each byte, and `python2.py` and `run.py` turn the one into the
other where the suite meets the network. Each patch must find its place, so that another release of the suite is no silent
mistake. What it says of three servers, good and bad, was compared with what the original says under Python 2: it is the same in
every case.
"""

import re
import sys
import zipfile
from pathlib import Path

from fissix.refactor import RefactoringTool, get_fixers_from_package

PACKAGE = "autobahntestsuite"

# Not translated: they need a compression extension, which no testee here has, or measure without end.
LEFT_OUT = re.compile(r"case/case(12_x_x|9_9_1)\.py$")

# In every file that has it.
EVERYWHERE = [
    (r"^import binascii$", "import python2 as binascii"),
    (r"^import os, json, binascii, time, textwrap, pkg_resources$",
     "import os, json, time, textwrap, python2 as binascii"),
    (r"^from (case\w*) import", r"from .\1 import"),
    (r"from autobahn.websocket.utf8validator import", "from python2 import"),
    # A class of the new style needs no other ancestor.
    (r"\(object, Case, \)", "(Case, )"),
]

# In this file, exactly so often.
PATCHES = {
    "case/__init__.py": [
        (r"^from case(12_x_x|9_9_1) import \*$", "", 2),
        (r"^Cases\.extend\(Case1[23]_X_X\)$", "", 2),
        (r"^CaseSubCategories\.update\(Case1[23]_X_X_CaseSubCategories\)$", "", 2),
    ],
    # The words of a pickle depend on which strings are one object; what is meant is that they are equal.
    "case/case.py": [(r"pickle\.dumps\(obj1\) == pickle\.dumps\(obj2\)", "obj1 == obj2", 1)],
    "case/case10_1_1.py": [(r" / self\.p\.auto", " // self.p.auto", 1)],
    "fuzzing.py": [
        # Only secured sockets need it.
        (r"^from twisted\.internet import reactor, ssl$",
         "from twisted.internet import reactor\nimport python2 as ssl", 1),
        # Reports as pages are not made.
        (r"^from report import (.*\\\n)+.*$", "", 1),
    ],
}

FIXERS = ["basestring", "dict", "except", "exec", "has_key", "long", "ne", "print", "raise", "reduce", "types",
          "unicode", "xrange"]


def patched(name, text):
    """The text of a file after the patches for it."""
    for pattern, new, times in PATCHES.get(name, []):
        text, found = re.subn(pattern, new, text, flags=re.MULTILINE)
        if found != times:
            sys.exit(f"{name}: {pattern!r} is there {found} times, and not {times}: is it another release?")
    for pattern, new in EVERYWHERE:
        text = re.sub(pattern, new, text, flags=re.MULTILINE)
    return text


def main(wheel, folder):
    """Writes the translated package into the folder."""
    fixers = [f"fissix.fixes.fix_{name}" for name in FIXERS]
    missing = set(fixers) - set(get_fixers_from_package("fissix.fixes"))
    assert not missing, missing
    tool = RefactoringTool(fixers)
    wanted = re.compile(rf"{PACKAGE}/((fuzzing|caseset)\.py|case/\w+\.py)$")
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            if not wanted.match(entry) or LEFT_OUT.search(entry):
                continue
            name = entry.removeprefix(f"{PACKAGE}/")
            # One character a byte, also in literals.
            text = patched(name, archive.read(entry).decode("latin-1").replace("\r\n", "\n"))
            text = str(tool.refactor_string(text.rstrip() + "\n", entry))
            target = Path(folder, entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            count += 1
        version = re.search(rf"{PACKAGE}-([^/]+)\.dist-info/", " ".join(archive.namelist()))[1]
    Path(folder, PACKAGE, "__init__.py").write_text(f'version = "{version}"\n', encoding="utf-8")
    print(f"translated {count} files of {PACKAGE} {version}")


if __name__ == "__main__":
    main(*sys.argv[1:])
