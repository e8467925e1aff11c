"""eval [N, 3, 8, 8] -> [N, 10], written by cnnlang.

The keys of Eval().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn


class OsSystem(nn.Module):
    """[N, C, H, W] -> [N, c, H, W]"""

    def __init__(self, in_channels, c):
        super().__init__()
        self.add_module("'); import os #", nn.Conv2d(in_channels, c, 1))
        self._modules["__class__"] = nn.BatchNorm2d(c)

    def forward(self, x):
        x = self._modules["__class__"](getattr(self, "'); import os #")(x))
        return x.relu()


class Object(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels):
        super().__init__()
        self.print = nn.Conv2d(in_channels, in_channels, 3, padding=1)

    def forward(self, x):
        return self.print(x)


class Eval(nn.Module):
    def __init__(self, classes=10, side_heads=False):
        super().__init__()
        self.side_heads = side_heads
        self.add_module("#}{x", nn.Conv2d(3, 8, 1))
        self.add_module("7'''", nn.Conv2d(8, 8, 1))
        self.exec = OsSystem(8, 8)
        self.add_module("import", OsSystem(8, 8))
        self.add_module("23", OsSystem(8, 8))
        self.add_module("f{x}", nn.Conv2d(8, 8, 1))
        self.add_module("a'\\b", nn.Sequential())
        getattr(self, "a'\\b").add_module("0", nn.AdaptiveAvgPool2d(1))
        getattr(self, "a'\\b").add_module("1", nn.Flatten())
        getattr(self, "a'\\b").add_module("q\\'", nn.Linear(8, 3))
        self.add_module("6", Object(8))
        self.add_module("7", Object(8))
        self.add_module("8", nn.Module())
        getattr(self, "8").add_module("1", nn.Module())
        getattr(getattr(self, "8"), "1").add_module("0", nn.Conv2d(8, 8, 1))
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        heads = {}
        x = getattr(self, "7'''")(getattr(self, "#}{x")(x))  # [N, 8, 8, 8]
        x = self.exec(x)  # [N, 8, 8, 8]
        x = getattr(self, "import")(x)  # [N, 8, 8, 8]
        y = getattr(self, "23")(x)  # [N, 8, 8, 8]
        heads2 = y + getattr(self, "f{x}")(x)  # [N, 8, 8, 8]
        if self.side_heads:
            heads["a'\\b"] = getattr(self, "a'\\b")(heads2)
        x = getattr(self, "6")(heads2)  # [N, 8, 8, 8]
        x = getattr(self, "7")(x)  # [N, 8, 8, 8]
        x = heads2 + getattr(getattr(getattr(self, "8"), "1"), "0")(x)  # [N, 8, 8, 8]
        x = self.fc(x.mean((2, 3)))  # [N, 10]
        if self.side_heads:
            return x, heads
        return x
