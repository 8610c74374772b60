"""MIT300 in small: images alone."""

from tests.data.datasets.layouts.making import picture, write

IMAGES = 3
COUNTS = {"official": {"test": 3}}
EXPECTED = {
    "i1.jpg": {"size": (30, 40), "fixations": None, "observers": None, "split": "test"},
    "i3.JPG": {"size": (40, 30), "density_path": None},
}


def make(root):
    for number, size in enumerate([(30, 40), (30, 30), (40, 30)], start=1):
        ending = "JPG" if number == 3 else "jpg"
        picture(f"{root}/BenchmarkIMAGES/i{number}.{ending}", size, seed=number)
    write(f"{root}/BenchmarkIMAGES/.DS_Store")
    write(f"{root}/__MACOSX/BenchmarkIMAGES/._i1.jpg")
