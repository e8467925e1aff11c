package blocks_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/blocks"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/interp/internal/weightfile/filetest"
)

func TestDev(t *testing.T) {
	for _, name := range strings.Fields(os.Getenv("NETS")) {
		raw, err := os.ReadFile("/work/shared/reference/exchange/models/skeletons/" + name + ".onnx.gz")
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		raw, err = io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		net, err := onnx.Read(filetest.Memory(name+".onnx", raw, map[string][]byte{name + ".onnx_data": make([]byte, 1<<30)}), onnx.Options{})
		if err != nil {
			t.Error(err)
			fmt.Println("", name, "-", err)
			continue
		}
		if net.Graph.Name == "" || strings.HasPrefix(net.Graph.Name, "torch") {
			net.Graph.Name = strings.Split(name, "-")[0]
		}
		net = structure.Nested(net)
		if os.Getenv("FLAT") != "" {
			fmt.Println(tree.Text(&tree.File{Net: structure.Of(net)}))
		}
		text := tree.Text(blocks.Fold(structure.Of(net)))
		fmt.Println(text, name, lines(text))
	}
}
