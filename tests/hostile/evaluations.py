"""Evaluations whose files were edited or damaged."""

import json
import pathlib
import shutil
import sys

from tests.edited_json import edits
from tests.evaluation.report.evaluations import fixation_evaluation
from tests.hostile.models import JSON, put_specials


def make_evaluations(folder, victim):
    """Write good evaluations `good` and `other` and hostile ones; return their names."""
    for seed, name in enumerate(("good", "other")):
        (folder / name).mkdir(parents=True)
        fixation_evaluation(images=8, seed=seed).write(folder / name)
    names = []

    def new(kind):
        shutil.copytree(folder / "good", folder / kind)
        names.append(kind)
        return folder / kind

    summary = json.loads((folder / "good/evaluation.json").read_text())
    for number, edited in enumerate(edits(summary, 25)):
        (new(f"edited-{number}") / "evaluation.json").write_text(json.dumps(edited))
    for kind, content in JSON.items():
        (new(f"json-{kind}") / "evaluation.json").write_bytes(content)
    scores = (folder / "good/scores.csv").read_text()
    header, *rows = scores.splitlines()
    for kind, text in {
        "empty": "",
        "header": header,
        "sorted": "\n".join([header, *sorted(rows)]),
        "reversed": "\n".join([header, *rows[::-1]]),
        "columns": "\n".join(",".join(line.split(",")[::-1]) for line in (header, *rows)),
        "short": "\n".join([header, *rows[:-3]]),
        "twice": "\n".join([header, *rows, rows[0]]),
        "words": scores.replace("0.7", "zero"),
        "infinite": scores.replace("0.7", "1e999"),
        "nan": scores.replace("0.7", "nan"),
        "digits": scores.replace("0.7", "9" * 400),
        "formula": scores.replace("Action", "=cmd|calc!A0"),
        "control": scores.replace("Action", "\x1b[31mred"),
        "page": scores.replace("Action", "<script>alert(1)</script>"),
        "nul": scores + "\0",
        "quote": scores.replace("0.7", '"', 1),
    }.items():
        (new(f"scores-{kind}") / "scores.csv").write_text(text)
    for name in ("evaluation.json", "scores.csv"):
        put_specials(new, name, victim)
    hostile = fixation_evaluation(
        models=("<script>alert(1)</script>", "=1+1|x", "\x1b[31mred\n"),
        images=8,
        title="<img src=x onerror=alert(1)>",
    )
    (folder / "names").mkdir()
    names.append("names")
    hostile.write(folder / "names")
    return names


if __name__ == "__main__":
    make_evaluations(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) / "victim")
