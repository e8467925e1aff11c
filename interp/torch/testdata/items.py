"""items [N, 3, 8, 8] -> [N, 4, 8, 8], written by cnnlang.

The keys of Items().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class ChannelLinear(nn.Linear):
    """A fully connected layer over the channels of every pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Gate(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Identity(),
            ChannelLinear(6, in_channels // 2),
            nn.ReLU(),
            ChannelLinear(in_channels // 2, in_channels),
        )

    def forward(self, x):
        n0 = x.mean((2, 3), keepdim=True)
        n02 = F.max_pool2d(x, 4)
        n03 = self.mlp(n0)
        n1 = self.mlp(n02)
        y3 = (n03 + n1).sigmoid()
        return x * y3


class Head(nn.Sequential):
    def __init__(self, in_channels, out):
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, out, 3, padding=1),
        )


class Body(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.PReLU(in_channels))
        self.s = nn.Parameter(torch.ones(4, 1, 1))

    def forward(self, x):
        y = getattr(self, "0")(x)
        return y * self.s


class Aux(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("1", nn.Sequential())
        getattr(self, "1").add_module("0", nn.AdaptiveAvgPool2d(1))
        getattr(self, "1").add_module("1", nn.Flatten())
        getattr(self, "1").fc = nn.Linear(6, 3)

    def forward(self, x, x_, y):
        n0 = getattr(self, "1")(x_)
        n1 = getattr(self, "1")(y)
        return n0 + n1


class Items(nn.Module):
    def __init__(self, side_heads=False):
        super().__init__()
        self.side_heads = side_heads
        self.a = nn.Conv2d(3, 6, 3, padding=1)
        self.b = nn.Conv2d(6, 6, 2, stride=2)
        self.add_module("2", Gate(6))
        self.head = Head(6, 4)
        self.one = nn.Conv2d(4, 4, 1)
        self.add_module("7", Body(4))
        self.aux = Aux()

    def forward(self, x):
        heads = {}
        x_ = self.a(x)  # [N, 6, 8, 8]
        b = self.b(x_)  # [N, 6, 4, 4]
        y = getattr(self, "2")(b)  # [N, 6, 4, 4]
        p = self.head(x_)  # [N, 4, 8, 8]
        q = self.head(y)  # [N, 4, 4, 4]
        n0 = F.interpolate(q, scale_factor=2)  # [N, 4, 8, 8]
        one = self.one(p)  # [N, 4, 8, 8]
        one2 = self.one(n0)  # [N, 4, 8, 8]
        n02 = getattr(self, "7")(one)  # [N, 4, 8, 8]
        n1 = getattr(self, "7")(one2)  # [N, 4, 8, 8]
        y2 = n02 + n1  # [N, 4, 8, 8]
        if self.side_heads:
            heads["aux"] = self.aux(y2, x_, y)
        if self.side_heads:
            return y2, heads
        return y2
