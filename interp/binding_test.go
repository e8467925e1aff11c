package interp_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/ops/tensor"
)

const boundNet = `net tiny(classes = 4) [N, 3, H = 8, W = 8] -> [N, classes] {
	names other { "conv1." = "stem."; "bn1." = "norm." }
	conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
	gap -> flatten -> fc: linear(classes)
}`

// outputsOf runs a net with weights on one image, and tells how they were read.
func outputsOf(t *testing.T, n *interp.Net, w interp.Weights) ([]float32, []string, error) {
	t.Helper()
	m, err := n.Build(t.Context(), interp.Options{Weights: w})
	if err != nil {
		return nil, nil, err
	}
	defer m.Close()
	out, err := m.Run(t.Context(), nettest.Image(0, n.Graph.Input().Shape))
	if err != nil {
		t.Fatal(err)
	}
	return out.Data, m.Fit.Notes, nil
}

// calledBy gives tensors other names; "" leaves one out.
func calledBy(tensors map[string]tensor.Tensor, name func(string) string, more ...string) interp.Weights {
	all := map[string]tensor.Tensor{}
	for own, x := range tensors {
		if to := name(own); to != "" {
			all[to] = x
		}
	}
	for _, name := range more {
		all[name] = tensor.New(3)
	}
	return interp.WeightsOf(all)
}

// Names that share a prefix, or lack one, are read without or with it, and nothing else is.
func TestPrefixesOfNames(t *testing.T) {
	n := readNet(t, boundNet)
	tensors := interp.RandomTensors(n, 7)
	want, _, err := outputsOf(t, n, interp.RandomWeights(7))
	if err != nil {
		t.Fatal(err)
	}
	const counter = "module.bn1.num_batches_tracked"
	put := func(prefix string) func(string) string { return func(s string) string { return prefix + s } }
	backbone := func(head string) func(string) string {
		return func(s string) string { return strings.Replace("backbone."+s, "backbone.fc.", head, 1) }
	}
	other := strings.NewReplacer("conv1.", "module.stem.", "bn1.", "module.norm.", "fc.", "module.fc.").Replace
	for name, c := range map[string]struct {
		weights interp.Weights
		notes   []string
		err     string // how it begins, where it does not fit
	}{
		"none":              {calledBy(tensors, put("")), nil, ""},
		"one":               {calledBy(tensors, put("module.")), []string{"took module. off all 7 names"}, ""},
		"several in a row":  {calledBy(tensors, put("state_dict.0.module._orig_mod.")), []string{"took state_dict.0.module._orig_mod. off all 7 names"}, ""},
		"with others about": {calledBy(tensors, put("module."), "ema.decay", "head.weight", counter), []string{"took module. off 8 names", "passed over 2 other tensors: ema.decay and head.weight"}, ""},
		"and a map":         {calledBy(tensors, other), []string{"took module. off all 7 names"}, ""},
		"and folded": {calledBy(without(tensors, "bn1.weight", "bn1.running_mean", "bn1.running_var"), func(s string) string {
			return "module." + strings.Replace(s, "bn1.", "conv1.", 1)
		}), []string{"took module. off all 4 names", "1 batch normalisation is not in the file: folded into the layer before, whose bias it has"}, ""},
		"two nets": {interp.WeightsOf(both(tensors, "model.", "ema.")), nil,
			`tensors in memory has the tensors of tiny behind each of "ema.", "model."; choose one of them`},
		"among many": {calledBy(tensors, put("backbone."), "a.w", "b.w", "c.w", "d.w", "e.w", "f.w", "g.w"), nil,
			`tensors in memory has the tensors of tiny behind "backbone.", among 14 in all; choose them`},
		"names without it too": {interp.WeightsOf(both(tensors, "", "module.")), nil, "error[E0601]: the weights do not fit tiny: 7 in the file are unexpected"},
		"one more behind it":   {calledBy(tensors, put("module."), "module.extra"), nil, "error[E0601]: the weights do not fit tiny: 1 in the file is unexpected"},
		"one less":             {calledBy(tensors, func(s string) string { return strings.TrimSuffix("module."+s, "module.fc.bias") }), nil, "error[E0601]: the weights do not fit tiny: 1 of 7 tensors is missing"},
		"on one layer":         {calledBy(tensors, func(s string) string { return strings.Replace(s, "fc.", "module.fc.", 1) }), nil, "error[E0601]: the weights do not fit tiny: the names differ by one rule\n   = some names in the file begin with module.; without it all match\n"},
		"on most":              {calledBy(tensors, backbone("fc.")), []string{"took backbone. off 5 names"}, ""},
		"another on some":      {calledBy(tensors, backbone("head.fc."), "neck.weight"), []string{"took backbone. off 5 names and head. off 2", "passed over 1 other tensor: neck.weight"}, ""},
		"two others on some":   {calledBy(tensors, backbone("head.fc."), "aux.fc.bias"), []string{"took backbone. off 5 names and head. off 2", "passed over 1 other tensor: aux.fc.bias"}, ""}, // of another shape
		"one of two": {interp.WeightsOf(both(map[string]tensor.Tensor{"fc.bias": tensors["fc.bias"]}, "a.", "b.", "backbone.conv1.weight.", "")), nil,
			"error[E0601]: the weights do not fit tiny: 6 of 7 tensors are missing"},
		"not up to a dot": {calledBy(tensors, put("x")), nil, "error[E0601]"},
		"another shape behind it": {calledBy(tensors, func(s string) string { return strings.TrimSuffix("module."+s, "module.fc.bias") }, "module.fc.bias"), nil,
			"error[E0602]: the weights do not fit tiny: 1 of 7 tensors has another shape"},
	} {
		got, notes, err := outputsOf(t, n, c.weights)
		switch {
		case c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)):
			t.Errorf("%s: %v", name, err)
		case c.err == "" && (err != nil || !slices.Equal(notes, c.notes) || !nettest.SameBits(got, want) && name != "and folded"):
			t.Errorf("%s: %q, %v: %v, want %v", name, notes, err, got, want)
		}
	}
	if _, _, err := outputsOf(t, n, interp.WeightsOf(both(tensors, "model.", "ema."))); !isPrefixError(err) {
		t.Errorf("%T", err)
	}

	deep := readNet(t, strings.NewReplacer("conv1: conv", "backbone: { conv1: conv", "linear(classes)", "linear(classes) }", "names other", "names other { } #").Replace(boundNet))
	got, notes, err := outputsOf(t, deep, interp.WeightsOf(tensors))
	if err != nil || !slices.Equal(notes, []string{"put backbone. before all 7 names"}) || !nettest.SameBits(got, want) {
		t.Errorf("the net has a prefix: %q, %v", notes, err)
	}
	if _, _, err := outputsOf(t, deep, calledBy(tensors, put(""), "head.weight")); err == nil {
		t.Error("the net has a prefix, and the file one more tensor")
	}
}

func isPrefixError(err error) bool {
	e, ok := errors.AsType[*interp.PrefixError](err)
	return ok && slices.Equal(e.Prefixes, []string{"ema.", "model."})
}

func both(tensors map[string]tensor.Tensor, prefixes ...string) map[string]tensor.Tensor {
	all := map[string]tensor.Tensor{}
	for name, x := range tensors {
		for _, p := range prefixes {
			all[p+name] = x
		}
	}
	return all
}

// What a user renames counts before maps and prefixes, and what is not renamed and not wanted is
// passed over.
func TestRenames(t *testing.T) {
	n := readNet(t, boundNet)
	tensors := interp.RandomTensors(n, 7)
	want, _, err := outputsOf(t, n, interp.RandomWeights(7))
	if err != nil {
		t.Fatal(err)
	}
	odd := maps.Clone(tensors)
	for own, to := range map[string]string{"conv1.weight": "net.layer1.c.w", "bn1.weight": "net.layer1.n.weight", "bn1.bias": "net.layer1.n.bias",
		"bn1.running_mean": "net.layer1.n.running_mean", "bn1.running_var": "net.layer1.n.running_var"} {
		odd[to] = odd[own]
		delete(odd, own)
	}
	two := both(tensors, "model.", "ema.")
	for i, c := range []struct {
		tensors map[string]tensor.Tensor
		renames []string
		notes   []string
		err     string
	}{
		{odd, []string{"net.layer{i}.c.w=conv{i}.weight", "net.layer{i}.n.=bn{i}."}, []string{"renamed 5 tensors"}, ""},
		{odd, []string{"net.layer{i:int}.c.w=conv{3*i - 2}.weight", "net.layer{i}.n.{x:path}=bn{i}.{x}"}, []string{"renamed 5 tensors"}, ""},
		{odd, []string{"net.layer1.c.w=stem.weight", `"net.layer{i}.n." = "norm."`}, []string{"renamed 5 tensors"}, ""}, // as the map calls them
		{odd, []string{"net.layer{i}.c.w=module.conv{i}.weight", "net.layer{i}.n.=module.bn{i}.", "fc.=module.fc."}, []string{"renamed 7 tensors", "took module. off all 7 names"}, ""},
		{two, []string{"ema.="}, []string{"renamed 7 tensors", "passed over 7 other tensors: 7 in model"}, ""},
		{two, []string{"ema.=x."}, nil, "tensors in memory has the tensors of tiny behind each of"},
		{two, []string{"ema.=", "model.{x:path}="}, []string{"renamed 7 tensors", "passed over 7 other tensors: 7 in model"}, ""},
		{both(tensors, "", "ema."), []string{"ema.{x:path}="}, []string{"passed over 7 other tensors: 7 in ema"}, ""},
		{both(tensors, "", "ema."), []string{"ema.conv{i:int}.{x:path} = ", "ema.fc.bias=", `"ema.{x:path}" = ""`}, []string{"passed over 7 other tensors: 7 in ema"}, ""},
		{both(tensors, "", "ema."), []string{"ema.="}, nil, "renames:1:1: error[E0603]"},
		{both(tensors, "", "ema."), []string{"emo.{x:path}=", "emu.="}, nil, "renames:1:1: error[E0604]: no tensor of `tensors in memory` is called like `emo.{x:path}`"},
		{tensors, []string{"{x:path}=deep.{x}"}, []string{"renamed 7 tensors", "took deep. off all 7 names"}, ""},
		{tensors, []string{"fc.=head."}, nil, "error[E0601]: the weights do not fit tiny: the names differ by one rule"},
		{tensors, []string{"conv.=conv1."}, nil, "renames:1:1: error[E0604]: no tensor of `tensors in memory` is called like `conv.`"},
		{tensors, []string{"fc.=fc.", "conv1.=bn1."}, nil, "renames:2:1: error[E0603]: the file's names are changed so that this calls two tensors `bn1.weight`: `bn1.weight` and `conv1.weight`"},
		{tensors, []string{"bn{i}.=norm{j}."}, nil, "renames:1:18: error[E0201]: `j` is not captured by the left side of this row"},
		{tensors, []string{"bn{i.=norm"}, nil, "renames:1:4: error[E0101]"},
		{tensors, []string{"{a}{b:path}=x.{a}"}, nil, "renames:1:1: error[E0604]: `{a}{b:path}` fits"},
		{tensors, []string{"fc.={1/0}"}, nil, "renames:1:13: error[E0308]"},
	} {
		got, notes, err := outputsOf(t, n, interp.WeightsOf(c.tensors).Renamed(interp.Rename(c.renames...)))
		switch {
		case c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)):
			t.Errorf("%d: %v", i, err)
		case c.err == "" && (err != nil || !slices.Equal(notes, c.notes) || !nettest.SameBits(got, want)):
			t.Errorf("%d: %q, %v: %v, want %v", i, notes, err, got, want)
		}
	}
	for _, odd := range []string{"=", "a", "a=", `a=b" } names other { "c" = "d`, `a\=b`, "a=b\\", `a\=b" } names other { "c" = "d\`, "a\n=}\n} id }", "\x00=\xff", strings.Repeat("{x}", 1000) + "=y", "{", "a={", `"`, "a=b } }"} {
		if _, _, err := outputsOf(t, n, interp.WeightsOf(tensors).Renamed(interp.Rename(odd, "conv1.=stem."))); err == nil {
			t.Errorf("%q is taken", odd)
		}
	}
	if err := interp.Rename("a.=b.", "{a}.={b}.").Err(); err == nil {
		t.Error("a capture that does not exist is no error before there is a file")
	}
	if err := interp.Rename().Err(); err != nil {
		t.Error(err)
	}
}

// Names with slashes are the net's own with dots, by themselves and with one text.
func TestSlashesInNames(t *testing.T) {
	n := readNet(t, boundNet)
	tensors := interp.RandomTensors(n, 7)
	want, _, err := outputsOf(t, n, interp.RandomWeights(7))
	if err != nil {
		t.Fatal(err)
	}
	const read = "read / in names as a dot"
	slashed := func(prefix string) func(string) string {
		return func(s string) string { return prefix + strings.ReplaceAll(s, ".", "/") }
	}
	other := strings.NewReplacer("conv1.", "a/stem/", "bn1.", "a/norm/", "fc.", "a/fc/").Replace
	for name, c := range map[string]struct {
		weights interp.Weights
		renames []string
		notes   []string
		err     string
	}{
		"own":               {calledBy(tensors, slashed(""), "bn1/num_batches_tracked"), nil, []string{read}, ""},
		"some":              {calledBy(tensors, strings.NewReplacer("bn1.", "bn1/").Replace), nil, []string{read}, ""},
		"prefix":            {calledBy(tensors, slashed("model/")), nil, []string{read, "took model. off all 7 names"}, ""},
		"map":               {calledBy(tensors, other), nil, []string{read, "took a. off all 7 names"}, ""},
		"text":              {calledBy(tensors, slashed("")), []string{"/=."}, []string{"renamed 7 tensors"}, ""},
		"text first":        {calledBy(tensors, slashed("m/")), []string{"m.=", " / = . "}, []string{"renamed 7 tensors"}, ""},
		"other text":        {calledBy(tensors, slashed("m/")), []string{"m/{x}={x}"}, []string{"renamed 7 tensors", read}, ""},
		"one more":          {calledBy(tensors, slashed(""), "a/b"), nil, nil, "error[E0601]: the weights do not fit tiny: 1 in the file is unexpected"},
		"one more renamed":  {calledBy(tensors, slashed(""), "a/b"), []string{"/=."}, nil, "error[E0601]: the weights do not fit tiny: 1 in the file is unexpected"},
		"two would be one":  {interp.WeightsOf(both(tensors, "a.", "a/")), nil, nil, "tensors in memory has the tensors of tiny behind each of"},
		"two by the text":   {interp.WeightsOf(both(tensors, "a.", "a/")), []string{"/=."}, nil, "renames:1:1: error[E0604]: no tensor of `tensors in memory` is called like `/`"},
		"no slash":          {calledBy(tensors, strings.Clone), []string{"/=."}, nil, "renames:1:1: error[E0604]"},
		"mistakes keep row": {calledBy(tensors, slashed("")), []string{"/=.", "nat.="}, nil, "renames:2:1: error[E0604]"},
	} {
		got, notes, err := outputsOf(t, n, c.weights.Renamed(interp.Rename(c.renames...)))
		switch {
		case c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)):
			t.Errorf("%s: %v", name, err)
		case c.err == "" && (err != nil || !slices.Equal(notes, c.notes) || !nettest.SameBits(got, want)):
			t.Errorf("%s: %q, %v: %v, want %v", name, notes, err, got, want)
		}
	}
	labelled := readNet(t, `net n [N, 3, H = 8, W = 8] -> [N, 4] { "a/b": conv(4, 3x3) -> gap -> flatten }`)
	if _, notes, err := outputsOf(t, labelled, interp.WeightsOf(interp.RandomTensors(labelled, 7))); err != nil || notes != nil {
		t.Errorf("a label with a slash: %q, %v", notes, err)
	}
}
