package importer

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/onnx"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Each network of the conformance data that can be imported is the same network once it is exported and
// imported again, with the same numbers by the same names, for every operation that ONNX has words for.
func TestImportsComeBack(t *testing.T) {
	const data = "../../testdata/import/"
	files := map[string]string{} // and their weights
	for _, pattern := range []string{"caffe/*.prototxt", "darknet/*.cfg", "keras/*.h5", "keras/*.keras"} {
		names, err := filepath.Glob(data + pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			stem := strings.TrimSuffix(name, filepath.Ext(name))
			for _, ending := range []string{".caffemodel", ".weights"} {
				if _, err := os.Stat(stem + ending); err == nil {
					files[name] = stem + ending
				}
			}
			if strings.HasPrefix(pattern, "keras") {
				files[name] = ""
			}
		}
	}
	for _, set := range []string{"node", "idioms"} {
		folder := unpacked(t, data+"onnx/"+set+".zip")
		names, err := filepath.Glob(folder + "/*.onnx")
		if err != nil || len(names) == 0 {
			t.Fatal(set, err)
		}
		for _, name := range names {
			files[name] = ""
		}
	}
	count := 0
	for file, beside := range files {
		i, err := Open(file, Options{Weights: beside})
		if errors.As(err, new(*Refused)) || errors.As(err, new(*interp.WeightsError)) || errors.As(err, new(*interp.WeightsLimitError)) {
			continue // the readers' tests say why
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		count++
		comesBack(t, file, i)
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	}
	if least := 300; count < least {
		t.Errorf("%d networks were imported, want %d", count, least)
	}
}

// unpacked puts the files of an archive into a folder.
func unpacked(t *testing.T, archive string) (folder string) {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	folder = t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(f.Name)), raw, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// comesBack exports an import, imports that, and compares.
func comesBack(t *testing.T, name string, i *Imported) {
	t.Helper()
	folder := t.TempDir()
	stored := filepath.Join(folder, "w.safetensors")
	if _, err := i.WriteWeights(t.Context(), stored, nil); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	params, err := i.Net.Parameters(t.Context(), interp.WeightsFile(stored), nil)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	defer params.Close()
	model, err := onnx.Of(i.Net.Graph, onnx.Options{})
	if errors.As(err, new(*graph.LackingError)) {
		return
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	file := filepath.Join(folder, "again.onnx")
	if _, err := model.Write(t.Context(), onnx.Destination{Path: file}, params); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	again, err := Open(file, Options{})
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, i.Text)
		return
	}
	defer again.Close()
	pairs, err := flat.Match(plainly(again.Net.Graph), plainly(i.Net.Graph))
	if err != nil {
		t.Errorf("%s: %v\n%s%s", name, err, i.Text, again.Text)
		return
	}
	got, want := numbers(t, again), numbers(t, i)
	for _, pair := range pairs {
		for _, p := range pair.File.Params {
			leaf := p.Path[strings.LastIndexByte(p.Path, '.')+1:]
			same := slices.ContainsFunc(pair.Text.Params, func(q graph.Param) bool {
				return strings.HasSuffix(q.Path, leaf) && slices.Equal(got[q.Path], want[p.Path])
			})
			if p.Path != "" && !same {
				t.Errorf("%s: %s is not what it was", name, p.Path)
			}
		}
	}
}

// numbers are those of an import, by the names of its tensors.
func numbers(t *testing.T, i *Imported) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	for _, p := range i.tensors {
		data, err := p.from.Read()
		if err != nil {
			t.Fatal(err)
		}
		all[p.Path] = data
	}
	return all
}

// plainly is a graph as a file for other programs can say it: without what only training does or what does nothing, pools
// that round up with the last window's overhang as padding, normalisations with all their tensors.
func plainly(g *graph.Graph) *graph.Graph {
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case *ops.Dropout, *ops.DropPath:
			n.Op = &ops.Identity{}
		case *ops.Scale:
			if op.S == dim.Int(1) {
				n.Op = &ops.Identity{}
			}
		case *ops.AvgPoolTo:
			if n.Shape.Equal(n.In[0].Shape) {
				n.Op = &ops.Identity{}
			}
		case *ops.MaxPool:
			n.Op = &ops.MaxPool{K: op.K, Stride: op.Stride, Pad: overhang(n)}
		case *ops.AvgPool:
			if one := dim.Square(dim.Int(1)); op.K == one && op.Stride == one && n.Shape.Equal(n.In[0].Shape) {
				n.Op = &ops.Identity{}
				continue
			}
			count := op.CountPad && op.Pad != ops.Padding{}
			n.Op = &ops.AvgPool{K: op.K, Stride: op.Stride, Pad: overhang(n), CountPad: count}
		case *ops.BatchNorm:
			n.Op = &ops.BatchNorm{Eps: op.Eps, Scale: true, Shift: true}
			n.Params = append(slices.Clone(n.Params), make([]graph.Param, 4-len(n.Params))...)
		}
	}
	return g
}

// overhang is the padding of a pool, with what its last windows reach over it.
func overhang(n *graph.Node) ops.Padding {
	w, _ := ops.WindowOf(n.Op)
	var sides [2][2]int
	for i, axis := range dim.Spatial {
		size, k, stride := n.In[0].Shape[axis], w.K.Along(axis).MustInt(), w.Stride.Along(axis).MustInt()
		before, _ := w.Pad.Around(axis, size, k, stride, 1)
		sides[i] = [2]int{before, max((n.Shape[axis]-1)*stride+k-size-before, 0)}
	}
	return ops.Padding{Top: dim.Int(sides[0][0]), Bottom: dim.Int(sides[0][1]), Left: dim.Int(sides[1][0]), Right: dim.Int(sides[1][1])}
}
