import torch

from training.layers import ModulatedConv


def test_a_modulated_convolution_is_one_graph_to_the_compiler():
    layer = ModulatedConv(2, 3, 3, style_dim=4)
    x, w = torch.randn(1, 2, 4, 4), torch.randn(1, 4)
    torch.testing.assert_close(torch.compile(layer, backend="eager", fullgraph=True)(x, w), layer(x, w))
