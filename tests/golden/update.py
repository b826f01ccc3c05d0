"""Rewrite the golden runs: ``python -m tests.golden.update "because of what results change"``.

Nothing is written without a reason: it goes into CHANGELOG.md, with the digest of the new outcomes.
"""

from __future__ import annotations

import re
import sys

from tests.golden.runs import CHANGELOG, FILE, RUNS, digest, label, outcome, written


def main(arguments: list[str]) -> int:
    """Run all golden runs, write them down and enter the reason into the changelog. Returns the exit code."""
    reason = " ".join(arguments).strip().removeprefix("because").strip().rstrip(".")
    outcomes = {label(*run): outcome(*run) for run in RUNS}
    name, text = digest(outcomes), written(outcomes)
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text and name in CHANGELOG.read_text(encoding="utf-8"):
        print(f"nothing has changed (golden {name})")
        return 0
    if not reason:
        print(
            'results change: say why – python -m tests.golden.update "the forecast window is longer"', file=sys.stderr
        )
        return 2
    FILE.write_text(text, encoding="utf-8")
    line = f"- results change: yes, because {reason} (golden {name})."
    CHANGELOG.write_text(entered(CHANGELOG.read_text(encoding="utf-8"), line), encoding="utf-8")
    print(f"wrote {FILE.name} and entered into {CHANGELOG.name}:\n{line}")
    return 0


def entered(changelog: str, line: str) -> str:
    """The changelog with ``line`` at the end of its newest entry."""
    head, newest, rest = re.split(r"(^## .*?)(?=^## |\Z)", changelog, maxsplit=1, flags=re.M | re.S)
    return f"{head}{newest.rstrip()}\n{line}\n" + (f"\n{rest}" if rest else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
