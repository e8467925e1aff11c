"""taps [N, 3, 16, 16] -> [N, 10], written by cnnlang.

The keys of Taps().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn


class Trunk(nn.Module):
    """[N, C, H, W] -> [N, 4*w, _, _]"""

    def __init__(self, in_channels, w):
        super().__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(in_channels, w * 2, 3, padding=1), nn.MaxPool2d(2)
        )
        self.layer2 = nn.Sequential(
            nn.Conv2d(w * 2, w * 4, 3, padding=1), nn.MaxPool2d(2)
        )

    def forward(self, x):
        layer1 = self.layer1(x)
        return self.layer2(layer1), layer1


class Head(nn.Module):
    """[N, C, H, W] -> [N, classes]"""

    def __init__(self, in_channels, classes):
        super().__init__()
        self.fc = nn.Linear(in_channels, classes)

    def forward(self, x):
        return self.fc(x.mean((2, 3)))


class Aux(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Head(8, 5))

    def forward(self, x, layer1):
        return getattr(self, "0")(layer1)


class Join(nn.Module):
    """[N, C, H, W] -> [N, _, _, _]"""

    def __init__(self, in_channels, c):
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, c, 2, stride=2)

    def forward(self, x, layer1):
        return torch.cat([layer1, self.up(x)], 1)


class Group(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, 8, 1))
        self.add_module("2", nn.Conv2d(8, 8, 1))

    def forward(self, x):
        within = getattr(self, "0")(x)
        x = within.relu()
        return getattr(self, "2")(x), within


class Inner(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))
        self.deep = Head(in_channels, 3)

    def forward(self, x):
        x = getattr(self, "0")(x)
        deep2 = self.deep(x)
        return x, deep2


class Taps(nn.Module):
    def __init__(self, side_heads=False):
        super().__init__()
        self.side_heads = side_heads
        self.add_module("0", nn.Conv2d(3, 4, 3, padding=1))
        self.body = Trunk(4, 4)
        self.aux = Aux()
        self.add_module("4", Join(16, 4))
        self.group = Group(12)
        self.x = Inner(8)
        self.a = nn.Conv2d(8, 4, 1)
        self.b = nn.Conv2d(8, 4, 3, padding=1)
        self.add_module("11", nn.Conv2d(4, 2, 1))
        self.add_module("13", nn.ConvTranspose2d(4, 4, 2, stride=2))
        self.add_module("15", Head(4, 10))

    def forward(self, x):
        heads = {}
        early = getattr(self, "0")(x)  # [N, 4, 16, 16]
        x = early.relu()  # [N, 4, 16, 16]
        x, layer1 = self.body(x)
        if self.side_heads:
            heads["aux"] = self.aux(x, layer1)
        x = getattr(self, "4")(x, layer1)  # [N, 12, 8, 8]
        x, within = self.group(x)
        x = x + within  # [N, 8, 8, 8]
        x, deep = self.x(x)
        heads["x.deep"] = deep
        n8 = x.relu()  # [N, 8, 8, 8]
        p = self.a(n8)  # [N, 4, 8, 8]
        q = self.b(n8)  # [N, 4, 8, 8]
        y = p + q  # [N, 4, 8, 8]
        if self.side_heads:
            heads["last"] = getattr(self, "11")(y).mean((2, 3), keepdim=True)
        y = getattr(self, "13")(y)  # [N, 4, 16, 16]
        y = y + early  # [N, 4, 16, 16]
        y = getattr(self, "15")(y)  # [N, 10]
        if self.side_heads:
            return y, heads
        return y
