"""Networks of torchvision whose outputs are maps: segmentation, and detectors before boxes are made of them."""
from functools import partial

import torch
from torchvision import models, ops
from torchvision.models import detection, segmentation


def fcn_resnet50():
    return segmentation.fcn_resnet50(weights=None, weights_backbone=None, aux_loss=True)


def fcn_resnet101():
    return segmentation.fcn_resnet101(weights=None, weights_backbone=None, aux_loss=True)


def deeplabv3_resnet50():
    return segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None, aux_loss=True)


def deeplabv3_resnet101():
    return segmentation.deeplabv3_resnet101(weights=None, weights_backbone=None, aux_loss=True)


def deeplabv3_mobilenet_v3_large():
    return segmentation.deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None, aux_loss=True)


def lraspp_mobilenet_v3_large():
    return segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)


def maps(net, **heads):
    """A detector that gives what the convolutions of its heads give, level by level."""
    outputs = {name: [] for name in heads}
    for name, convolutions in heads.items():
        for conv in convolutions:
            conv.register_forward_hook(lambda _, x, y, name=name: outputs[name].append(y))

    def forward(x):
        for levels in outputs.values():
            levels.clear()
        net.head(list(net.backbone(x).values()))
        return {f"{name}.{i}": y for name, levels in outputs.items() for i, y in enumerate(levels)}

    net.forward = forward
    return net


def retinanet_resnet50_fpn():
    """As torchvision makes it for its file of weights: the normalisations are frozen, and their epsilon is 0."""
    frozen = partial(ops.FrozenBatchNorm2d, eps=0.0)
    body = detection.backbone_utils._resnet_fpn_extractor(
        models.resnet50(norm_layer=frozen), 3, returned_layers=[2, 3, 4],
        extra_blocks=ops.feature_pyramid_network.LastLevelP6P7(256, 256))
    net = detection.RetinaNet(body, 91)
    return maps(net, scores=[net.head.classification_head.cls_logits], boxes=[net.head.regression_head.bbox_reg])


def fcos_resnet50_fpn():
    """With normalisations that are not frozen, as it is made without weights; their epsilon is that of frozen ones."""
    net = detection.fcos_resnet50_fpn(weights=None, weights_backbone=None)
    head = net.head.regression_head
    net = maps(net, scores=[net.head.classification_head.cls_logits], boxes=[head.bbox_reg], centerness=[head.bbox_ctrness])
    before = net.forward
    net.forward = lambda x: {name: torch.relu(y) if name.startswith("boxes") else y for name, y in before(x).items()}
    return net


def ssd300_vgg16():
    """Its factors have the shape that they are multiplied in."""
    net = detection.ssd300_vgg16(weights=None, weights_backbone=None)
    net.backbone.scale_weight = torch.nn.Parameter(net.backbone.scale_weight.reshape(-1, 1, 1))
    return maps(net, scores=net.head.classification_head.module_list, boxes=net.head.regression_head.module_list)


NETS = {
    fcn_resnet50: ([[1, 3, 65, 97]], [[1, 3, 520, 520]]),
    fcn_resnet101: ([[1, 3, 65, 97]], [[1, 3, 520, 520]]),
    # At these sizes every rate of dilation reaches from one end of its map to the other.
    deeplabv3_resnet50: ([[1, 3, 97, 305]], [[1, 3, 520, 520]]),
    deeplabv3_resnet101: ([[1, 3, 97, 305]], [[1, 3, 520, 520]]),
    deeplabv3_mobilenet_v3_large: ([[1, 3, 209, 593]], [[1, 3, 520, 520]]),
    lraspp_mobilenet_v3_large: ([[1, 3, 97, 129]], [[1, 3, 520, 520]]),
    retinanet_resnet50_fpn: ([[1, 3, 96, 128]], [[1, 3, 800, 800]]),
    fcos_resnet50_fpn: ([[1, 3, 96, 160]], [[1, 3, 800, 800]]),
    ssd300_vgg16: [[1, 3, 300, 300]],
}
