"""labels [N, 3, 8, 8] -> [N, 10], written by cnnlang.

The keys of Labels().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn


class Unit(nn.Sequential):
    def __init__(self, in_channels, c):
        super().__init__(nn.Conv2d(in_channels, c, 1), nn.ReLU())


class Labels(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("conv1/7x7_s2", nn.Conv2d(3, 8, 3, padding=1))
        self.repeat = Unit(8, 8)
        self.add_module("class", nn.Conv2d(8, 8, 1))
        self._modules["forward"] = nn.Conv2d(8, 8, 1)
        self._modules["type"] = nn.Sequential(nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))
        self._modules["_hidden"] = nn.Conv2d(8, 8, 1)
        self.a = nn.Module()
        self.a.b = nn.Module()
        self.a.b.c = nn.Conv2d(8, 8, 1)
        self.a.b.d = Unit(8, 4)
        self.add_module("9", nn.Conv2d(4, 8, 1))
        self.add_module("11", nn.Conv2d(8, 8, 1))
        self.add_module("\u00e9 3", nn.Conv2d(8, 8, 1))
        self.x = nn.Conv2d(8, 8, 1)
        self.self = Unit(8, 8)
        self.add_module("0fc", nn.Linear(8, 10))

    def forward(self, x):
        x = getattr(self, "conv1/7x7_s2")(x).relu()  # [N, 8, 8, 8]
        x = self.repeat(x)  # [N, 8, 8, 8]
        x = self._modules["forward"](getattr(self, "class")(x))  # [N, 8, 8, 8]
        x = self._modules["type"](x)  # [N, 8, 8, 8]
        x = self.a.b.c(self._modules["_hidden"](x))  # [N, 8, 8, 8]
        x = self.a.b.d(x)  # [N, 4, 8, 8]
        x = getattr(self, "9")(x).relu()  # [N, 8, 8, 8]
        x = getattr(self, "\u00e9 3")(getattr(self, "11")(x))  # [N, 8, 8, 8]
        x = self.x(x)  # [N, 8, 8, 8]
        x = self.self(x)  # [N, 8, 8, 8]
        return getattr(self, "0fc")(x.mean((2, 3)))  # [N, 10]
