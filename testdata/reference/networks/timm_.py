"""Networks of timm: huggingface/pytorch-image-models, 1.0.29.dev0 (aa4b5850)."""
import torch

from networks import module


def hrnet_w18():
    return create("hrnet_w18")


def convnext_v2_atto():
    return create("convnextv2_atto")


def darknet53():
    """With the slope of Darknet, from which the numbers of its authors are."""
    net = create("darknet53")
    for layer in net.modules():
        if isinstance(layer, torch.nn.LeakyReLU):
            layer.negative_slope = 0.1
    return net


def darknet53_timm():
    return create("darknet53")


def cspdarknet53():
    return create("cspdarknet53")


def dla34():
    return create("dla34")


def dpn68():
    return create("dpn68")


def pnasnet5large():
    return create("pnasnet5large")


def create(name):
    return module("pytorch-image-models", "timm").create_model(name)


NETS = {
    hrnet_w18: ([[1, 3, 96, 128]], [[1, 3, 224, 224]]),
    convnext_v2_atto: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
    darknet53: ([[1, 3, 97, 129]], [[1, 3, 256, 256]]),
    darknet53_timm: ([[1, 3, 97, 129]], [[1, 3, 256, 256]]),
    cspdarknet53: ([[1, 3, 97, 129]], [[1, 3, 256, 256]]),
    dla34: ([[2, 3, 96, 128]], [[1, 3, 224, 224]]),
    dpn68: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
    pnasnet5large: ([[1, 3, 67, 99]], [[1, 3, 331, 331]]),
}
