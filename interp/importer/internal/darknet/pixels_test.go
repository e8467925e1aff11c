package darknet

import (
	"fmt"
	"testing"

	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/ops/tensor"
)

// A reorganised number is where Darknet's reorg_cpu takes it from: the sizes that it is called with are those of
// the input for [reorg], and those of the output for [reorg3d].
func reorganised(x []float32, c, h, w, stride int) []float64 {
	out := make([]float64, len(x))
	part := c / (stride * stride)
	for k := range c {
		for j := range h {
			for i := range w {
				column, row := i*stride+k/part%stride, j*stride+k/part/stride
				out[i+w*(j+h*k)] = float64(x[column+w*stride*(row+h*stride*(k%part))])
			}
		}
	}
	return out
}

func TestReorg(t *testing.T) {
	const c, h, w = 18, 6, 12
	for stride := 1; stride <= 3; stride++ {
		for kind, want := range map[string]func(x []float32) []float64{
			"reorg":   func(x []float32) []float64 { return reorganised(x, c, h, w, stride) },
			"reorg3d": func(x []float32) []float64 { return reorganised(x, c*stride*stride, h/stride, w/stride, stride) },
		} {
			if kind == "reorg" && c%(stride*stride) != 0 {
				continue
			}
			net, err := Read(flattest.Source("net.cfg", []byte(fmt.Sprintf("[net]\nheight=%d\nwidth=%d\nchannels=%d\n[%s]\nstride=%d\n", h, w, c, kind, stride))))
			if err != nil {
				t.Fatal(err)
			}
			x := flattest.Image(tensor.Shape{1, c, h, w})
			got := flattest.Run(t, net, x)[net.Graph.Output()]
			if !got.Shape.Equal(tensor.Shape{1, c * stride * stride, h / stride, w / stride}) {
				t.Errorf("[%s] with stride %d gives %v", kind, stride, got.Shape)
			}
			for i, v := range want(x.Data) {
				if got.Data[i] != v {
					t.Errorf("[%s] with stride %d: got %v at %d, want %v", kind, stride, got.Data[i], i, v)
					break
				}
			}
		}
	}
}
