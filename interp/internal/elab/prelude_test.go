package elab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/stdlib"
)

var std = lang.NewLibrary(stdlib.FS)

// load reads a program that is one file.
func load(t *testing.T, text string) (*lang.Program, diag.List) {
	t.Helper()
	p, list, err := lang.Load(fstest.MapFS{"a.cnn": {Data: []byte(text)}}, "a.cnn", "", std)
	if err != nil {
		t.Fatal(err)
	}
	return p, list
}

func prelude(t *testing.T) []*resolve.Object {
	t.Helper()
	p, list := load(t, "")
	if len(list) > 0 {
		t.Fatal(list.Err())
	}
	return slices.DeleteFunc(p.Prelude.Blocks(), func(o *resolve.Object) bool { return !o.IsPrimitive() || o.IsValue() || o.IsList() })
}

// kinds is what Go must call the parameters of each type of the language.
var kinds = map[string]ops.Kind{
	"int": ops.Number, "float": ops.Number, "bool": ops.Flag, "dims": ops.Dims, "pad": ops.Pad, "string": ops.Word, "list[int]": ops.Numbers, "list[float]": ops.Numbers,
}

// typeOf is the type a parameter declares, or that of the number or bool that is
// its default.
func typeOf(p *ast.Param) string {
	switch {
	case p.Type != nil && p.Type.Elem != nil:
		return p.Type.String()
	case p.Type != nil:
		return p.Type.Name
	}
	switch p.Default.(type) {
	case *ast.Number:
		return "float"
	case *ast.Bool:
		return "bool"
	case *ast.String:
		return "string"
	}
	return ""
}

// Prelude and Go declare the same primitives in one order, with the same
// parameters in one order, of the same kinds.
func TestPreludeIsWhatOpsHas(t *testing.T) {
	var declared, bound []string
	for _, o := range prelude(t) {
		text := o.Name
		if o.Block.Body != nil || o.Block.Sig == nil || o.Block.Doc == "" || o.Block.Kind != "block" {
			t.Errorf("%s: a primitive has a comment, a signature and no body", o.Name)
		}
		if o.Block.Params != nil {
			for _, p := range o.Block.Params.List {
				if name := typeOf(p); name != "branches" {
					kind, ok := kinds[name]
					if !ok {
						t.Errorf("%s: the parameter %s has the type %q, which Go has no kind for", o.Name, p.Name.Text, name)
					}
					text += fmt.Sprintf(" %s:%v", p.Name.Text, kind)
				}
			}
		}
		declared = append(declared, text)
	}
	for _, op := range ops.Builtins {
		text := op.Name()
		for _, p := range ops.Parameters(op.Name()) {
			text += fmt.Sprintf(" %s:%v", p.Name, p.Kind)
		}
		bound = append(bound, text)
	}
	if got, want := strings.Join(bound, "\n"), strings.Join(declared, "\n"); got != want {
		t.Errorf("ops has\n%s\n\nthe prelude declares\n%s", got, want)
	}
}

// samples are the arguments that each primitive is tried with, several times
// where they matter; "" stands for none.
var samples = map[string][]string{
	"conv": {"6, 3x3", "6, 1x1, stride=2, groups=2", "8, 3x3, pad=1, dilation=2, groups=8, bias=false",
		"4, [3, 2], stride=[2, 1], pad=[[1, 0], [2, 1]]", "5, 3, pad=half", "5, 2, stride=2, pad=same"},
	"deconv":          {"6, 2x2, stride=2", "8, 3x2, stride=2, groups=4, dilation=2x3, output_pad=1", "5, 3x3, stride=2, pad=1, bias=false"},
	"linear":          {"5", "3, bias=false"},
	"group_norm":      {"4", "8, eps=1e-3, scale=false", "1, shift=false"},
	"instance_norm":   {"", "scale=true, shift=true"},
	"bn":              {"", "1e-3, scale=false", "shift=false", "scale=false, shift=false"},
	"lrn":             {"", "3, 1.0, 0.5, 2.0"},
	"softmax":         {"", "1"},
	"maxpool":         {"2x2", "3x3, stride=2, pad=1, ceil=true", "2, stride=2, pad=same"},
	"avgpool":         {"2x2", "3x3, stride=1, pad=1, count_pad=false", "1x3, stride=2, pad=same", "3x3, pad=same, count_pad=true"},
	"avgpool_to":      {"2x2", "[3, 1]", "9"},
	"reduce_mean":     {"[1]", "[2, 3]"},
	"reduce_max":      {"[3]", "[1, 2, 3]"},
	"dropout":         {"", "0.2"},
	"drop_path":       {"", "0.2"},
	"gelu":            {"", "approximate=true"},
	"scale":           {"0.5", "2"},
	"pow":             {"2", "0.5"},
	"param":           {"[8, 2, 3]", "[1, 1, 1], init=1.0"},
	"channel_affine":  {"[1, 2, 3, 4, 5, 6, 7, 8], [0, 0, 0, 0, 0.5, 0, 0, -1]"},
	"slice":           {"0, 8", "2, 5"},
	"channel_shuffle": {"1", "2", "4"},
	"pad":             {"1", "[[0, 1], [2, 0]], mode=\"reflect\"", "[1, 9], mode=\"replicate\""},
	"crop":            {"1", "[[0, 1], [2, 0]]"},
	"pixel_shuffle":   {"1", "2"},
	"pixel_unshuffle": {"1"},
	"resize":          {"6x7", "[12, 14], mode=\"bilinear\"", "3x9, mode=\"bicubic\", align_corners=true"},
	"reshape":         {"[8, 42]", "[4, 84]"},
	"permute":         {"[0, 2, 3, 1]", "[0, 1, 2, 3]"},
	"matmul":          {"{ | relu | permute([0, 1, 3, 2]) }"},
	"add":             {"{ | relu | id }"},
	"mul":             {"{ | relu | id }", "{ | relu | gap }", "{ | reduce_max(1) | relu | reduce_mean([2]) }"},
	"max":             {"{ | relu | id | sigmoid }"},
	"mean":            {"{ | relu | id }"},
	"concat":          {"{ | relu | id }", "{ | relu | id | conv(3, 1x1) }"},
}

// ofVectors are those for vectors, where these need others.
var ofVectors = map[string]string{"reshape": "[2, 4]"}

// What the prelude claims of every primitive holds: a block of one's own with its
// parameters and its signature, and the primitive as its body, is accepted.
func TestSignaturesOfThePreludeHold(t *testing.T) {
	objects := prelude(t)
	seen := map[string]bool{}
	for _, o := range objects {
		seen[o.Name] = true
		tries := samples[o.Name]
		if tries == nil {
			tries = []string{""}
		}
		for _, arguments := range tries {
			t.Run(o.Name+"("+arguments+")", func(t *testing.T) {
				in := inputs[4]
				if len(o.Block.Sig.Input().Sizes) == 1 && o.Block.Sig.Input().Rest == nil {
					in = inputs[1]
				}
				text := sampleProgram(o, arguments, in)
				holds(t, text)
			})
		}
	}
	for name := range samples {
		if !seen[name] {
			t.Errorf("there is no primitive %s to try", name)
		}
	}
}

// holds checks that a program is one net, without mistakes.
func holds(t *testing.T, text string) {
	t.Helper()
	p, list := load(t, text)
	for _, n := range p.Main.Nets() {
		_, found := elab.Net(n, elab.Options{})
		list.AddAll(found)
	}
	for _, d := range list {
		t.Errorf("%v\n%s", d, text)
	}
	if len(p.Main.Nets()) != 1 {
		t.Errorf("no net:\n%s", text)
	}
}

// inputs are a vector and a map, by the number of axes, and a batch alone.
var inputs = map[int]string{1: "[N]", 2: "[N, 8]", 4: "[N, 8, H = 6, W = 7]"}

// takes reports whether a signature says that it takes so many axes. One that has the batch
// alone reads nothing else of what flows in, whatever that is.
func takes(sig *ast.Sig, axes int) bool {
	return len(sig.Input().Sizes) == 1 && sig.Input().Rest == nil || axes == len(sig.Input().Sizes) || axes > len(sig.Input().Sizes) && sig.Input().Rest != nil
}

// A primitive takes vectors or maps where the prelude says so, and nowhere else.
func TestAxesOfThePreludeAreThoseOfTheRules(t *testing.T) {
	for _, o := range prelude(t) {
		for _, axes := range []int{2, 4} {
			arguments, call := "", o.Name
			if tries := samples[o.Name]; tries != nil {
				arguments = tries[0]
			}
			if vector := ofVectors[o.Name]; axes == 2 && vector != "" {
				arguments = vector
			}
			if o.IsCombinator() {
				call += " " + arguments
			} else if arguments != "" {
				call += "(" + arguments + ")"
			}
			in := inputs[axes]
			p, list := load(t, "net sample "+in+" -> [N, _] { "+call+" }\n")
			_, found := elab.Net(p.Main.Nets()[0], elab.Options{})
			list.AddAll(found)
			refused := slices.ContainsFunc(list, func(d *diag.Diagnostic) bool { return d.Code == diag.WrongRank })
			others := slices.ContainsFunc(list, func(d *diag.Diagnostic) bool { return d.Code != diag.WrongRank && d.Code != diag.ClaimFails })
			switch says := takes(o.Block.Sig, axes); {
			case refused == says:
				t.Errorf("%s takes %d axes: %v, and the prelude says %v", call, axes, !refused, says)
			case says && others:
				t.Errorf("%s: %v", call, list)
			case len(o.Block.Sig.Input().Sizes) == 1 && o.Block.Sig.Input().Rest == nil:
			case says:
				holds(t, sampleProgram(o, arguments, in))
			}
		}
	}
}

// sampleProgram wraps a primitive in a block with its signature.
func sampleProgram(o *resolve.Object, arguments, in string) string {
	text := func(s source.Span) string { return o.Module.File.Source.Text[s.Start.Offset:s.End.Offset] }
	out := strings.TrimSuffix(strings.Repeat("_, ", len(o.Block.Sig.Output().Sizes)), ", ")
	if o.Block.Sig.Output().Rest != nil {
		out += strings.Repeat(", _", strings.Count(in, ",")+1-len(o.Block.Sig.Input().Sizes))
	}
	params, body, call := "", o.Name, "probe"
	if strings.HasPrefix(arguments, "{") {
		body += " " + arguments
	} else if o.Block.Params != nil {
		params = text(o.Block.Params.Span())
		var forwarded []string
		for _, p := range o.Block.Params.List {
			forwarded = append(forwarded, p.Name.Text+"="+p.Name.Text)
		}
		body += "(" + strings.Join(forwarded, ", ") + ")"
		call += "(" + arguments + ")"
	}
	return fmt.Sprintf("block probe%s\n    %s\n{ %s }\n\nnet sample %s -> [%s] { %s }\n",
		params, text(o.Block.Sig.Span()), body, in, out, call)
}
