"""Networks of timm: huggingface/pytorch-image-models, v0.9.16 (aa4b5850)."""
from networks import module


def hrnet_w18():
    return create("hrnet_w18")


def convnext_v2_atto():
    return create("convnextv2_atto")


def create(name):
    return module("pytorch-image-models", "timm").create_model(name)


NETS = {
    hrnet_w18: ([[1, 3, 96, 128]], [[1, 3, 224, 224]]),
    convnext_v2_atto: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
}
