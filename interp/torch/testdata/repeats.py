"""repeats [N, 3, 16, 16] -> [N, 10], written by cnnlang.

The keys of Repeats().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Layer(nn.Module):
    """[N, C, H, W] -> [N, k, H, W]"""

    def __init__(self, in_channels, k):
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, k, 3, padding=1)

    def forward(self, x):
        x = self.norm(x).relu()
        return self.conv(x)


class Dense(nn.Module):
    """[N, C, H, W] -> [N, C + n*k, H, W]"""

    def __init__(self, in_channels, n, k):
        super().__init__()
        for i in range(n):
            self.add_module(f"layer{i + 1}", Layer(in_channels + i * k, k))

    def forward(self, x):
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class Deep(nn.Sequential):
    def __init__(self, in_channels, c, n):
        layers = [nn.Conv2d(in_channels, in_channels, 1), nn.ReLU()]
        if n > 1:
            layers += [
                nn.Conv2d(in_channels, in_channels, 1),
                nn.ReLU(),
                nn.Conv2d(in_channels, in_channels, 1),
                nn.ReLU(),
            ]
        layers.append(nn.Conv2d(in_channels, c, 1))
        super().__init__(*layers)


class Level(nn.Module):
    """[N, C, H, W] -> [N, c, H, W]"""

    def __init__(self, in_channels, c, depth):
        super().__init__()
        self.depth = depth
        self.down = nn.Conv2d(in_channels, c, 3, padding=1)
        if depth > 0:
            self.inner = Level(c, 2 * c, depth - 1)
            self.up = nn.ConvTranspose2d(2 * c, c, 2, stride=2)
            self.merge = nn.Conv2d(2 * c, c, 1)

    def forward(self, x):
        x = self.down(x)
        if self.depth > 0:
            y = F.max_pool2d(x, 2)
            x = torch.cat([x, self.up(self.inner(y))], 1)
            x = self.merge(x)
        return x


class Repeats(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential()
        self.body.stage0 = nn.Sequential(
            nn.Conv2d(3, 8, 1),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.ReLU(),
        )
        self.body.stage1 = nn.Sequential(
            nn.Conv2d(8, 16, 1),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
        )
        self.add_module("1", Dense(16, 2, 4))
        self.add_module("2", Dense(24, 3, 8))
        self.add_module("3", Deep(48, 8, 1))
        self.add_module("4", Deep(8, 16, 3))
        self.u = Level(16, 4, 3)
        self.add_module("8", nn.Linear(4, 10))

    def forward(self, x):
        x = self.body(x)  # [N, 16, 16, 16]
        x = getattr(self, "1")(x)  # [N, 24, 16, 16]
        x = getattr(self, "2")(x)  # [N, 48, 16, 16]
        x = getattr(self, "3")(x)  # [N, 8, 16, 16]
        x = getattr(self, "4")(x)  # [N, 16, 16, 16]
        x = self.u(x)  # [N, 4, 16, 16]
        return getattr(self, "8")(x.mean((2, 3)))  # [N, 10]
