#!/usr/bin/env python3
"""Every relative link of a Markdown page leads to a file of the tree; every decision stands in the list.

    check_links.py ROOT
"""
import pathlib
import re
import sys

SKIPPED = {"build", ".git", "fuzz", "examples", "data"}  # the last three hold documents to be read, not ours


def pages(root):
    for path in sorted(root.rglob("*.md")):
        if not SKIPPED & set(path.relative_to(root).parts):
            yield path


def main():
    root = pathlib.Path(sys.argv[1])
    wrong = []
    for page in pages(root):
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (page.parent / target.split("#")[0]).exists():
                wrong.append(f"{page.relative_to(root)}: {target} leads nowhere")
    decisions = root / "docs" / "decisions"
    listed = (decisions / "README.md").read_text(encoding="utf-8")
    wrong += [f"docs/decisions/README.md: {p.name} is not listed" for p in sorted(decisions.glob("0*.md"))
              if f"({p.name})" not in listed]
    print("\n".join(wrong) or "every link leads somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
