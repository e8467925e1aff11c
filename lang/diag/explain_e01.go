package diag

// textPages explain E01xx: text that cannot be read.
var textPages = []Page{
	{
		Code: Syntax,
		Text: "A word, number or sign stands where the language has no place for it. Reading goes on with the next " +
			"statement, so several mistakes of a file are found at once; names are looked up only in a file that reads well.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3 x 3, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: Bracket,
		Text: "A bracket is opened and never closed, closed and never opened, or closed by one of another kind. The " +
			"message points at the bracket that has no partner; the missing one may belong some lines away from it.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1 -> relu
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) -> relu
}
`,
	},
	{
		Code: OpenString,
		Text: "A string begins with a quotation mark and its line ends before the closing one. Strings cannot run over " +
			"several lines.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  "stem.conv: conv(8, 3x3, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  "stem.conv": conv(8, 3x3, pad=1)
}
`,
	},
	{
		Code: StrayCharacter,
		Text: "A character belongs to no word, number or sign of the language, or the file is not UTF-8 text. Typographic " +
			"arrows and quotation marks come from copying out of a document; letters beyond ASCII may stand in comments and " +
			"strings.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) → relu
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) -> relu
}
`,
	},
	{
		Code: Assignment,
		Text: "A pipeline has no variables: each step takes the value of the step before it. To read a value later, name " +
			"it with `as` after the step and start from it with `@`; `let` names numbers, and a label before a colon names " +
			"the step's weights.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 11, H, W] {
  y = conv(8, 3x3, pad=1)
  concat { | id | @y }
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] {
  conv(8, 3x3, pad=1) as y
  relu
  concat { | id | @y }
}
`,
	},
	{
		Code: MissingArrow,
		Text: "Two steps on one line are joined by `->`. On lines of their own they need nothing between them.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) relu
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1) -> relu
}
`,
	},
	{
		Code: ReservedWord,
		Text: "The words of the language itself, such as `repeat`, `if` and `side`, cannot name blocks, parameters or " +
			"values. A label that must be one of them, because published weights call it so, is written as a string.",
		Wrong: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  side: conv(8, 3x3, pad=1)
}
`,
		Right: `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  "side": conv(8, 3x3, pad=1)
}
`,
	},
}
