"""resize_ [N, 3, 5, 4] -> [N, 2, 7, 9], written by cnnlang.

The keys of Resize().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Upsample(nn.Module):
    """[N, C, H, W] -> [N, C, k[0]*H, k[1]*W]"""

    def __init__(self, scale_factor):
        super().__init__()
        self.scale_factor = scale_factor

    def forward(self, x):
        return F.interpolate(x, scale_factor=self.scale_factor)


class Upsample2(nn.Module):
    """[N, C, H, W] -> [N, C, k[0]*H, k[1]*W]"""

    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="bilinear")


class Up(nn.Module):
    """[N, C, H, W] -> [N, c, k*H, k*W]"""

    def __init__(self, in_channels, c, scale_factor):
        super().__init__()
        self.add_module("0", Upsample(scale_factor=scale_factor))
        self.conv = nn.Conv2d(in_channels, c, 1)

    def forward(self, x):
        return self.conv(getattr(self, "0")(x))


class Up2(nn.Module):
    """[N, C, H, W] -> [N, c, k*H, k*W]"""

    def __init__(self, in_channels, c):
        super().__init__()
        self.add_module("0", Upsample2())
        self.conv = nn.Conv2d(in_channels, c, 1)

    def forward(self, x):
        return self.conv(getattr(self, "0")(x))


class Mirrored(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels, n, padding):
        super().__init__()
        self.padding = padding
        self.add_module("1", nn.Conv2d(in_channels, in_channels, 2 * n + 1))

    def forward(self, x):
        return getattr(self, "1")(F.pad(x, self.padding, mode="reflect"))


class Finer(nn.Module):
    """[N, C, H, W] -> [N, C, r*H, r*W]"""

    def __init__(self, in_channels, r):
        super().__init__()
        self.r = r
        self.add_module("0", nn.Conv2d(in_channels, in_channels * r**2, 1))

    def forward(self, x):
        return F.pixel_shuffle(getattr(self, "0")(x), self.r)


class Resize(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Up(3, 4, scale_factor=2))
        self.add_module("1", Up(4, 6, scale_factor=3))
        self.add_module("3", Up2(6, 2))
        self.add_module("7", Mirrored(2, 1, padding=(1, 1, 1, 1)))
        self.add_module("8", Mirrored(2, 2, padding=(2, 2, 2, 2)))
        self.add_module("14", Finer(2, 2))
        self.add_module("15", Finer(2, 3))
        self.add_module("16", nn.Conv2d(2, 2, 1))
        self.add_module("18", nn.Conv2d(72, 2, 1))

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 4, 10, 8]
        x = getattr(self, "1")(x)  # [N, 6, 30, 24]
        x = F.interpolate(x, size=(11, 6))  # [N, 6, 11, 6]
        x = getattr(self, "3")(x)  # [N, 2, 22, 12]
        x = F.interpolate(x, size=(13, 8), mode="bilinear", align_corners=True)
        x = F.interpolate(x, size=(6, 9), mode="bicubic")  # [N, 2, 6, 9]
        x = F.interpolate(x, size=(7, 9), mode="bicubic", align_corners=True)
        x = getattr(self, "7")(x)  # [N, 2, 7, 9]
        x = getattr(self, "8")(x)  # [N, 2, 7, 9]
        x = F.pad(F.pad(x, (2, 2, 1, 1)), (-2, 0, -1, 0))  # [N, 2, 8, 11]
        x = F.pad(F.pad(x, (1, 1, 1, 1), mode="replicate"), (-1, -3, -1, -2))
        x = F.pixel_shuffle(x, 1)  # [N, 2, 7, 9]
        x = getattr(self, "14")(x)  # [N, 2, 14, 18]
        x = getattr(self, "15")(x)  # [N, 2, 42, 54]
        x = F.pixel_unshuffle(getattr(self, "16")(x), 6)  # [N, 72, 7, 9]
        return getattr(self, "18")(x)  # [N, 2, 7, 9]
