"""Classifiers of torchvision, by its names: values are of a small image, MACs of the size of the published weights."""
import torchvision


def build(name):
    def made():
        return getattr(torchvision.models, name)(weights=None)

    made.__name__ = name
    return made


SMALL = """alexnet vgg11 vgg11_bn vgg13 vgg13_bn vgg16_bn vgg19 vgg19_bn squeezenet1_0 densenet161 densenet169 densenet201
    mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 shufflenet_v2_x0_5 shufflenet_v2_x1_5 shufflenet_v2_x2_0
    wide_resnet50_2 wide_resnet101_2"""

NETS = {build(name): ([[1, 3, 97, 129]], [[1, 3, 224, 224]]) for name in SMALL.split()}
