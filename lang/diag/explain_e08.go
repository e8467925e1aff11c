package diag

import "strings"

// limitPages explain E08xx: limits, which lie far above any published network.
var limitPages = []Page{
	{
		Code: TooLong,
		Text: "A file has more than 1 MiB of text or more than 100,000 words, numbers and signs, or a word has more than 1024 characters. Split a long file into files " +
			"that import each other; `repeat` and blocks say more in less.",
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat 20 conv(3, 3x3, pad=1)
}
`,
	},
	{
		Code: TooDeep,
		Text: "Brackets, or words that nest such as `if`, lie more than 200 deep in each other, or one expression has " +
			"more than 10,000 operators. Move inner parts into blocks of their own, and split an expression with `let`.",
		Wrong: "let one = " + strings.Repeat("(", 201) + "1" + strings.Repeat(")", 201) + "\n",
		Right: `let one = 1
net n [N, 3, H = 32, W = 32] -> [N, one, H, W] { conv(one, 1x1) }
`,
	},
	{
		Code: TooManyNodes,
		Text: "The network would have more than 30,000 operations. This is said before any of them is made, however " +
			"deep the repeats are nested.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat 1_000_000 { relu }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat 100 { relu }
}
`,
	},
	{
		Code: TooManySteps,
		Text: "Working out the network takes more steps than any real one does: repeats in repeats whose bodies make " +
			"nothing, or lists that grow. Repeat less, or nest fewer repeats.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat i of 10_000 { repeat j of 10_000 { if i + j < 0 { relu } } }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat i of 10 { repeat j of 10 { if i < j { relu } } }
}
`,
	},
	{
		Code: TooManyFiles,
		Text: "A program consists of more than 256 files, has more than 4 MiB of text or 200,000 words beside the " +
			"library, or imports lie more than 32 deep. Put blocks that belong together into one file, and import only what is used.",
		Right: `import std.resnet { basic }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { basic(8) }
`,
	},
	{
		Code: TensorTooBig,
		Text: "A tensor would have more than 2,147,483,647 elements, or a size beyond that. A convolution's width or a " +
			"linear layer after `flatten` is most often the cause; pool before it.",
		Wrong: `net n [N, 3, H = 512, W = 512] -> [N, _] {
  conv(64, 3x3, pad=1) -> flatten -> linear(4096)
}
`,
		Right: `net n [N, 3, H = 512, W = 512] -> [N, _] {
  conv(64, 3x3, pad=1) -> gap -> flatten -> linear(4096)
}
`,
	},
	{
		Code: TooDeepCalls,
		Text: "Blocks call blocks more than 64 deep, or presets or values are made of others so. A block that calls itself needs an `if` that ends it, and an argument " +
			"that changes from call to call.",
		Wrong: `block level(depth: int) [N, C, H, W] -> [N, C, H, W] {
  relu
  if depth != 1 { level(depth - 2) }
}
net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { level(4) }
`,
		Right: `block level(depth: int) [N, C, H, W] -> [N, C, H, W] {
  relu
  if depth > 1 { level(depth - 1) }
}
net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { level(4) }
`,
	},
}
