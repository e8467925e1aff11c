package diag

// valuePages explain E0301 to E0308: arguments and numbers.
var valuePages = []Page{
	{
		Code: MissingArgument,
		Text: "A block, operation or function is called without an argument that it has no default for. A net is missing " +
			"the size of its input: `H = 224` in its signature gives one.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: UnknownArgument,
		Text: "An argument is given by a name that the block or operation has no parameter of, or given twice. `cnnlang doc " +
			"conv` shows what `conv` takes.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3x3, strides=2, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3x3, stride=2, pad=1)
}
`,
	},
	{
		Code: WrongType,
		Text: "A value is of a kind that cannot stand here: a string for a number, a number for a list, a block for a size. " +
			"A parameter with a default and no type has the type of the default.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, "3x3", pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: TooManyArguments,
		Text: "A call has more arguments than the block or operation has parameters. The input channels are never " +
			"an argument: they are known from the step before.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  conv(3, 3x3, pad=1) -> bn(1e-5, 3)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  conv(3, 3x3, pad=1) -> bn(1e-5)
}
`,
	},
	{
		Code: BadValue,
		Text: "A value is of the right kind and outside what the operation can do: a stride of 0, a slice that begins " +
			"beyond its end, a repeat of -1 iterations. The message says what the range is.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3x3, stride=0)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3x3, stride=1)
}
`,
	},
	{
		Code: InexactDivision,
		Text: "A size or count must be a whole number and is a fraction. `/` divides exactly, so that channels are never " +
			"lost by rounding unseen; `//` rounds down, `ceil(…)` up.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, _, H, W] {
  conv(24, 3x3, pad=1) -> conv(24/16, 1x1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, _, H, W] {
  conv(24, 3x3, pad=1) -> conv(24//16, 1x1)
}
`,
	},
	{
		Code: BadIndex,
		Text: "A list has no item at this index. Indices count from 0, so the last item of a list of four has the index 3.",
		Wrong: `let widths = [16, 32, 64]
net n [N, 3, H = 32, W = 32] -> [N, 64, H, W] {
  conv(widths[3], 1x1)
}
`,
		Right: `let widths = [16, 32, 64]
net n [N, 3, H = 32, W = 32] -> [N, 64, H, W] {
  conv(widths[2], 1x1)
}
`,
	},
	{
		Code: DivisionByZero,
		Text: "The divisor of `/`, `//` or `%` is 0. Where 0 stands for an option that is switched off, ask for it before " +
			"dividing.",
		Wrong: `block gate(ratio = 0) [N, C, H, W] -> [N, C, H, W] {
  let width = C // ratio
  mul { | id | gap -> conv(width, 1x1) -> conv(C, 1x1) -> sigmoid }
}
net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] { gate }
`,
		Right: `block gate(ratio = 0) [N, C, H, W] -> [N, C, H, W] where ratio >= 0 {
  if ratio > 0 {
    mul { | id | gap -> conv(ceil(C/ratio), 1x1) -> conv(C, 1x1) -> sigmoid }
  }
}
net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] { gate }
`,
	},
}
