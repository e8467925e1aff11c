package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

func TestThreeFilesAreWritten(t *testing.T) {
	folder := t.TempDir()
	f, err := exportNet("nin_cifar10", 0, folder)
	if err != nil {
		t.Fatal(err)
	}
	if f.MACs != 222_486_528 || f.Parameters != 966_986 || len(f.Output) != 10 || !slices.Equal(f.Input, []int{3, 32, 32}) {
		t.Errorf("got %+v", f)
	}
	for _, extension := range []string{".onnx", ".json"} {
		if _, err := os.Stat(filepath.Join(folder, "nin_cifar10"+extension)); err != nil {
			t.Error(err)
		}
	}
	m, err := interp.Load(t.Context(), "nin_cifar10", interp.Options{Weights: interp.WeightsFile(filepath.Join(folder, "nin_cifar10.safetensors"))})
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	if _, err := exportNet("no_such_net", 0, folder); err == nil {
		t.Error("a net that there is not was exported")
	}
}

// torch_worker.py has a function for every operator that is written.
func TestTorchRunsEveryOperator(t *testing.T) {
	worker, err := os.ReadFile("../torch_worker.py")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../../interp/onnx/testdata/operators.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if operator := strings.Fields(line)[0]; !strings.Contains(string(worker), "\n    '"+operator+"': ") {
			t.Errorf("no function for %s", operator)
		}
	}
}
