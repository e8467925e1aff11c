"""Families of torchvision whose members are sizes of one network: EfficientNet, RegNet, ConvNeXt."""
from torchvision import models

SMALL = [[1, 3, 97, 129]]


def regnet_y_16gf_swag():
    return models.regnet_y_16gf()


def regnet_y_32gf_swag():
    return models.regnet_y_32gf()


def regnet_y_128gf_swag():
    return models.regnet_y_128gf()


def own(size, *nets):
    return {net: (SMALL, [[1, 3, size, size]]) for net in nets}


NETS = {
    **own(240, models.efficientnet_b1),
    **own(288, models.efficientnet_b2),
    **own(300, models.efficientnet_b3),
    **own(380, models.efficientnet_b4),
    **own(456, models.efficientnet_b5),
    **own(528, models.efficientnet_b6),
    **own(600, models.efficientnet_b7),
    **own(384, models.efficientnet_v2_s, regnet_y_16gf_swag, regnet_y_32gf_swag, regnet_y_128gf_swag),
    **own(480, models.efficientnet_v2_m, models.efficientnet_v2_l),
    **own(224, models.convnext_small, models.convnext_base, models.convnext_large,
          models.regnet_x_400mf, models.regnet_x_800mf, models.regnet_x_1_6gf, models.regnet_x_3_2gf,
          models.regnet_x_8gf, models.regnet_x_16gf, models.regnet_x_32gf,
          models.regnet_y_800mf, models.regnet_y_1_6gf, models.regnet_y_3_2gf, models.regnet_y_8gf,
          models.regnet_y_16gf, models.regnet_y_32gf, models.regnet_y_128gf),
}
