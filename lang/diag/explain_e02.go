package diag

// namePages explain E02xx: names and imports.
var namePages = []Page{
	{
		Code: UnknownName,
		Text: "A name stands for nothing: no operation, no block of this file or its imports, no parameter, no `let`. " +
			"Where a known name is spelt almost alike, the message asks whether it is meant. `cnnlang doc` lists the " +
			"operations and the library.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) -> rellu
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) -> relu
}
`,
	},
	{
		Code: DuplicateName,
		Text: "Two declarations of a file have one name, two parameters of a block, or two keys of `meta`. A name that is " +
			"imported is declared by the import; import under a prefix to have both.",
		Wrong: `block stem(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
block stem(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 5x5, pad=2) }
`,
		Right: `block stem3(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
block stem5(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 5x5, pad=2) }
`,
	},
	{
		Code: ImportNotFound,
		Text: "The file that an import names is not there or cannot be read. `std.x` is the library; a file of one's own " +
			"is a string, relative to the importing file, and lies in or below the folder of the main file.",
		Wrong: `import "./block.cnn" { unit }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit(8) }
`,
		Right: `import "./blocks.cnn" { unit }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit(8) }
`,
		Beside: `block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
`,
	},
	{
		Code: ImportCycle,
		Text: "Files import each other in a cycle, which the notes show. What both need goes into a third file, or the " +
			"import that nothing uses goes away.",
		Wrong: `import "./blocks.cnn" { unit }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit(8) }
`,
		Right: `block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit(8) }
`,
		Beside: `import "./example.cnn" { n }
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
net twice [N, 3, H = 32, W = 32] -> [N, 8, H, W] { n }
`,
	},
	{
		Code: PrivateName,
		Text: "Names that begin with `_` belong to their file and cannot be imported. Rename the block where it is " +
			"declared if others should use it.",
		Wrong: `import "./blocks.cnn" { _inner }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { _inner(8) }
`,
		Right: `import "./blocks.cnn" { unit }
net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] { unit(8) }
`,
		Beside: `block _inner(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { _inner(c) -> relu }
`,
	},
	{
		Code: MissingBody,
		Text: "A block or net is declared without the steps it consists of. Only the prelude declares blocks without a " +
			"body: the operations.",
		Wrong: `block unit(c: int) [N, C, H, W] -> [N, c, H, W]
`,
		Right: `block unit(c: int) [N, C, H, W] -> [N, c, H, W] {
  conv(c, 3x3, pad=1)
}
`,
	},
	{
		Code: PresetCycle,
		Text: "`block a = b(…)` says that a is b with arguments filled in. Following these names must end at a block that " +
			"has a body; here it comes back to where it started. Nor may a block apply itself, or one that applies it, " +
			"where no `if` and no `repeat` could end that.",
		Wrong: `net small = large(classes = 10)
net large = small(classes = 100)
`,
		Right: `net large(classes = 100) [N, 3, H = 32, W = 32] -> [N, classes] {
  gap -> flatten -> fc: linear(classes)
}
net small = large(classes = 10)
`,
	},
}
