"""Toronto in small: point maps in one cell, dense and sparse, and the raw files beside them."""

import numpy as np
import scipy.io
import scipy.sparse

from tests.data.datasets.layouts.making import cell, picture, write

IMAGES = 11
COUNTS = {"salzoo": {"test": 11}}
SIZE = (51, 68)
FIXDENS = "eyetrackingdata/fixdens"
EXPECTED = {
    # Sorted by path 10.jpg comes before 2.jpg; the cell counts by number.
    "1.jpg": {"size": SIZE, "fixations": [(1, 0), (67, 50)], "observers": None},
    "2.jpg": {"fixations": [(2, 0), (67, 50)]},
    "10.jpg": {"fixations": [(10, 0), (67, 50)]},
    "11.JPG": {"fixations": [(11, 0), (67, 50)]},
}


def make(root):
    for number in range(1, IMAGES + 1):
        ending = "JPG" if number == 11 else "jpg"
        picture(f"{root}/{FIXDENS}/Original Image Set/{number}.{ending}", SIZE, seed=number)
        write(f"{root}/{FIXDENS}/Raw/ab/{number}.fix", "Fixation Listing")
    write(f"{root}/{FIXDENS}/Original Image Set/Thumbs.db")
    write(f"{root}/__MACOSX/{FIXDENS}/Original Image Set/._1.jpg")
    write_maps(root, point_maps())


def point_maps():
    maps = []
    for number in range(1, IMAGES + 1):
        points = np.zeros(SIZE, "uint8")
        points[0, number] = points[50, 67] = 1
        maps.append(points)
    maps[1] = scipy.sparse.csc_matrix(maps[1].astype("float64"))
    maps[2] = maps[2].astype(bool)
    return maps


def write_maps(root, maps, variable="white"):
    path = f"{root}/{FIXDENS}/origfixdata.mat"
    write(path)
    scipy.io.savemat(path, {variable: cell(maps, columns=True)})
