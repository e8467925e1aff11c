"""Writes published.csv: what torchvision says of each file of weights of its convolutional classifiers."""
import csv
import os

import torchvision
from torchvision.models import get_model_weights, list_models

OTHERS = ("vit_", "swin", "maxvit")  # which attend

with open(f"{os.path.dirname(os.path.abspath(__file__))}/published.csv", "w") as f:
    rows = csv.writer(f, lineterminator="\n")
    rows.writerow(["net", "weights", "file", "params", "resize", "crop", "interpolation", "mean", "std", "top1", "default"])
    for net in list_models(module=torchvision.models):
        for w in () if net.startswith(OTHERS) else get_model_weights(net):
            p = w.transforms()
            (resize,), (crop,) = p.resize_size, p.crop_size
            rows.writerow([net, str(w), os.path.basename(w.url), w.meta["num_params"], resize, crop, p.interpolation.value,
                           *(" ".join(f"{x:.6g}" for x in xs) for xs in (p.mean, p.std)), w.meta["_metrics"]["ImageNet-1K"]["acc@1"],
                           "default" if w == get_model_weights(net).DEFAULT else ""])
