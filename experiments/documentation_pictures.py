"""The pictures of the README and the documentation: a prediction, a report, the page of the demo.

    python -m experiments.documentation_pictures --photo PHOTO [--out experiments/pictures]

Writes predict.jpg (PHOTO beside its overlay), report.jpg (the report of two variants of the
demo's example, a poster) and demo.jpg (the page with the example). To be repeated after new
weights of msinet_lite. Needs playwright, Chromium on the PATH or in SALZOO_CHROMIUM, and
LiteRT.js, which `salzoo demo --yes` fetches. The photo of the README is
`skimage/data/astronaut.png` of scikit-image.
"""

import argparse
import io
import os
import sys
import tempfile

from PIL import Image

from experiments.headless import running_browser, serve
from experiments.steps import call
from salzoo.export.demo_page import SOURCES, page_files
from salzoo.export.web_model import web_model
from salzoo.export.web_runtime import fetch_runtime
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file

POSTER = os.path.join(SOURCES, "example.svg")
# What differs in the second variant: the colour of the button, the place and size of the cup.
CHANGES = {
    '<rect x="72" y="362" width="210" height="58" rx="29" fill="#24323a"/>': (
        '<rect x="72" y="362" width="210" height="58" rx="29" fill="#d9432f"/>'
    ),
    "translate(640 190)": "translate(668 320) scale(.6)",
}
NO_MARGIN = "<style>body { margin: 0 }</style>"
REGIONS = """image,name,x,y,width,height
poster_a.png,headline,64,214,484,70
poster_a.png,button,72,362,210,58
poster_a.png,cup,640,190,256,260
poster_b.png,headline,64,214,484,70
poster_b.png,button,72,362,210,58
poster_b.png,cup,668,320,154,156
"""


def main():
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--photo", required=True, help="of predict.jpg")
    parser.add_argument("--out", default=os.path.join("experiments", "pictures"), help="folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, running_browser() as browser:
        pictures = {
            "predict.jpg": prediction(arguments.photo, work),
            "report.jpg": report(browser, work),
            "demo.jpg": demo(browser),
        }
    for name, picture in pictures.items():
        with whole_file(os.path.join(arguments.out, name)) as path:
            picture.convert("RGB").save(path, "JPEG", quality=88)
        print(f"{os.path.join(arguments.out, name)}: {picture.width}x{picture.height}")


def prediction(photo, work):
    """Return a photo beside its overlay."""
    run("predict", photo, "--top", "3", "--out", os.path.join(work, "maps"))
    [overlay] = [name for name in os.listdir(os.path.join(work, "maps")) if "overlay" in name]
    pair = [Image.open(photo).convert("RGB"), Image.open(os.path.join(work, "maps", overlay))]
    pair = [picture.resize((410, round(410 * picture.height / picture.width))) for picture in pair]
    sheet = Image.new("RGB", (824, pair[0].height), "white")
    sheet.paste(pair[0], (0, 0))
    sheet.paste(pair[1], (414, 0))
    return sheet


def report(browser, work):
    """Return the report of two variants of the poster, without the top of the page."""
    designs = os.path.join(work, "designs")
    os.makedirs(designs)
    with open(POSTER, encoding="utf-8") as file:
        text = file.read()
    changed = text
    for before, after in CHANGES.items():
        changed = changed.replace(before, after)
    for name, svg in (("poster_a", text), ("poster_b", changed)):
        shot(browser, NO_MARGIN + svg, (960, 640), "svg").save(os.path.join(designs, f"{name}.png"))
    regions, page = os.path.join(work, "regions.csv"), os.path.join(work, "report.html")
    with open(regions, "w", encoding="utf-8") as file:
        file.write(REGIONS)
    out = os.path.join(work, "report")
    run("predict", designs, "--out", out, "--regions", regions, "--report", page)
    with open(page, encoding="utf-8") as file:
        return shot(browser, file.read(), (860, 1600), "section")


def shot(browser, text, size, part):
    """Return a picture of a page.

    Args:
        browser: of playwright.
        text: of the page.
        size: columns and rows of the window, which the picture is as wide as.
        part: selector of what the picture shows.
    """
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_content(text)
    box = page.locator(part).last.bounding_box()
    area = {"x": 0, "y": box["y"], "width": size[0], "height": box["height"]}
    picture = page.screenshot(clip=area, full_page=True)
    page.close()
    return Image.open(io.BytesIO(picture))


def demo(browser):
    """Return the page of the demo with its example and a box."""
    with serve(page_files(web_model("msinet_lite"), fetch_runtime())) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        page.click("#example")
        page.wait_for_selector("#spotlist b")
        area = page.locator("#frame").bounding_box()
        scale = area["width"] / 960
        x, y = area["x"] + 60 * scale, area["y"] + 352 * scale
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 235 * scale, y + 76 * scale, steps=3)
        page.mouse.up()
        page.fill("#boxlist input", "Menu button")
        page.locator("#boxlist input").blur()
        picture = page.screenshot(full_page=True)
        page.close()
    return Image.open(io.BytesIO(picture))


def run(*words):
    """Run a command of salzoo.

    Raises:
        InputError: it failed; it has printed why.
    """
    if call(["-m", "salzoo", *words]):
        raise InputError(f"`salzoo {' '.join(words)}` failed.")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"documentation_pictures: {error}")
