package lsp

// The parts of the Language Server Protocol, version 3.17, that this server speaks.

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"` // in units of UTF-16
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

// A workspaceEdit has changes, or documentChanges for clients that know these.
type workspaceEdit struct {
	Changes   map[string][]textEdit `json:"changes,omitempty"`
	Documents []documentEdit        `json:"documentChanges,omitempty"`
}

// A documentEdit is about a version of a document, nil for one that is not open.
type documentEdit struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version *int   `json:"version"`
	} `json:"textDocument"`
	Edits []textEdit `json:"edits"`
}

type identifier struct {
	URI string `json:"uri"`
}

// A place is what requests about a position have.
type place struct {
	TextDocument identifier `json:"textDocument"`
	Position     position   `json:"position"`
}

// About is what requests about a whole document have.
type about struct {
	TextDocument identifier `json:"textDocument"`
}

type ranged struct {
	TextDocument identifier `json:"textDocument"`
	Range        span       `json:"range"`
}

type opening struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type changing struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	} `json:"textDocument"`
	Changes []change `json:"contentChanges"`
}

type change struct {
	Range *span  `json:"range"` // nil for the whole text
	Text  string `json:"text"`
}

type diagnostic struct {
	Range    span        `json:"range"`
	Severity int         `json:"severity"`
	Code     string      `json:"code"`
	Source   string      `json:"source"`
	Message  string      `json:"message"`
	Related  []elsewhere `json:"relatedInformation,omitempty"`
}

type elsewhere struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type published struct {
	URI         string       `json:"uri"`
	Version     int          `json:"version"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type codeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind"`
	Diagnostics []diagnostic   `json:"diagnostics,omitempty"`
	Preferred   bool           `json:"isPreferred,omitempty"`
	Edit        *workspaceEdit `json:"edit,omitempty"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type hover struct {
	Contents markup `json:"contents"`
	Range    span   `json:"range"`
}

type inlayHint struct {
	Position    position `json:"position"`
	Label       string   `json:"label"`
	Tooltip     string   `json:"tooltip,omitempty"`
	PaddingLeft bool     `json:"paddingLeft"`
}

type completionItem struct {
	Label    string     `json:"label"`
	Kind     int        `json:"kind"`
	Detail   string     `json:"detail,omitempty"`
	Doc      *markup    `json:"documentation,omitempty"`
	SortText string     `json:"sortText"`
	Edit     textEdit   `json:"textEdit"`
	Others   []textEdit `json:"additionalTextEdits,omitempty"`
}

type completions struct {
	Incomplete bool             `json:"isIncomplete"`
	Items      []completionItem `json:"items"`
}

type signatureHelp struct {
	Signatures []signatureInformation `json:"signatures"`
	Signature  int                    `json:"activeSignature"`
	Parameter  int                    `json:"activeParameter"`
}

type signatureInformation struct {
	Label      string                 `json:"label"`
	Doc        *markup                `json:"documentation,omitempty"`
	Parameters []parameterInformation `json:"parameters"`
}

type parameterInformation struct {
	Label string `json:"label"`
}

type documentSymbol struct {
	Name      string           `json:"name"`
	Detail    string           `json:"detail,omitempty"`
	Kind      int              `json:"kind"`
	Range     span             `json:"range"`
	Selection span             `json:"selectionRange"`
	Children  []documentSymbol `json:"children,omitempty"`
}

type workspaceSymbol struct {
	Name     string   `json:"name"`
	Kind     int      `json:"kind"`
	Location location `json:"location"`
}

type foldingRange struct {
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
	Kind      string `json:"kind,omitempty"`
}

type codeLens struct {
	Range   span    `json:"range"`
	Command command `json:"command"`
}

type command struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments,omitempty"`
}

type semanticTokens struct {
	Data []int `json:"data"`
}
