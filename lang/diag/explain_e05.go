package diag

// contractPages explain E05xx: what blocks and nets claim of themselves.
var contractPages = []Page{
	{
		Code: ClaimFails,
		Text: "The output that a signature claims is not what the body makes at these arguments. Either the body or the " +
			"claim is wrong; `_` claims nothing.",
		Wrong: `block widen(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3) }
net n [N, 3, H = 8, W = 8] -> [N, 16, _, _] { widen(16) }
`,
		Right: `block widen(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
net n [N, 3, H = 8, W = 8] -> [N, 16, _, _] { widen(16) }
`,
	},
	{
		Code: WhereFails,
		Text: "A block states with `where` what must hold of its parameters and its input, and this call does not meet " +
			"it. The notes give the values of the names in it.",
		Wrong: `block halve [N, C, H, W] -> [N, C, H/2, W/2] where H % 2 == 0, W % 2 == 0 { maxpool(2x2) }
net n [N, 3, H = 7, W = 8] -> [N, 3, _, _] { halve }
`,
		Right: `block halve [N, C, H, W] -> [N, C, H/2, W/2] where H % 2 == 0, W % 2 == 0 { maxpool(2x2) }
net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] { halve }
`,
	},
	{
		Code: Refuted,
		Text: "Every block is checked once for all parameter values and input sizes, whether a net uses it or not, and " +
			"this one is wrong for some: the counterexample makes it fail. Correct the body, correct the signature, or " +
			"exclude the case with `where`.",
		Wrong: `block halve [N, C, H, W] -> [N, C, H/2, W/2] {
  maxpool(2x2)
}
`,
		Right: `block halve [N, C, H, W] -> [N, C, H//2, W//2] where H >= 2, W >= 2 {
  maxpool(2x2)
}
`,
	},
	{
		Code: ExpectFails,
		Text: "A net states a fact about itself with `expect`, such as its published number of parameters, and the fact " +
			"does not hold. Shapes can be right where a width is wrong: a total then is the only thing to notice.",
		Wrong: `net n [N, 3, H = 8, W = 8] -> [N, 4, _, _] {
  conv(4, 3x3)
  expect params == 108
}
`,
		Right: `net n [N, 3, H = 8, W = 8] -> [N, 4, _, _] {
  conv(4, 3x3, bias=false)
  expect params == 108
}
`,
	},
	{
		Code: IsFails,
		Text: "`is [N, C, H, W]` after a step states the shape of its value, and the value has another. Plain numbers are " +
			"held to the net's default input size, names to every size.",
		Wrong: `net n [N, 3, H = 8, W = 8] -> [N, 8, _, _] {
  conv(8, 3x3)   is [N, 8, 8, 8]
}
`,
		Right: `net n [N, 3, H = 8, W = 8] -> [N, 8, _, _] {
  conv(8, 3x3)   is [N, 8, 6, 6]
}
`,
	},
	{
		Code: SideDoesNotFit,
		Text: "A side head cannot be computed at this input size; the message says why. The net works without it, so this " +
			"is a warning at the net's own sizes and a note at others.",
		Wrong: `net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {
  side aux: avgpool(9x9)
  relu
}
`,
		Right: `net n [N, 3, H = 16, W = 16] -> [N, 3, H, W] {
  side aux: avgpool(9x9)
  relu
}
`,
	},
	{
		Code: MetaUnfit,
		Text: "What `meta` says of the net does not fit it at its default size and arguments: `classes` has a name for each " +
			"output, `mean` and `std` have one number, or one for each channel of the input.",
		Wrong: `net n [N, 3, H = 8, W = 8] -> [N, 3] {
  meta { classes = ["cat", "dog"] }
  gap -> flatten -> fc: linear(3)
}
`,
		Right: `net n [N, 3, H = 8, W = 8] -> [N, 3] {
  meta { classes = ["cat", "dog", "neither"] }
  gap -> flatten -> fc: linear(3)
}
`,
	},
}
