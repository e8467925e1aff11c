"""attention [N, 4, 5, 6] -> [N, 4, 3, 2], written by cnnlang.

The keys of Attention().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Soft(nn.Sequential):
    def __init__(self, in_channels, axis):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Softmax(axis))


class Attends(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels, heads, H, W, channels):
        super().__init__()
        self.heads = heads
        self.in_channels = in_channels
        self.H = H
        self.W = W
        self.query = nn.Conv2d(in_channels, in_channels, 1)
        self.key = nn.Conv2d(channels, in_channels, 1)
        self.value = nn.Conv2d(channels, in_channels, 1)

    def forward(self, x):
        x_ = x
        y = self.query(x_)
        y = y.reshape(
            y.shape[0], self.heads, self.in_channels // self.heads, self.H * self.W
        )
        n0 = y.permute(0, 1, 3, 2)
        y = self.key(x_)
        n1 = y.reshape(
            y.shape[0], self.heads, self.in_channels // self.heads, self.H * self.W
        )
        weights = torch.matmul(n0, n1).softmax(3).permute(0, 1, 3, 2)
        y3 = self.value(x_)
        y3 = y3.reshape(
            y3.shape[0], self.heads, self.in_channels // self.heads, self.H * self.W
        )
        y4 = torch.matmul(y3, weights)
        y4 = y4.reshape(y4.shape[0], self.in_channels, self.H, self.W)
        return x + y4


class Turned(nn.Module):
    """[N, C, H, W] -> [N, _, _, _]"""

    def __init__(self, in_channels, h, H, W, size, size2, size3):
        super().__init__()
        self.size = size
        self.size2 = size2
        self.size3 = size3
        self.h = h
        self.H = H
        self.W = W
        self.in_channels = in_channels
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))

    def forward(self, x):
        x = getattr(self, "0")(x).permute(0, self.size, self.size2, self.size3)
        return x.reshape(
            x.shape[0], 4, self.h, self.H * self.W * self.in_channels // self.h // 4
        )


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Soft(4, 1))
        self.add_module("1", Soft(4, 2))
        self.add_module("2", Soft(4, 3))
        self.add_module("3", nn.Conv2d(4, 4, 1))
        self.row = nn.Sequential(
            nn.Conv2d(4, 4, 1), nn.ReLU(), nn.Softmax(2), nn.Conv2d(4, 4, 1)
        )
        self.add_module("6", Attends(4, 2, 5, 6, channels=4))
        self.add_module("7", Attends(4, 4, 5, 6, channels=4))
        self.add_module("8", nn.Conv2d(4, 6, (2, 1), stride=2))
        self.add_module("9", Attends(6, 3, 2, 3, channels=6))
        self.add_module("10", nn.Module())
        getattr(self, "10").add_module("0", nn.Module())
        getattr(getattr(self, "10"), "0").add_module("0", nn.Conv2d(6, 4, 1))
        getattr(self, "10").add_module("1", nn.Module())
        getattr(getattr(self, "10"), "1").add_module("1", nn.Conv2d(6, 4, 1))
        self.add_module("11", nn.Conv2d(4, 4, 1))
        self.add_module("13", nn.Conv2d(4, 4, 1))
        self.add_module("16", Turned(4, 6, 5, 6, size=2, size2=1, size3=3))
        self.add_module("17", Turned(4, 5, 6, 5, size=3, size2=2, size3=1))
        self.add_module("21", nn.Linear(120, 30))
        self.add_module("23", nn.Conv2d(5, 4, 1))

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 4, 5, 6]
        x = getattr(self, "1")(x)  # [N, 4, 5, 6]
        x = getattr(self, "2")(x)  # [N, 4, 5, 6]
        x = getattr(self, "3")(x).softmax(3)  # [N, 4, 5, 6]
        x = self.row(x)  # [N, 4, 5, 6]
        x = getattr(self, "6")(x)  # [N, 4, 5, 6]
        x = getattr(self, "7")(x)  # [N, 4, 5, 6]
        x = getattr(self, "8")(x)  # [N, 6, 2, 3]
        x = getattr(self, "9")(x)  # [N, 6, 2, 3]
        y = getattr(getattr(getattr(self, "10"), "1"), "1")(x.permute(0, 1, 3, 2))
        x = torch.matmul(getattr(getattr(getattr(self, "10"), "0"), "0")(x), y)
        x = getattr(self, "11")(x)  # [N, 4, 2, 2]
        x = getattr(self, "13")(x.reshape(x.shape[0], 4, 2, 2))  # [N, 4, 2, 2]
        x = x.relu()  # [N, 4, 2, 2]
        x = F.interpolate(x, size=(5, 6))  # [N, 4, 5, 6]
        x = getattr(self, "16")(x)  # [N, 4, 6, 5]
        x = getattr(self, "17")(x)  # [N, 4, 5, 6]
        x = x.reshape(x.shape[0], 2, 10, 3, 2).permute(0, 4, 1, 2, 3)
        x = getattr(self, "21")(x.reshape(x.shape[0], 120))  # [N, 30]
        return getattr(self, "23")(x.reshape(x.shape[0], 5, 3, 2))  # [N, 4, 3, 2]
