"""Both forms of RepVGG-A0, of DingXiaoH/RepVGG (eae7c520)."""
from networks import module


def repvgg_a0():
    return module("RepVGG", "repvgg").create_RepVGG_A0()


def repvgg_a0_deploy():
    return module("RepVGG", "repvgg").create_RepVGG_A0(deploy=True)


NETS = {
    repvgg_a0: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
    repvgg_a0_deploy: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
}
