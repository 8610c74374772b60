"""What is known about a dataset beside its files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DatasetRecord:
    """What a registered dataset tells of itself.

    name: in the registry. title, citation, homepage, licence: for people.
    task: "fixations", "objects" or "fixations + objects".
    images: number of images, all splits together.
    splits: images of each split.
    layout: the files that `data_dir` must hold, in one line; "" if none.
    sigma: of the Gaussian that makes densities, pixels of the original image;
        sigma_source says why that number.
    viewing: how the ground truth was recorded.
    """

    name: str
    title: str
    task: str
    images: int
    splits: dict
    licence: str
    citation: str
    homepage: str
    layout: str
    sigma: float
    sigma_source: str
    viewing: str
