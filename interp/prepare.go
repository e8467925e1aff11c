package interp

import (
	"cmp"
	"sync"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Preparation is an expression that says how pictures become the input of a net, in place
// of what its meta says: `picture(…)`, or a preset such as `caffe(fit="squash")`. It knows
// the names of the net's file and those of std.prepare.
type Preparation struct {
	Text string // "" is none
	// Name is what diagnostics call the text, "prepare" if empty.
	Name string
}

// Prepare makes a Preparation of a text.
func Prepare(text string) Preparation { return Preparation{Text: text} }

// Err is a *ProgramError if the text is no expression. Whether it is a picture can only be
// said with a program, by Program.Net.
func (p Preparation) Err() error {
	_, _, err := p.parse()
	return err
}

// parse reads the text. The file is what diagnostics quote; the error is a *ProgramError.
func (p Preparation) parse() (*elab.Preparation, *source.File, error) {
	if p.Text == "" {
		return nil, nil, nil
	}
	file := source.NewFile(cmp.Or(p.Name, "prepare"), p.Text)
	x, list := parse.Value(file)
	if list.HasErrors() {
		return nil, nil, &ProgramError{list, func(string) *source.File { return file }}
	}
	return &elab.Preparation{Value: x}, file, nil
}

// preparation reads the text, whose names are those of a program's main file and std.prepare.
func (p *Program) preparation(text Preparation) (*elab.Preparation, *source.File, error) {
	prepare, file, err := text.parse()
	if prepare == nil {
		return nil, nil, err
	}
	presets := preparations()
	prepare.Module = p.Main.With(presets)
	var list diag.List
	resolve.CheckValue(prepare.Module, prepare.Value, func(d *diag.Diagnostic) { list.Add(d) })
	for _, d := range list {
		switch at := d.Span.Start.Offset; {
		case d.Correction != nil:
		case at == prepare.Value.Span().Start.Offset:
			d.WithHelp("write `picture(…)`, or one of its presets: %s", diag.Names(presets.Exported()))
		default:
			d.WithHelp("a text stands between quotation marks: `\"%s\"`", text.Text[at:d.Span.End.Offset])
		}
	}
	if list.HasErrors() {
		return nil, nil, &ProgramError{list, p.filesWith(file)}
	}
	return prepare, file, nil
}

// Preparations lists the presets of std.prepare.
func Preparations() []string { return preparations().Exported() }

// preparations is std.prepare.
var preparations = sync.OnceValue(func() *resolve.Module {
	p, err := parseText("", "import std.prepare")
	if err != nil || len(p.Main.Imports) != 1 {
		panic("interp: std.prepare cannot be read")
	}
	return p.Main.Imports[0]
})
