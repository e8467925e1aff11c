"""attention [N, 4, 5, 6] -> [N, 4, 5, 6], written by cnnlang.

The keys of Attention().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn


class Soft(nn.Sequential):
    def __init__(self, in_channels, axis):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Softmax(axis))


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

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 4, 5, 6]
        x = getattr(self, "1")(x)  # [N, 4, 5, 6]
        x = getattr(self, "2")(x)  # [N, 4, 5, 6]
        x = getattr(self, "3")(x).softmax(3)  # [N, 4, 5, 6]
        return self.row(x)  # [N, 4, 5, 6]
