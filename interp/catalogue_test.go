package interp_test

import (
	"io/fs"
	"sort"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/pass"
	"cnnlang/lang"
	"cnnlang/lang/diag"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// files lists the .cnn files of a folder.
func files(t *testing.T, folder fs.FS) []string {
	t.Helper()
	names, err := fs.Glob(folder, "*.cnn")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files (%v)", err)
	}
	return names
}

// The catalogue, which only reads lines, finds the nets that parsing finds.
func TestLibraryIsWhatParsingFinds(t *testing.T) {
	var want []string
	for _, file := range files(t, nets.FS) {
		p, list, err := lang.Load(nets.FS, file, "nets/", lang.NewLibrary(stdlib.FS))
		if err != nil || len(list) > 0 {
			t.Fatalf("%s: %v %v", file, err, list)
		}
		for _, o := range p.Main.Nets() {
			want = append(want, o.Name)
		}
	}
	sort.Strings(want)
	if diff := cmp.Diff(want, interp.Library()); diff != "" {
		t.Errorf("the library differs (-parsed +listed):\n%s", diff)
	}
}

// The shipped files have not even a warning.
func TestLibraryHasNothingToComplainOf(t *testing.T) {
	silent := func(what string, list diag.List) {
		t.Helper()
		for _, d := range list {
			t.Errorf("%s: %v", what, d)
		}
	}
	for _, file := range files(t, stdlib.FS) {
		if file == "prelude.cnn" {
			continue // every load reads it; as a program of its own it lacks bodies
		}
		p, list, err := lang.Load(stdlib.FS, file, "std/", lang.NewLibrary(stdlib.FS))
		if err != nil {
			t.Error(err)
			continue
		}
		silent(file, list)
		for _, o := range p.Main.Nets() {
			if elab.Runnable(o, nil) {
				_, list := elab.Net(o, elab.Options{})
				silent(o.Name, list)
			}
		}
	}
	for _, name := range interp.Library() {
		p, err := interp.Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		made, list, err := p.Check(interp.Options{})
		if err != nil || len(made) != 1 {
			t.Errorf("%s: got %d nets, %v", name, len(made), err)
			continue
		}
		silent(name, list)
		if err := graph.Verify(made[0].Graph); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, side := range made[0].Graph.Sides {
			if side.Output == nil {
				t.Errorf("%s: the side head %s does not fit the default input", name, side.Name)
			}
		}
	}
}

// The recursive U-Net and the one with taps are the same graph, once the identities that
// pass an encoder's map to its decoder are dropped; only the names, and with them the
// generated weights, differ.
func TestBothUNetsAreOneGraph(t *testing.T) {
	describe := func(net string) (nodes []string) {
		g, _ := pass.Run(nettest.Instantiate(t, net, nil).Graph, pass.Options{})
		for _, n := range g.Nodes {
			text := graph.Describe(n.Op)
			for _, in := range n.In {
				text += " " + strconv.Itoa(in.ID)
			}
			for _, p := range n.Params {
				text += " " + p.Shape.String()
			}
			nodes = append(nodes, text+" -> "+n.Shape.String())
		}
		return nodes
	}
	if diff := cmp.Diff(describe("unet"), describe("unet_taps")); diff != "" {
		t.Errorf("-recursive +taps:\n%s", diff)
	}
}
