"""MSI-Net as a plain PyTorch network, for comparisons of speed.

The layers of `salzoo.models.msinet`: VGG-16 with pools 4 and 5 of stride 1 and block 5 dilated by
2, ASPP of five branches, three bilinear enlargements with convolutions. Its weights are random, and
enlargements align pixel centres.
"""

import torch
from torch import nn
from torch.nn import functional

BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
MEANS = (103.939, 116.779, 123.68)


class MSINet(nn.Module):
    """MSI-Net, from images (batch, 3, rows, columns), 0..255, to maps (batch, 1, rows, columns)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("means", torch.tensor(MEANS).reshape(1, 3, 1, 1))
        blocks, channels = [], 3
        for number, (filters, count) in enumerate(BLOCKS, start=1):
            dilation = 2 if number == 5 else 1
            layers = []
            for _ in range(count):
                layers.append(nn.Conv2d(channels, filters, 3, padding=dilation, dilation=dilation))
                channels = filters
            blocks.append(nn.ModuleList(layers))
        self.blocks = nn.ModuleList(blocks)
        self.branches = nn.ModuleList(
            [nn.Conv2d(1280, 256, 1)]
            + [nn.Conv2d(1280, 256, 3, padding=rate, dilation=rate) for rate in (4, 8, 12)]
        )
        self.pooled = nn.Conv2d(1280, 256, 1)
        self.fuse = nn.Conv2d(1280, 256, 1)
        self.decoder = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1)
            for before, after in ((256, 128), (128, 64), (64, 32))
        )
        self.last = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, images):
        """Compute the maps."""
        maps, levels = images - self.means, []
        for number, block in enumerate(self.blocks, start=1):
            for layer in block:
                maps = functional.relu(layer(maps))
            if number < 4:
                maps = functional.max_pool2d(maps, 2)
            else:  # stride 1, padded at the end, as "same"
                padded = functional.pad(maps, (0, 1, 0, 1), value=float("-inf"))
                maps = functional.max_pool2d(padded, 2, 1)
            if number >= 3:
                levels.append(maps)
        features = torch.cat(levels, 1)
        branches = [functional.relu(branch(features)) for branch in self.branches]
        mean = functional.relu(self.pooled(features.mean((2, 3), keepdim=True)))
        branches.append(mean.expand_as(branches[0]))
        maps = functional.relu(self.fuse(torch.cat(branches, 1)))
        for layer in self.decoder:
            maps = functional.interpolate(maps, scale_factor=2, mode="bilinear")
            maps = functional.relu(layer(maps))
        maps = self.last(maps).float()
        low, high = maps.amin((1, 2, 3), keepdim=True), maps.amax((1, 2, 3), keepdim=True)
        return (maps - low) / (high - low + 1e-7)


def divergence(truth, predicted):
    """Return the mean divergence of predicted from true maps, (batch, 1, rows, columns)."""
    true = truth / (truth.sum((1, 2, 3), keepdim=True) + 1e-7)
    found = predicted / (predicted.sum((1, 2, 3), keepdim=True) + 1e-7)
    return (true * torch.log(1e-7 + true / (found + 1e-7))).sum((1, 2, 3)).mean()
