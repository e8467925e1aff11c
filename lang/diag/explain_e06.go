package diag

// Of what is said of files of weights. What is wrong is in the file and not in a
// text, so that these pages have a right example only.
var weightPages = []Page{
	{
		Code: WeightNames,
		Text: "The file of weights holds tensors that the net does not have, or lacks some that it has. Names come from " +
			"labels and from the numbers of steps: the net below wants `conv.weight`, `conv.bias` and `1.weight` to " +
			"`1.running_var`, and `cnnlang params NET --tensors` lists them. Where one rule turns the file's names into " +
			"the net's, the message says which.",
		Right: weightedNet,
	},
	{
		Code: WeightShapes,
		Text: "All names of the file are the net's, but some tensors have another shape, or hold no floating point " +
			"numbers. The file belongs to another variant of the net: other widths, groups or classes (`--set classes=10`). " +
			"The net below wants `conv.weight` to be [8, 3, 3, 3].",
		Right: weightedNet,
	},
}

const weightedNet = `net n [N, 3, H = 8, W = 8] -> [N, 8, H, W] {
  conv: conv(8, 3x3, pad=1) -> bn
}
`
