"""MkDocs hook: pages and tables that are made from the records of the code.

A page for each model is added to the navigation. In every other page, a line
`<!-- generate: NAME ARGUMENT -->` is replaced by the result of a function of `FRAGMENTS`.
"""

import inspect
import os
import posixpath
import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import salzoo
from salzoo import metrics
from salzoo.data.dataset_record import ANY_NUMBER, DatasetRecord
from salzoo.data.datasets import dataset_record
from salzoo.models import model_record
from salzoo.models.record import ModelRecord
from salzoo.models.released import list_released

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "experiments" / "pictures"
CARDS = ROOT / "salzoo" / "models" / "weights"
# Files of the repository that are pages of the site.
PAGES = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "experiments/README.md": "experiments.md",
    "exports/README.md": "deployment.md",
    "salzoo/models/weights/msinet_lite.md": "models/msinet_lite.md",
}
MARKER = re.compile(r"^<!-- generate: (\w+)(?: (\S+))? -->$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages of the models to the navigation."""
    for entry in config.nav:
        if "Models" in entry:
            entry["Models"] += [{name: f"models/{name}.md"} for name in salzoo.list_models()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the models and the pictures that are kept outside docs/."""
    for name in salzoo.list_models():
        page = model_page(model_record(name))
        files.append(File.generated(config, f"models/{name}.md", content=page))
    for path in sorted(PICTURES.iterdir()):
        picture = File.generated(config, f"pictures/{path.name}", abs_src_path=str(path))
        files.append(picture)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace the markers of a page."""

    def fragment(match: re.Match) -> str:
        name, argument = match.groups()
        if name == "include":
            return included(argument, page.file.src_uri)
        return FRAGMENTS[name](*([argument] if argument else []))

    return MARKER.sub(fragment, markdown)


def included(path: str, page: str) -> str:
    """Return a markdown file of the repository with links that are valid on a page.

    Args:
        path: relative to the repository.
        page: the page's path relative to docs/.
    """

    def link(match: re.Match) -> str:
        text, target = match.groups()
        if re.match(r"\w+:|#", target):
            return match[0]
        file, hash_, anchor = target.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        if file in PAGES:
            inside = PAGES[file]
        elif file.startswith("docs/"):
            inside = file.removeprefix("docs/")
        elif file.startswith("experiments/pictures/"):
            inside = f"pictures/{posixpath.basename(file)}"
        elif not (ROOT / file).exists():
            raise FileNotFoundError(f"{path} links to {target}, which does not exist")
        else:  # source code, which is not part of the site
            return text if posixpath.basename(file) in text else f"{text} (`{file}`)"
        relative = posixpath.relpath(inside, posixpath.dirname(page) or ".")
        return f"[{text}]({relative}{hash_}{anchor})"

    return LINK.sub(link, (ROOT / path).read_text(encoding="utf-8"))


def model_page(record: ModelRecord) -> str:
    """Return the page of a model: record, recipe, module docstring, card of its weights."""
    module = sys.modules[record.build.__module__]
    size = "x".join(map(str, record.fixed_size)) if record.fixed_size else "any"
    facts = {
        "Paper": record.paper,
        "Task": record.task,
        "Parameters": f"{record.parameters:,}",
        "Input size": f"{size}, multiples of {record.size_multiple}"
        if record.size_multiple > 1
        else size,
        "Fit mode": f"`{record.fit_mode}`",
        "Pretrained weights": "included" if record.weights else "none; train it with its recipe",
        "Source": f"`{module.__name__}`",
    }
    parts = [
        f"# {record.name}",
        f"{record.title}.",
        table(("property", "value"), facts.items()),
        usage(record),
    ]
    if record.options:
        options = [(f"`{name}`", option.description) for name, option in record.options.items()]
        parts += ["## Options", "Names and values of `model_options`:"]
        parts.append(table(("option", "meaning"), options))
    parts += ["## Recipe", recipe_table(record)]
    if record.schedules:
        schedules = [(f"`{name}`", f"`{text}`") for name, text in record.schedules.items()]
        parts += ["Alternative learning rate schedules:", table(("name", "schedule"), schedules)]
    parts += ["## Implementation", docstring_text(module)]
    card = CARDS / f"{record.name}.md"
    if card.exists():
        relative = card.relative_to(ROOT).as_posix()
        parts.append(demoted(included(relative, f"models/{record.name}.md"), "Model card"))
    return "\n\n".join(parts) + "\n"


def usage(record: ModelRecord) -> str:
    """Return the code that loads or builds a model, and the command that trains it."""
    lines = ["import salzoo", ""]
    if record.weights:
        lines.append(f'model = salzoo.load_model("{record.name}")  # pretrained')
    lines.append(f'model = salzoo.build_model("{record.name}")  # keras.Model with random weights')
    command = f"salzoo train {record.name} --dataset DATASET --data_dir FOLDER"
    return "\n".join(["```python", *lines, "```", "", "```sh", command, "```"])


def recipe_table(record: ModelRecord) -> str:
    """Return the recipe of a model, and what changes in it for some datasets."""
    default = vars(record.recipe)
    unused = (None, False, {}, 0.0)
    rows = [(f"`{name}`", setting(value)) for name, value in default.items() if value not in unused]
    text = table(("field", "value"), rows)
    changes = []
    for dataset in record.recipes:
        recipe = vars(record.recipe_for(dataset))
        changed = [
            f"`{name}` {setting(value)}" for name, value in recipe.items() if value != default[name]
        ]
        changes.append((f"`{dataset}`", ", ".join(changed)))
    if changes:
        text += "\n\nDatasets with changes:\n\n" + table(("dataset", "changed fields"), changes)
    return text


def setting(value: object) -> str:
    """Return a field of a recipe as the command line takes it."""
    if value is None:
        return "default"
    if isinstance(value, dict):
        return " ".join(f"`{name}={item}`" for name, item in value.items()) or "none"
    return f"`{'x'.join(map(str, value)) if isinstance(value, tuple) else value}`"


def docstring_text(module: object) -> str:
    """Return the docstring of a module as markdown, without its first line."""
    text = inspect.getdoc(module).partition("\n")[2].strip()
    # Markdown needs an empty line before and after a list.
    text = re.sub(r"(?m)^(?!- |  |\|)(.+)\n(?=- )", r"\1\n\n", text)
    return re.sub(r"(?m)^(- |  )(.+)\n(?!- |  |\n)", r"\1\2\n\n", text)


def demoted(text: str, title: str) -> str:
    """Return a page as a section: another title, headings one level lower."""
    return re.sub(r"(?m)^#", "##", re.sub(r"\A# .*", f"# {title}", text))


def table(header: tuple, rows: object) -> str:
    """Return a markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    cells = ([str(cell).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def verbatim(text: str) -> str:
    """Return a text whose asterisks and angle brackets mean themselves, outside of code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else part.replace("*", "\\*").replace("<", "&lt;")
        for part in parts
    )


def model_table() -> str:
    """Return the table of all models."""
    rows = []
    for name in salzoo.list_models():
        record = model_record(name)
        weights = ["included"] if record.weights else []
        weights += [f"[`{one.source}`](released.md)" for one in list_released(name)]
        rows.append(
            (
                f"[{name}]({name}.md)",
                record.task,
                f"{record.parameters:,}",
                ", ".join(weights),
                record.paper,
            )
        )
    return table(("model", "task", "parameters", "pretrained weights", "paper"), rows)


def released_table() -> str:
    """Return the table of released weights and of what goes around them."""
    rows = []
    for record in list_released():
        sizes = " or ".join(f"{rows}x{columns}" for rows, columns in record.sizes)
        options = ", ".join(f"`{name}={value}`" for name, value in record.model_options.items())
        blur = f"{record.blur:g}&nbsp;px" if record.blur else ""
        fit = (
            f"pad&nbsp;with&nbsp;{record.padding_value:g}"
            if record.fit_mode == "pad"
            else record.fit_mode
        )
        source = f"[`{record.source}`]({record.homepage})"
        rows.append((source, record.trained_on, record.licence, fit, sizes, blur, options))
    names = ("weights", "trained on", "licence", "fit", "input", "blur", "options")
    return table(names, rows)


def released_figures() -> str:
    """Return the table of the published figures of released weights."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for record in list_released():
        for figure in record.figures:
            key = (f"`{record.source}`", f"{figure.dataset}, {figure.split}", figure.table)
            rows.setdefault(key, []).append(f"{figure.metric} {figure.value:g}")
    return table(
        ("weights", "measured on", "figures", "printed in"),
        [
            (source, data, ", ".join(values), where)
            for (source, data, where), values in rows.items()
        ],
    )


def dataset_table() -> str:
    """Return the table of all datasets."""
    records = map(dataset_record, salzoo.list_datasets())
    rows = [
        (
            f"[{each.name}](#{each.name})",
            each.task,
            image_count(each),
            each.ground_truth,
            each.licence,
        )
        for each in records
    ]
    return table(("dataset", "task", "images", "ground truth", "licence"), rows)


def dataset_sections() -> str:
    """Return a section for each dataset."""
    return "\n\n".join(dataset_section(dataset_record(name)) for name in salzoo.list_datasets())


def dataset_section(record: DatasetRecord) -> str:
    """Return everything that is known of a dataset."""
    facts = {
        "Task": record.task,
        "Images": image_count(record),
        "Ground truth": verbatim(record.ground_truth),
        "Viewing conditions": verbatim(record.viewing),
        "Licence": verbatim(record.licence),
        "Citation": verbatim(record.citation),
        "Home page": f"<{record.homepage}>" if "://" in record.homepage else record.homepage,
        "Layout": verbatim(record.layout) or "none; generated on first use",
    }
    if record.sigma is not None:
        facts["Sigma of the density"] = f"{record.sigma:g} px ({verbatim(record.sigma_source)})"
    parts = [
        f"### {record.name} {{ #{record.name} }}",
        f"{record.title}.",
        table(("property", "value"), facts.items()),
    ]
    protocols = [
        (
            f"`{name}`" + (" (default)" if name == record.default_protocol else ""),
            ", ".join(f"{split} {count:,}" for split, count in protocol.counts.items()),
            verbatim(protocol.source),
        )
        for name, protocol in record.protocols.items()
    ]
    parts.append(table(("protocol", "images", "source"), protocols))
    if record.options:
        options = [(f"`{name}`", verbatim(meaning)) for name, meaning in record.options.items()]
        parts.append(table(("dataset option", "meaning"), options))
    if record.steps:
        parts.append(
            "\n".join(f"{number}. {verbatim(step)}" for number, step in enumerate(record.steps, 1))
        )
    archives = [
        (
            f"<{each.url}>" if "://" in each.url else each.url,
            f"`{each.checksum}`" if each.checksum else "none published",
        )
        for each in record.archives
    ]
    if archives:
        parts.append(table(("archive", "checksum"), archives))
    return "\n\n".join(parts)


def image_count(record: DatasetRecord) -> str:
    """Return the number of images of a dataset as text."""
    return "any number" if record.images == ANY_NUMBER else f"{record.images:,}"


def public_names() -> str:
    """Return the table of what `import salzoo` provides, linked to the reference."""
    rows = []
    for name in salzoo.__all__:
        value = getattr(salzoo, name)
        if not name.startswith("_"):
            path = f"{value.__module__}.{value.__qualname__}"
            rows.append((f"[`salzoo.{name}`][{path}]", inspect.getdoc(value).partition("\n")[0]))
    return table(("name", "purpose"), rows)


def definitions(convention: str) -> str:
    """Return the definitions of a convention's metrics."""
    if convention in metrics.CONVENTIONS:
        found = metrics.definitions(convention)
    else:
        found = metrics.object_definitions(convention)
    return table(("metric", "definition"), found.items())


FRAGMENTS = {
    "dataset_table": dataset_table,
    "dataset_sections": dataset_sections,
    "definitions": definitions,
    "model_table": model_table,
    "public_names": public_names,
    "released_figures": released_figures,
    "released_table": released_table,
}
