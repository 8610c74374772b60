"""Image classification networks that the saliency models are built on."""

from salzoo.models.backbones.mobilenet_v2 import mobilenet_v2
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.backbones.resnet50 import resnet50
from salzoo.models.backbones.vgg16 import vgg16

__all__ = ["load_backbone_weights", "mobilenet_v2", "resnet50", "vgg16"]
