"""ends image [N, 3, 16, 16], flow [N, 2, 16, 16], spare [N, 5] -> scores.0 [N, 4, 16, 16], scores.1 [N, 4, 16, 16], boxes [N, 3, 16, 16], same [N, 2, 16, 16], again [N, 4, 16, 16], written by cnnlang.

The keys of Ends().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Trunk(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, 8, 3, padding=1))
        self.add_module("1", nn.BatchNorm2d(8))
        self.low = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        y = getattr(self, "1")(getattr(self, "0")(x))
        z = y.relu()
        y2 = self.low(z)
        return y2, z


class Aux(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", nn.Conv2d(8, 3, 1))

    def forward(self, x, z):
        return getattr(self, "0")(z)


class Two(nn.Module):
    """[N, C, H, W] -> | [N, c, H, W] | [N, C, H, W]"""

    def __init__(self, in_channels, c):
        super().__init__()
        self.add_module("1", nn.Conv2d(in_channels, c, 3, padding=1))

    def forward(self, x):
        s = x.sigmoid()
        p = getattr(self, "1")(s).relu()
        return p, s


class Ends(nn.Module):
    def __init__(self, side_heads=False):
        super().__init__()
        self.side_heads = side_heads
        self.trunk = Trunk(3)
        self.aux = Aux()
        self.add_module("2", nn.Module())
        getattr(self, "2").add_module("2", nn.Module())
        getattr(getattr(self, "2"), "2").register_parameter(
            "0", nn.Parameter(torch.zeros(2, 1, 1))
        )
        self.last = Two(12, 4)
        self.b = nn.Conv2d(4, 3, 1)

    def forward(self, image, flow, spare):
        heads = {}
        y2, z = self.trunk(image)
        if self.side_heads:
            heads["aux"] = self.aux(y2, z)
        y3 = getattr(getattr(getattr(self, "2"), "2"), "0").expand(
            image.shape[0], -1, -1, -1
        )
        y4 = torch.cat([z, flow, F.interpolate(y3, scale_factor=16)], 1)
        p, s = self.last(y4)
        boxes = self.b(y2)  # [N, 3, 16, 16]
        if self.side_heads:
            return (y2, p, boxes, flow, y2), heads
        return y2, p, boxes, flow, y2
