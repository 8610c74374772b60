"""The two classical models of bottom-up attention, as baselines."""

from salzoo.data.images import read_image
from salzoo.evaluation.baselines.gbvs import gbvs
from salzoo.evaluation.baselines.itti import itti_koch_niebur


class IttiKochNiebur:
    """Itti, Koch and Niebur's model of 1998, see `salzoo.evaluation.baselines.itti`."""

    name = "IKN"
    needs = "nothing"

    @classmethod
    def make(cls, training, evaluated):
        return cls()

    def __call__(self, sample):
        return itti_koch_niebur(read_image(sample.image_path, exif=False))


class GBVS:
    """Graph-based visual saliency (Harel, Koch and Perona), see `gbvs`."""

    name = "GBVS"
    needs = "nothing"

    @classmethod
    def make(cls, training, evaluated):
        return cls()

    def __call__(self, sample):
        return gbvs(read_image(sample.image_path, exif=False))
