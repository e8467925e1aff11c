// Package blocks finds what a net does several times, and makes blocks of it with parameters,
// variants and repeats, so that the text says what its authors would write.
package blocks

import (
	"strings"

	"cnnlang/interp/importer/internal/tree"
)

// mostBlocks is how many blocks a text gets.
const mostBlocks = 200

// Fold is the text of a net with what it does several times said once. It is checked and proved,
// and its graph is that of the net as it was: what cannot be said so stays as it is.
func Fold(n *tree.Net) *tree.File {
	plain := &tree.File{Net: n}
	want, err := understood(plain)
	if err != nil {
		return plain // whoever checks the text says so
	}
	s := newSearcher(n)
	for s.refused < mostRefused && s.work < 2*mostSearched {
		for s.better() {
		}
		if len(s.best.blocks) == 0 {
			return s.best.checked(want, plain)
		}
		wrong := s.best.sign(want)
		if wrong == nil {
			return s.best.file
		}
		s.refuse(wrong)
	}
	return plain
}

// mostRefused is how often blocks are left out because a text with them is wrong.
const mostRefused = 20

// checked is a text without blocks, or if that is wrong the other.
func (f *folded) checked(want *reading, plain *tree.File) *tree.File {
	if got, err := understood(f.file); err != nil || !want.equals(got, f.named) {
		return plain
	}
	return f.file
}

// A folder makes blocks of one net.
type folder struct {
	net         *tree.Net
	named       bool            // the net has labels
	without     map[string]bool // keys of blocks that are not made
	unlike      map[string]bool // keys of classes that are no variants of each other
	taken       map[string]bool // names
	within      bool            // names count in repeats also within steps
	blocks      []*block
	comparisons int
	size, work  int // how many steps the net has, and how many were gone through
}

// fold folds a net, without the blocks of these keys.
func fold(n *tree.Net, without map[string]bool, lifted bool) *folded {
	f := &folder{net: n, without: without, unlike: map[string]bool{}, taken: map[string]bool{n.Name: true}, comparisons: mostComparisons}
	root := steps(n.Body, begins(n.Body), false)
	root.all(func(s *step) { f.named = f.named || s.label != "" || s.numbered && s.kind == group })
	f.size = root.size()
	if lifted {
		lift(&root)
	}
	loose := !f.named || root.setAside() // nothing says what belongs together
	if loose {
		rows(&root)
		f.all(&root, false)
		for units(&root) {
			f.all(&root, false)
		}
	}
	f.all(&root, true)
	for loose && f.goesOn() && series(&root) {
		before := len(f.blocks)
		if f.all(&root, true); len(f.blocks) == before {
			break
		}
	}
	price := cost(f.file(root)) // before what is no block of its own is repeated, which blocks are better than
	f.within = true
	f.runs(&root, false)
	dissolve(&root)
	return &folded{f.file(root), f.blocks, f.named, price, f.work}
}

// all makes all blocks that there are, with repeats of anything if that is wanted, and takes apart
// what is none.
func (f *folder) all(root *body, repeats bool) {
	for f.goesOn() && (f.runs(root, true) || f.fold(*root) || repeats && f.runs(root, false)) {
	}
	dissolve(root)
}

// goesOn reports whether more blocks may be sought.
func (f *folder) goesOn() bool {
	f.work += f.size
	return len(f.blocks) < mostBlocks && f.work < mostWork
}

// mostWork is how many steps are gone through in the search for blocks of one text.
const mostWork = 1_000_000

// file is the text so far.
func (f *folder) file(root body) *tree.File {
	net := *f.net
	file := &tree.File{Net: &net}
	for _, b := range f.blocks {
		t := b.written()
		if t.In = "[N, C, H, W]"; b.rank != 4 {
			t.In = "[N, C" + strings.Repeat(", _", b.rank-2) + "]"
		}
		t.Out = anyOf(t.In)
		file.Blocks = append(file.Blocks, t)
	}
	net.Body = root.written()
	return file
}
