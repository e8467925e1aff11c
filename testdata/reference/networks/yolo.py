"""The small YOLO v5 of ultralytics/yolov5, v7.0 (915bbf29), to the maps that boxes are made of."""
import sys
import types
from unittest import mock

import networks
from networks import module


class Absent(types.ModuleType):
    """A module of which the network uses nothing: for pictures, tables and drawings."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return mock.MagicMock()


def yolo_v5s():
    for name in ["cv2", "pandas", "matplotlib", "matplotlib.pyplot", "seaborn", "tqdm", "IPython", "IPython.display", "psutil", "requests"]:
        sys.modules.setdefault(name, Absent(name))
    net = module("yolov5", "models.yolo").Model(f"{networks.sources}/yolov5/models/yolov5s.yaml")
    detect = net.model[-1]
    detect.forward = lambda xs: [conv(x) for conv, x in zip(detect.m, xs)]
    return net


NETS = {yolo_v5s: ([[1, 3, 96, 128]], [[1, 3, 640, 640]])}
