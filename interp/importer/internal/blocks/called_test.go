package blocks_test

import (
	"os"
	"testing"

	"cnnlang/interp/importer/internal/caffe"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile/filetest"
)

// Networks of Caffe, whose layers have whole names and no groups, become blocks whose parameter is what
// the names of their layers have in common, and the names stay.
func TestWholeNames(t *testing.T) {
	for _, c := range []struct {
		net   string
		lines int
	}{
		{"densenet_dense", 16},
		{"inception_modules", 23},
		{"mobilenet_groups", 20},
		{"resnet_bottlenecks", 23},
		{"senet_axpy", 34},
		{"squeezenet_fires", 21},
	} {
		t.Run(c.net, func(t *testing.T) {
			name := "../../../../testdata/import/caffe/" + c.net + ".prototxt"
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			net, err := caffe.Read(flat.Source{Input: filetest.Memory(name, raw, nil)})
			if err != nil {
				t.Fatal(err)
			}
			net.Graph.Name = c.net
			text := folded(t, net)
			if n := lines(text); n > c.lines {
				t.Errorf("%d lines, want at most %d:\n%s", n, c.lines, text)
			}
			samePaths(t, graphOf(t, text), net)
		})
	}
}
