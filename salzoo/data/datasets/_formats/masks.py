"""Samples from folders of images and masks."""

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.sample import Sample


def read_masked_images(
    images: str | None,
    image_endings: tuple[str, ...],
    masks: str | None,
    mask_endings: tuple[str, ...],
    checks: FileChecker,
    split: str | None = None,
) -> list[Sample]:
    """Read samples from a folder of images and one of masks with the same stems.

    Args:
        images: folder of the images; None gives no samples.
        image_endings: of their names, like (".jpg",).
        masks: folder of the masks, which may be the same if the endings differ; None gives
            no samples.
        mask_endings: of their names.
        checks: takes the problems.
        split: of the samples.
    """
    if images is None or masks is None:
        return []
    image_of, mask_of = checks.stems(images, image_endings), checks.stems(masks, mask_endings)
    samples = []
    for stem in checks.pair(image_of, mask_of, "mask", masks):
        size = checks.image(image_of[stem])
        if size is not None and checks.same_size(mask_of[stem], size, image_of[stem]):
            samples.append(Sample(image_of[stem], size, mask_path=mask_of[stem], split=split))
    return samples
