"""Image classification networks that the saliency models are built on."""

from salzoo.models.backbones.resnet50 import resnet50
from salzoo.models.backbones.vgg16 import vgg16
from salzoo.models.backbones.weights import load_backbone_weights

__all__ = ["load_backbone_weights", "resnet50", "vgg16"]
