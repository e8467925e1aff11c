package conv_test

import (
	"cnnlang/ops"
	"fmt"
)

// Shapes around the limits of the plain algorithms: tiles of 4x2, blocks of 64 pixels, 32
// filters and 264 products.
var convCases = []convCase{
	{[4]int{1, 1, 1, 1}, conv(1, pair(1, 1))},
	{[4]int{3, 5, 1, 1}, conv(7, pair(1, 1))},
	{[4]int{1, 3, 5, 4}, conv(3, pair(5, 4))},
	{[4]int{2, 3, 5, 4}, conv(3, pair(5, 4), padded(pads(0, 1, 0, 0)))},
	{[4]int{1, 3, 7, 9}, conv(3, pair(1, 1))},
	{[4]int{1, 3, 7, 9}, conv(4, pair(1, 1), unbiased)},
	{[4]int{1, 4, 8, 8}, conv(5, pair(1, 1))},
	{[4]int{3, 4, 5, 13}, conv(31, pair(1, 1))},
	{[4]int{1, 4, 13, 5}, conv(32, pair(1, 1))},
	{[4]int{1, 4, 3, 43}, conv(33, pair(1, 1))},
	{[4]int{1, 7, 11, 13}, conv(17, pair(1, 1), stride(2, 2))},
	{[4]int{1, 8, 14, 14}, conv(16, pair(1, 1), stride(2, 2))},
	{[4]int{1, 263, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 264, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 265, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 1100, 2, 2}, conv(300, pair(1, 1))},
	{[4]int{1, 3, 17, 19}, conv(8, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 5, 7, 7}, conv(6, pair(3, 3), mode(ops.Half))},
	{[4]int{1, 5, 7, 7}, conv(6, pair(3, 3), mode(ops.Valid))},
	{[4]int{1, 5, 7, 8}, conv(6, pair(3, 3), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 5, 8, 7}, conv(6, pair(5, 3), mode(ops.Same), stride(3, 2))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(2, 4), mode(ops.Same))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(1, 2), mode(ops.Same), stride(4, 5))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(3, 3), mode(ops.Same), dilation(2, 3))},
	{[4]int{1, 3, 31, 33}, conv(9, pair(7, 7), padded(pad(3)), stride(2, 2), unbiased)},
	{[4]int{1, 6, 9, 11}, conv(5, pair(1, 7), mode(ops.Half))},
	{[4]int{1, 6, 9, 11}, conv(5, pair(7, 1), mode(ops.Half))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(2, 3), padded(pads(0, 1, 2, 3)))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(2, 3), padded(pads(3, 0, 0, 1)), stride(1, 3))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(3, 2), stride(4, 5))},
	{[4]int{1, 2, 3, 3}, conv(5, pair(3, 3), padded(pad(5)), stride(2, 3))},
	{[4]int{1, 2, 3, 3}, conv(5, pair(5, 5), padded(pad(3)))},
	{[4]int{1, 2, 13, 13}, conv(5, pair(3, 3), padded(pad(2)), dilation(2, 2))},
	{[4]int{1, 2, 13, 17}, conv(5, pair(3, 3), padded(pads(1, 2, 3, 4)), dilation(3, 4), stride(2, 1))},
	{[4]int{2, 6, 7, 5}, conv(9, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 128, 6, 6}, conv(128, pair(3, 3), padded(pad(1)), groups(32), unbiased)},
	{[4]int{1, 10, 7, 5}, conv(4, pair(1, 1), groups(2))},
	{[4]int{2, 35, 3, 3}, conv(70, pair(1, 1), groups(5))},
	{[4]int{1, 1, 9, 9}, conv(1, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 7, 9, 11}, conv(7, pair(3, 3), padded(pad(1)), groups(7))},
	{[4]int{1, 7, 9, 11}, conv(7, pair(3, 3), padded(pad(1)), groups(7), stride(2, 2), unbiased)},
	{[4]int{1, 7, 9, 11}, conv(7, pair(3, 3), mode(ops.Same), groups(7), stride(3, 4))},
	{[4]int{1, 4, 9, 11}, conv(12, pair(3, 3), padded(pads(2, 0, 1, 3)), groups(4))},
	{[4]int{2, 4, 9, 11}, conv(8, pair(5, 3), padded(pads(2, 2, 1, 1)), groups(4), dilation(1, 2), stride(2, 3))},
	{[4]int{1, 4, 12, 12}, conv(4, pair(7, 7), mode(ops.Half), groups(4))},
	{[4]int{1, 4, 3, 3}, conv(4, pair(3, 3), padded(pad(4)), groups(4))},
	{[4]int{1, 2, 2, 90}, conv(2, pair(1, 1), groups(2), stride(1, 7))},
	{[4]int{1, 2, 150, 700}, conv(2, pair(3, 3), groups(2), padded(pad(1)))},
}

// A convCase is a convolution and the shape of its input.
type convCase struct {
	in [4]int
	op *ops.Conv
}

func describe(c *ops.Conv, in [4]int) string {
	return fmt.Sprintf("%v->%v,k%v,s%v,pad%v,g%v,d%v", in, c.Out, c.K, c.Stride, c.Pad, c.Groups, c.Dilation)
}

// Convolutions around the edges of tiles (6 and 14 pixels, rows of 7), blocks (16
// and 32 channels), chunks of sums, and parts.
var blockedConvs = []convCase{
	{[4]int{1, 16, 1, 5}, conv(16, pair(1, 1))},
	{[4]int{2, 40, 8, 8}, conv(40, pair(1, 1))},
	{[4]int{1, 40, 16, 20}, conv(40, pair(3, 3))},
	{[4]int{1, 16, 7, 7}, conv(32, pair(1, 1))},
	{[4]int{2, 17, 5, 13}, conv(33, pair(1, 1))},
	{[4]int{1, 8, 9, 14}, conv(8, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 48, 7, 7}, conv(48, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 40, 8, 7}, conv(64, pair(3, 3), padded(pad(1)), unbiased)},
	{[4]int{1, 32, 14, 14}, conv(20, pair(3, 3), padded(pad(1)), stride(2, 2))},
	{[4]int{1, 24, 15, 29}, conv(16, pair(1, 1), stride(2, 2))},
	{[4]int{1, 24, 15, 29}, conv(100, pair(1, 1), stride(2, 2))},
	{[4]int{2, 40, 9, 8}, conv(96, pair(1, 1), padded(pads(1, 0, 2, 1)), stride(3, 2))},
	{[4]int{1, 20, 14, 14}, conv(130, pair(1, 1), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 17, 9, 9}, conv(32, pair(1, 1), padded(pad(2)))},
	{[4]int{2, 20, 4, 4}, conv(20, pair(1, 1), padded(pad(2)))},
	{[4]int{1, 20, 7, 7}, conv(20, pair(3, 3), padded(pad(4)))},
	{[4]int{2, 40, 2, 15}, conv(16, pair(1, 1), padded(pad(2)), stride(1, 3))},
	{[4]int{2, 30, 14, 5}, conv(96, pair(1, 1), stride(1, 3))},
	{[4]int{1, 400, 3, 3}, conv(16, pair(1, 1))},
	{[4]int{2, 48, 8, 13}, conv(20, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 2100, 7, 7}, conv(16, pair(1, 1))},
	{[4]int{1, 130, 6, 6}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 128, 7, 7}, conv(256, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 16, 17, 17}, conv(16, pair(1, 7), mode(ops.Half))},
	{[4]int{1, 16, 17, 17}, conv(16, pair(7, 1), mode(ops.Half))},
	{[4]int{1, 16, 9, 8}, conv(16, pair(3, 3), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 16, 13, 17}, conv(16, pair(3, 3), padded(pads(1, 2, 3, 4)), dilation(3, 2), stride(2, 1))},
	{[4]int{1, 3, 31, 33}, conv(24, pair(7, 7), padded(pad(3)), stride(2, 2))},
	{[4]int{2, 1, 12, 12}, conv(64, pair(5, 5))},
	{[4]int{1, 3, 48, 40}, conv(40, pair(16, 16), stride(8, 8))},
	{[4]int{1, 3, 9, 20}, conv(24, pair(1, 2))},
	{[4]int{1, 2, 20, 9}, conv(24, pair(3, 1), stride(2, 1))},
	{[4]int{1, 3, 9, 70}, conv(40, pair(3, 3), padded(pad(1)), dilation(1, 2))},
	{[4]int{1, 32, 6, 9}, conv(32, pair(3, 3), padded(pad(1)), groups(8))},
	{[4]int{1, 64, 7, 7}, conv(64, pair(3, 3), padded(pad(1)), groups(8), stride(2, 2))},
	{[4]int{2, 64, 5, 5}, conv(64, pair(3, 3), padded(pad(1)), groups(4), unbiased)},
	{[4]int{2, 24, 9, 31}, conv(24, pair(3, 3), padded(pad(1)), groups(12))},
	{[4]int{1, 40, 6, 15}, conv(40, pair(3, 3), padded(pad(1)), groups(10), stride(2, 2))},
	{[4]int{1, 32, 9, 8}, conv(32, pair(5, 3), mode(ops.Half), groups(8), dilation(2, 1), stride(3, 1))},
	{[4]int{2, 48, 7, 7}, conv(48, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 48, 13, 29}, conv(48, pair(3, 3), padded(pads(2, 0, 1, 3)), groups(6), stride(1, 2))},
	{[4]int{1, 96, 5, 5}, conv(48, pair(3, 3), padded(pad(1)), groups(2))},
	{[4]int{1, 96, 5, 5}, conv(96, pair(1, 1), groups(3))},
	{[4]int{1, 60, 5, 5}, conv(120, pair(1, 1), groups(3))},
	{[4]int{2, 20, 14, 7}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{1, 32, 11, 29}, conv(32, pair(3, 3), padded(pad(1)), groups(32), stride(2, 2))},
	{[4]int{1, 16, 9, 9}, conv(16, pair(7, 7), mode(ops.Half), groups(16))},
	{[4]int{1, 16, 9, 9}, conv(16, pair(5, 3), mode(ops.Half), groups(16), dilation(1, 2))},
}
