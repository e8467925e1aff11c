package diag

// flowPages explain E0309 to E0320: steps, taps, labels, numbers and facts.
var flowPages = []Page{
	{
		Code: UnknownTap,
		Text: "`@name` reads the value of a step that was named with `as name` or `stage name:` further up in the same " +
			"block, and there is none. A label is not a tap.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] {
  stem: conv(8, 3x3, pad=1)
  relu
  concat { | id | @stem }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] {
  stem: conv(8, 3x3, pad=1) as stem
  relu
  concat { | id | @stem }
}
`,
	},
	{
		Code: DuplicateTap,
		Text: "Two steps of a block are given one name with `as`. A tap keeps its value to the end of the block, so each " +
			"needs a name of its own.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] {
  conv(8, 3x3, pad=1) as x
  relu as x
  concat { | id | @x }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] {
  conv(8, 3x3, pad=1) as x
  relu
  concat { | id | @x }
}
`,
	},
	{
		Code: NotAStep,
		Text: "What is called as a step is a number, a string or a list. A step is an operation, a block, a group in " +
			"braces, `if`, `repeat` or a tap.",
		Wrong: `net n(width = 8) [N, 3, H = 32, W = 32] -> [N, _, H, W] {
  conv(8, 3x3, pad=1)
  width
}
`,
		Right: `net n(width = 8) [N, 3, H = 32, W = 32] -> [N, _, H, W] {
  conv(width, 3x3, pad=1)
}
`,
	},
	{
		Code: DroppedValue,
		Text: "A line that begins with `@` starts from another value, and what the step before it made is used nowhere. " +
			"Most often the two belong into the branches of one `add` or `concat`.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) as x
  relu -> conv(8, 3x3, pad=1)
  @x -> conv(8, 1x1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
  add {
    | relu -> conv(8, 3x3, pad=1)
    | conv(8, 1x1)
  }
}
`,
	},
	{
		Code: Branches,
		Text: "`add`, `concat`, `mul`, `max` and `mean` merge branches, each of which begins with `|`; nothing else takes " +
			"branches, and they cannot do without.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  relu { | conv(8, 1x1) | conv(8, 3x3, pad=1) }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  add { | conv(8, 1x1) | conv(8, 3x3, pad=1) }
  relu
}
`,
	},
	{
		Code: MisplacedFact,
		Text: "`meta`, `names` and `expect` speak of a whole net and stand in the body of a net or in the braces of a " +
			"preset. A preset holds nothing else.",
		Wrong: `block unit [N, C, H, W] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
  expect params == 224
}
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit }
`,
		Right: `block unit [N, C, H, W] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
}
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  unit
  expect params == 224
}
`,
	},
	{
		Code: UnknownMeta,
		Text: "`meta` has a fixed set of keys, so that a misspelt one cannot be overlooked and pictures prepared wrongly. " +
			"The message names the nearest, or all of them.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  meta { means = [0.485, 0.456, 0.406] }
  conv(8, 3x3, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  meta { mean = [0.485, 0.456, 0.406] }
  conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: DuplicatePath,
		Text: "Two tensors of a net have one name, so a weight file could not tell them apart; or two steps have, and what asks " +
			"for a step by its path could not. A label inside `repeat` needs the iteration in it, or a labelled group around each iteration. " +
			"A step without a label is called by its number.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat 2 { conv1: conv(3, 3x3, pad=1) }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat i of 2 { "conv{i+1}": conv(3, 3x3, pad=1) }
}
`,
	},
	{
		Code: BadLabel,
		Text: "A label becomes part of the names of weights, and this one holds quotation marks or control characters, or " +
			"is longer than any name can be.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  "stem \"a\"": conv(8, 3x3, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  "stem_a": conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: UnnamedSide,
		Text: "A side head is asked for by name (`cnnlang run --side aux1`), so each has one of its own: its label, or a " +
			"name after `as`. A stage is a level of the network, and its label names it.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
  side gap
  relu
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
  side aux1: gap
  relu
}
`,
	},
	{
		Code: NumberOutOfRange,
		Text: "A number lies beyond ±2^53, to which whole numbers are exact. No published network comes near it; most " +
			"often two factors were multiplied that should have been added.",
		Wrong: `let huge = 10 ** 20
net n [N, 3, H = 32, W = 32] -> [N, _, H, W] { conv(huge, 1x1) }
`,
		Right: `let wide = 10 ** 3
net n [N, 3, H = 32, W = 32] -> [N, _, H, W] { conv(wide, 1x1) }
`,
	},
	{
		Code: UnknownLabelShape,
		Text: "`shape(path)` in an `expect` asks for a step that the net does not have. Paths are those of the weights, " +
			"with dots between the labels; a path with a dot or a digit in it is written as a string.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  stem: conv(8, 3x3, pad=1)
  expect shape(stern) == [1, 8, 32, 32]
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  stem: conv(8, 3x3, pad=1)
  expect shape(stem) == [1, 8, 32, 32]
}
`,
	},
}
