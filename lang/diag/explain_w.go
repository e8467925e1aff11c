package diag

// lintPages explain W: what is allowed and seldom meant.
var lintPages = []Page{
	{
		Code: UnusedTap,
		Text: "`as name` names a value that no `@name` reads. A label before the step names its weights without making " +
			"a tap.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) as x
  relu
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
		Code: UnusedBlock,
		Text: "A block whose name begins with `_` can be used in its own file only, and nothing there uses it. Remove it, " +
			"or drop the `_` to let other files import it. In a file with a net that needs no arguments, the same is said " +
			"of any block, unless another of the files that are checked with it imports the file: blocks for others go " +
			"into a file of their own.",
		Wrong: `block _unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> relu }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { conv(8, 3x3, pad=1) -> relu }
`,
		Right: `block _unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> relu }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { _unit(8) }
`,
	},
	{
		Code: UnusedImport,
		Text: "An import brings a name that the file does not use.",
		Wrong: `import std.resnet { basic, bottleneck }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { basic(8) }
`,
		Right: `import std.resnet { basic }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { basic(8) }
`,
	},
	{
		Code: UnusedLet,
		Text: "`let` names a value that nothing after it uses. Often a number was written out where the name was meant.",
		Wrong: `block gate [N, C, H, W] -> [N, C, H, W] {
  let width = ceil(C/16)
  mul { | id | gap -> conv(16, 1x1) -> conv(C, 1x1) -> sigmoid }
}
`,
		Right: `block gate [N, C, H, W] -> [N, C, H, W] {
  let width = ceil(C/16)
  mul { | id | gap -> conv(width, 1x1) -> conv(C, 1x1) -> sigmoid }
}
`,
	},
	{
		Code: UnusedParameter,
		Text: "A block has a parameter that its signature, its `where` and its body do not use: whatever is given for it, " +
			"the block is the same. Often a number was written out where the parameter was meant.",
		Wrong: `block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] {
  conv(c, 3x3, pad=1)
}
`,
		Right: `block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] where c >= 1, stride >= 1 {
  conv(c, 3x3, stride=stride, pad=1)
}
`,
	},
	{
		Code: EvenHalf,
		Text: "`pad=half` pads floor(k/2) on each side, which keeps height and width for an odd window only; with an even " +
			"one the map grows by a row and a column. `same` pads unevenly and keeps them.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 4x4, pad=half)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=half)
}
`,
	},
	{
		Code: UnlabelledStep,
		Text: "The net says in its `meta` which published weights it takes, and a step of it that has weights has no label, " +
			"so that its number stands in their names: a step more above it renames them all. Inside a labelled group the " +
			"numbers are that group's own and are left alone, unless others there have labels.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  meta { weights = "n.safetensors" }
  conv(8, 3x3, pad=1) -> relu
  gap -> flatten -> fc: linear(10)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  meta { weights = "n.safetensors" }
  conv1: conv(8, 3x3, pad=1) -> relu
  gap -> flatten -> fc: linear(10)
}
`,
	},
	{
		Code: LooseRepeat,
		Text: "`repeat` opens no name of its own: steps of one iteration number on after those of the iteration before, 0.weight, " +
			"1.weight, 2.weight and so on, and a name does not tell which iteration it belongs to. Label the steps with " +
			"the iteration, or make the body a block, which takes one number for each iteration.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat 3 { conv(3, 3x3, pad=1) -> bn -> relu }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  repeat i of 3 { "unit{i+1}": { conv(3, 3x3, pad=1) -> bn -> relu } }
}
`,
	},
	{
		Code: MissingWhere,
		Text: "The block is right only where something holds of its parameters that its `where` does not state, such as that " +
			"groups divides the channels. Whoever breaks it gets a message from inside the block; stated with `where`, from " +
			"the call. `cnnlang check --contracts` lists all that a block requires.",
		Wrong: `block grouped(c: int, groups = 1) [N, C, H, W] -> [N, c, H, W] {
  conv(c, 3x3, pad=1, groups=groups)
}
`,
		Right: `block grouped(c: int, groups = 1) [N, C, H, W] -> [N, c, H, W]
    where c >= 1, groups >= 1, C % groups == 0, c % groups == 0
{
  conv(c, 3x3, pad=1, groups=groups)
}
`,
	},
	{
		Code: ForeignOrder,
		Text: "The input channels are known and never an argument. Written as in other frameworks, the number " +
			"that should be the channels that come out is taken for the window of a convolution, or the channels of a " +
			"normalisation for its epsilon.",
		Wrong: `net n [N, 3, H = 64, W = 64] -> [N, _, _, _] {
  conv(3, 16, 3x3)
}
`,
		Right: `net n [N, 3, H = 64, W = 64] -> [N, _, _, _] {
  conv(16, 3x3)
}
`,
	},
	{
		Code: ChannelsLast,
		Text: "An image is [N, C, H, W]: channels come before height and width. An input with hundreds of channels that is " +
			"three pixels wide is most likely written in the order of another framework.",
		Wrong: `net n [N, 224, 224, 3] -> [N, _, _, _] {
  conv(16, 3x3, pad=1)
}
`,
		Right: `net n [N, 3, H = 224, W = 224] -> [N, _, _, _] {
  conv(16, 3x3, pad=1)
}
`,
	},
	{
		Code: MetaPixels,
		Text: "Pixels are scaled to 0 … `scale` before `mean` is subtracted and `std` divides, and the numbers given are " +
			"those of pixels of another range: a mean of 123.7 is one of 0 … 255, which is 0.485 of 0 … 1. All that the " +
			"network sees would be wrong.",
		Wrong: `net n [N, 3, H = 8, W = 8] -> [N, 3] {
  meta { mean = [123.7, 116.3, 103.5] }
  gap -> flatten -> fc: linear(3)
}
`,
		Right: `net n [N, 3, H = 8, W = 8] -> [N, 3] {
  meta { mean = [123.7, 116.3, 103.5]; scale = 255 }
  gap -> flatten -> fc: linear(3)
}
`,
	},
	{
		Code: MetaCrop,
		Text: "`crop` is the size to which pictures are cut, after `resize` has made their shorter side so long. Where the " +
			"net's input has another size by default, pictures are resized in proportion, and one of the two numbers is " +
			"most likely not that of the training. Where `resize` is below what is cut, the rest is black.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 3] {
  meta { resize = 36; crop = 224 }
  gap -> flatten -> fc: linear(3)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 3] {
  meta { resize = 36; crop = 32 }
  gap -> flatten -> fc: linear(3)
}
`,
	},
	{
		Code: ProductAsDims,
		Text: "`3x3` is a height and a width. `3*3` is the number 9, and a number stands for both: a window of 9x9. So is " +
			"`k*k` the square of `k`, where `k` alone stands for `[k, k]`.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3*3)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] {
  conv(8, 3x3)
}
`,
	},
}
