"""conditions [N, 3, 16, 16] -> [N, 10], written by cnnlang.

The keys of Conditions().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """[N, C, H, W] -> [N, c, ceil(H/stride), ceil(W/stride)]"""

    def __init__(self, in_channels, c, k=3, stride=1, t=2, se=False, act=nn.ReLU):
        super().__init__()
        self.shortcut = stride == 1 and in_channels == c
        self.c = c
        self.shortcut2 = c < 16 and t != 2
        layers = []
        if t > 1:
            layers += [
                nn.Conv2d(in_channels, t * in_channels, 1),
                nn.BatchNorm2d(t * in_channels),
                act(),
            ]
        layers.append(
            nn.Conv2d(
                t * in_channels,
                t * in_channels,
                k,
                stride=stride if t > 1 else stride,
                padding=k // 2,
                groups=in_channels,
            )
        )
        if se:
            layers.append(Squeeze(t * in_channels, in_channels // 4))
        layers.append(nn.Conv2d(t * in_channels, c, 1))
        self.body = nn.Sequential(*layers)
        self.out = None
        if c < 16 and t == 2:
            self.out = nn.BatchNorm2d(c)

    def forward(self, x):
        y = self.body(x)
        if self.shortcut:
            y = x + y
        if self.c >= 16:
            y = y.relu()
        if self.out is not None:
            y = F.silu(self.out(y))
        if self.shortcut2:
            y = y.sigmoid()
        return y


class Squeeze(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels, width):
        super().__init__()
        self.add_module("0", nn.Module())
        getattr(self, "0").add_module("1", nn.Module())
        getattr(getattr(self, "0"), "1").add_module(
            "1", nn.Conv2d(in_channels, width, 1)
        )
        getattr(getattr(self, "0"), "1").add_module(
            "3", nn.Conv2d(width, in_channels, 1)
        )

    def forward(self, x):
        y = getattr(getattr(getattr(self, "0"), "1"), "1")(x.mean((2, 3), keepdim=True))
        y = y.relu()
        y = getattr(getattr(getattr(self, "0"), "1"), "3")(y)
        y = y.sigmoid()
        return x * y


class Conditions(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.add_module("0", nn.Conv2d(3, 8, 3, padding=1))
        self.add_module("1", Unit(8, 8))
        self.add_module("2", Unit(8, 8, k=5, se=True))
        self.add_module("3", Unit(8, 16, stride=2, act=nn.SiLU))
        self.add_module("4", Unit(16, 16, t=1))
        self.add_module("5", Unit(16, 12, t=4, se=True))
        self.add_module("6", Unit(12, 24, stride=2))
        self.fc = nn.Linear(24, classes)

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 8, 16, 16]
        x = getattr(self, "1")(x)  # [N, 8, 16, 16]
        x = getattr(self, "2")(x)  # [N, 8, 16, 16]
        x = getattr(self, "3")(x)  # [N, 16, 8, 8]
        x = getattr(self, "4")(x)  # [N, 16, 8, 8]
        x = getattr(self, "5")(x)  # [N, 12, 8, 8]
        x = getattr(self, "6")(x)  # [N, 24, 4, 4]
        return self.fc(x.mean((2, 3)))  # [N, 10]
