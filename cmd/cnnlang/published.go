package main

import (
	"cmp"
	"fmt"
	"strings"

	"cnnlang/cmd/cnnlang/internal/download"
	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// A publishedFile is a file of trained weights.
type publishedFile struct {
	File      string `json:"file"`
	URL       string `json:"url"` // "" if it is not known
	Publisher string `json:"publisher"`
	License   string `json:"license"`
	SHA256    string `json:"sha256"`            // how it begins
	Map       string `json:"map"`               // the net's names by which it is read, "" for its own
	Prepare   string `json:"prepare,omitempty"` // how pictures are prepared for it, where that is not as the net says
	Bytes     int64  `json:"bytes,omitempty"`   // how long it is, if it is there; otherwise as its publisher rounds that, if known
	// How many per cent of the images of Tested it classifies right, and where its publisher says so; if that is said.
	Top1    float64 `json:"top1,omitempty"`
	Tested  string  `json:"tested,omitempty"`
	Results string  `json:"results,omitempty"`
	// Of a file that is there, downloaded or with the program: where.
	Path string `json:"path,omitempty"`
}

// publishedOf is a file of a net's meta.
func publishedOf(w interp.Checkpoint) publishedFile {
	f := publishedFile{File: w.File, Publisher: w.Publisher, License: w.License, SHA256: w.SHA256, Bytes: w.Bytes, Map: w.Map}
	if w.Top1 > 0 {
		f.Top1, f.Tested, f.Results = w.Top1, w.Tested, w.Results
	}
	if w.URL != "" {
		f.URL = w.URL + w.File
	}
	if w.Prepare != nil {
		f.Prepare = interp.PictureText(*w.Prepare)
	}
	return f
}

// published are the files of a net's meta. One that comes with the program is there.
func published(n *interp.Net) []publishedFile {
	list := []publishedFile{}
	own, comes := n.Own()
	for _, w := range n.Meta.Weights {
		f := publishedOf(w)
		if comes && w.URL == "" {
			f.Path = own.Path()
		}
		list = append(list, f)
	}
	return list
}

// String says what the file is and whose.
func (f publishedFile) String() string {
	text := f.File
	if f.Publisher != "" {
		text += " of " + f.Publisher
	}
	if f.License == "" {
		return text + ", whose license is not known"
	}
	return text + ", license " + f.License
}

// source is what to download.
func (f publishedFile) source() download.File { return download.File{URL: f.URL, SHA256: f.SHA256} }

// cached finds the file in the user's cache.
func (f publishedFile) cached() (download.Saved, bool) {
	if f.URL == "" {
		return download.Saved{}, false
	}
	place, err := download.Cached(f.Publisher, f.File, f.URL)
	if err != nil {
		return download.Saved{}, false
	}
	return download.Find(f.source(), place)
}

// adopt takes the weights that come with the net or have been downloaded, if --weights names none; without any its
// error says how to get them. Images are prepared for the file.
func (a *app) adopt(f *runFlags, n *interp.Net, argument string, images []string) error {
	if f.weights.value != "" {
		a.recognise(n, &f.weightsSource, images)
		return nil
	}
	run := "cnnlang run " + shellQuoted(argument) + " --weights FILE " + shellQuoted(cmp.Or(strings.Join(images[:min(1, len(images))], ""), "photo.jpg"))
	c, err := a.weightsFor(&f.weightsSource, n, argument, run)
	if err != nil {
		return err
	}
	a.prepareFor(n, c, images)
	return f.spares(append([]string{argument}, images...))
}

// weightsFor takes the weights that come with a net, or else those that have been downloaded for it; without any its
// error says how to get them, or how to name others in a command.
func (a *app) weightsFor(f *weightsSource, n *interp.Net, argument, named string) (interp.Checkpoint, error) {
	if own, ok := n.Own(); ok {
		f.weights.value = own.Path()
		return interp.Checkpoint{}, nil
	}
	for _, w := range n.Meta.Weights {
		p := publishedOf(w)
		saved, there := p.cached()
		if !there {
			continue
		}
		f.weights.value = saved.Path
		if f.names.value == "" {
			f.names.value = w.Map
		}
		fmt.Fprintf(a.stderr, "note: weights: %s\n", visibleName(p.String()))
		return w, nil
	}
	for _, w := range n.Meta.Weights {
		if p := publishedOf(w); p.URL != "" {
			return w, usage("--weights is missing").withHelp("`cnnlang get %s` downloads %v; a file of yours is named by `%s`, and `--weights random` tries the net out", shellQuoted(argument), p, named)
		}
	}
	return interp.Checkpoint{}, usage("--weights is missing").withHelp("name a file, as in `--weights w.safetensors`, or try the net out with generated weights: `--weights random`")
}

// recognise has images prepared for the file of --weights, if it is one that the net's meta names.
func (a *app) recognise(n *interp.Net, w *weightsSource, images []string) {
	if c, ok := n.Published(w.weights.value); ok && !w.generated() {
		a.prepareFor(n, c, images)
	}
}

// prepareFor has images prepared as a file of weights wants them, and says so if that is otherwise
// than the net's meta says.
func (a *app) prepareFor(n *interp.Net, c interp.Checkpoint, images []string) {
	if n.PrepareFor(c) && len(images) > 0 {
		a.tell("note", fmt.Sprintf("images are prepared as for %s: %s", c.File, interp.PictureText(*c.Prepare)))
	}
}

// downloaded says of each file whether it is in the user's cache.
func downloaded(files []publishedFile) []publishedFile {
	for i, f := range files {
		if saved, ok := f.cached(); ok {
			files[i].Path, files[i].Bytes = saved.Path, saved.Bytes
		}
	}
	return files
}

// weightsGrid has a row for each file.
func weightsGrid(nets []listedNet) grid {
	g := grid{columns: columnsOf("net", "file", "publisher", "license", "sha256", "downloaded")}
	g.columns = append(g.columns, column{"bytes", true}, column{"prepare", false}, column{"top-1", true})
	for _, n := range nets {
		for _, f := range n.Weights {
			there, size, top1 := "no", any(""), any("")
			if f.Path != "" {
				there = "yes"
			}
			if f.Bytes > 0 {
				size = dim.Int(int(f.Bytes))
			}
			if f.Top1 > 0 {
				top1 = f.Top1
			}
			g.rows = append(g.rows, []any{n.Name, f.File, f.Publisher, f.License, f.SHA256, there, size, cmp.Or(f.Prepare, n.Prepare), top1})
		}
	}
	return g
}
