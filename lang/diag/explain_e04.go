package diag

// shapePages explain E04xx: shapes.
var shapePages = []Page{
	{
		Code: ShapesDiffer,
		Text: "`add`, `mul`, `max` and `mean` need branches of one shape, `concat` of equal sizes on all axes but the one " +
			"it joins; nothing is broadcast. The labels show where each branch got its size; a shortcut around steps that " +
			"stride or widen needs a projection.",
		Wrong: `net n [N, 8, H = 32, W = 32] -> [N, 16, H, W] {
  add {
    | conv(16, 3x3, pad=1)
    | id
  }
}
`,
		Right: `net n [N, 8, H = 32, W = 32] -> [N, 16, H, W] {
  add {
    | conv(16, 3x3, pad=1)
    | conv(16, 1x1)
  }
}
`,
	},
	{
		Code: WrongRank,
		Text: "An operation takes images, [N, C, H, W], or vectors, [N, C], and gets the other. `flatten` makes a vector " +
			"of an image; after it no convolution or pool can follow.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  flatten -> conv(10, 1x1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  conv(10, 1x1) -> gap -> flatten
}
`,
	},
	{
		Code: WindowTooBig,
		Text: "The window of a convolution or pool, with its dilation, is larger than its padded input. The input has " +
			"shrunk too far: fewer strides, padding, or a larger picture.",
		Wrong: `net n [N, 3, H = 4, W = 4] -> [N, 8, _, _] {
  conv(8, 7x7)
}
`,
		Right: `net n [N, 3, H = 4, W = 4] -> [N, 8, _, _] {
  conv(8, 7x7, pad=3)
}
`,
	},
	{
		Code: NotDivisible,
		Text: "A grouped convolution or a channel shuffle parts the channels into equal groups, and the number of groups " +
			"does not divide them. For a convolution it must divide the channels that go in and those that come out.",
		Wrong: `net n [N, 10, H = 32, W = 32] -> [N, 16, H, W] {
  conv(16, 3x3, pad=1, groups=4)
}
`,
		Right: `net n [N, 12, H = 32, W = 32] -> [N, 16, H, W] {
  conv(16, 3x3, pad=1, groups=4)
}
`,
	},
	{
		Code: InputMismatch,
		Text: "A block's signature requires an input size, such as 64 channels or a square picture, and the value that " +
			"reaches the block has another. A name in place of the number would accept and bind any size.",
		Wrong: `block head [N, 64, H, W] -> [N, 10, H, W] { conv(10, 1x1) }
net n [N, 3, H = 32, W = 32] -> [N, 10, H, W] {
  conv(32, 3x3, pad=1) -> head
}
`,
		Right: `block head [N, C, H, W] -> [N, 10, H, W] { conv(10, 1x1) }
net n [N, 3, H = 32, W = 32] -> [N, 10, H, W] {
  conv(32, 3x3, pad=1) -> head
}
`,
	},
}
