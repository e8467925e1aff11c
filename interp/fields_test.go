package interp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// fieldNets are nets that have every primitive among them, windows of all kinds, and the paths
// that values take.
var fieldNets = []string{
	`net windows [N, 2, H = 43, W = 41] -> [N, _, _, _] {
	   conv(2, 3x5, stride=2x1, pad=1x2) -> bn -> relu -> maxpool(3x2, stride=2, ceil=true) -> conv(2, 3x3, dilation=2, pad=2, groups=2) -> avgpool(2x2, stride=1)
	 }`,
	`net padded [N, 1, H = 40, W = 37] -> [N, _, _, _] {
	   conv(2, 4x3, stride=3x2, pad=same) -> maxpool(3x3, stride=1, pad=same) -> channel_shuffle(2) -> slice(0, 1) -> conv(1, 2x3, pad=[[0, 1], [1, 0]])
	 }`,
	`net wide [N, 1, H = 19, W = 18] -> [N, _, _, _] {
	   conv(2, 3x3, pad=1) -> deconv(2, 3x2, stride=2) -> conv(1, 3x3, pad=1) -> deconv(1, 4x4, stride=3x2, pad=1) -> conv(1, 2x2, stride=2)
	 }`,
	`net holes [N, 1, H = 30, W = 29] -> [N, _, _, _] {
	   deconv(2, 3x2, stride=2x3, dilation=3x2, output_pad=1x1) -> conv(1, 2x3) -> deconv(2, 3x3, stride=2x1, dilation=2, pad=3) -> deconv(2, 3x2, groups=2, dilation=4x1, stride=2x2) -> conv(1, 3x3)
	 }`,
	`net gaps [N, 1, H = 16, W = 17] -> [N, _, _, _] {
	   deconv(1, 1x2, stride=3x4) -> conv(1, 2x1, dilation=2x1) -> maxpool(2x3, stride=1) -> conv(1, 1x3, stride=2, dilation=1x4)
	 }`,
	`net same [N, 1, H = 31, W = 32] -> [N, _, _, _] { deconv(2, 3x4, stride=2x3, pad=same) -> deconv(1, 2x2, stride=2, pad=same) -> avgpool_to(15x19) -> conv(1, 3x3, pad=1) }`,
	`net branches [N, 2, H = 33, W = 32] -> [N, _, _, _] {
	   concat { | conv(1, 1x1, stride=2) | conv(1, 7x1, stride=2, pad=[[3, 3], [0, 0]]) | maxpool(3x3, stride=2, pad=1) }
	   -> add { | id | conv(4, 3x5, pad=1x2) -> relu6 }
	   -> max { | dropout -> drop_path | scale(2.0) | pow(2) } -> mean { | silu | gelu | leaky_relu | prelu | hard_sigmoid | hard_swish | tanh | elu | softplus | mish } -> lrn -> layer_norm -> l2_normalize
	 }`,
	`net gated [N, 2, H = 30, W = 31] -> [N, _] {
	   conv(2, 3x3, stride=2) -> mul { | id | gap -> linear(2) -> sigmoid } -> channel_affine([1.0, 2.0], [0.0, 0.0])
	   -> mul { | param([2, 1, 1], init=1.0) | id } -> conv(2, 3x3, pad=1) -> flatten -> linear(3) -> softmax
	 }`,
	`net reduced [N, 2, H = 30, W = 31] -> [N, _, _, _] {
	   mul { | id | reduce_mean(1) -> conv(1, 3x3, pad=1) | reduce_max(3) } -> mul { | id | gmp } -> conv(2, 3x3) -> reduce_mean([1, 2])
	 }`,
	`net normed [N, 2, H = 30, W = 31] -> [N, _, _, _] {
	   concat { | slice(0, 1) -> conv(2, 3x3) -> group_norm(2) | slice(1, 2) -> conv(2, 3x3) -> instance_norm } -> conv(1, 2x2)
	 }`,
	`net bare [N, 1, H = 36, W = 35] -> [N, _, _, _] { conv(1, 1x1, stride=4) -> mul { | id | gap } }`,
	`net uneven [N, 1, H = 31, W = 30] -> [N, _, _, _] {
	   concat { | conv(1, 3x3, stride=2, pad=1) | avgpool_to(16x15) | conv(1, 1x1) -> maxpool(2x2, ceil=true) } -> conv(1, 2x2, pad=[[1, 1], [0, 0]])
	 }`,
	`net resized [N, 1, H = 36, W = 32] -> [N, _, _, _] {
	   resize(54x48, mode="bilinear") -> conv(1, 2x2) -> resize(60x94) -> conv(1, 3x3, pad=1, stride=2)
	 }`,
	`net cubic [N, 1, H = 36, W = 31] -> [N, _, _, _] {
	   resize(54x62, mode="bicubic") -> conv(1, 2x2) -> resize(35x121, mode="bilinear", align_corners=true)
	 }`,
	`net soft [N, 2, H = 24, W = 25] -> [N, _, _, _] {
	   conv(2, 3x3, stride=2) -> softmax -> softmax(2) -> conv(2, 3x3, pad=1) -> softmax(axis=3) -> conv(1, 3x3, pad=1)
	 }`,
	`net bordered [N, 1, H = 42, W = 43] -> [N, _, _, _] {
	   conv(1, 3x3, stride=2) -> pad([[1, 2], [3, 0]]) -> conv(1, 3x3) -> crop([[1, 0], [0, 2]]) -> conv(1, 1x3, stride=1x2)
	 }`,
	`net mirrored [N, 1, H = 42, W = 41] -> [N, _, _, _] {
	   pad(3, mode="reflect") -> conv(1, 3x3, stride=2) -> pad([0, 2], mode="replicate") -> conv(1, 3x3)
	 }`,
	`net shuffled [N, 1, H = 36, W = 30] -> [N, _, _, _] {
	   conv(9, 3x3, pad=1) -> pixel_shuffle(3) -> conv(1, 3x3) -> conv(1, 3x3, stride=1x2, pad=[[0, 0], [1, 1]]) -> pixel_unshuffle(2) -> conv(2, 2x1)
	 }`,
	`net moved [N, 2, H = 24, W = 25] -> [N, _, _, _] {
	   conv(6, 3x3, stride=2) -> reshape([2, 3, 11, 12]) -> permute([0, 2, 1, 3, 4]) -> softmax(3) -> softmax(4) -> reshape([6, 11, 12])
	   conv(2, 3x3, pad=1) -> reshape([2, 132]) -> softmax(2) -> reshape([4, 66, 1]) -> conv(1, 2x1)
	 }`,
	`net attends [N, 2, H = 24, W = 25] -> [N, _, _, _] {
	   conv(6, 3x3, stride=2) as x
	   list { | @x | permute([0, 1, 3, 2]) } -> matmul -> matmul { | id | @x } -> conv(1, 3x3, pad=1)
	   matmul { | reshape([1, 132]) -> permute([0, 2, 1]) | reshape([1, 132]) } -> reshape([1, 132, 132]) -> softmax(2) -> softmax(3) -> conv(1, 2x1)
	 }`,
	`net stay [N, 2, H = 24, W = 25] -> [N, _, _, _] {
	   conv(6, 3x3, stride=2) -> reshape([6, 11, 12]) -> permute([0, 1, 2, 3]) -> conv(2, 3x3, pad=1)
	 }`,
	`net skip [N, 1, H = 28, W = 28] -> [N, _, _, _] {
	   concat { | conv(1, 3x3, pad=1) | maxpool(2x2) -> conv(1, 3x3, pad=1) -> deconv(1, 2x2, stride=2) } -> conv(1, 3x3, pad=1)
	 }`,
}

// evaluated computes all values of a graph, all parameters being positive, so that no change of
// a pixel cancels out.
func evaluated(g *graph.Graph, input ref.Value, run func(n *graph.Node, in, params []ref.Value) ref.Value) []ref.Value {
	values := []ref.Value{input}
	for _, n := range g.Operations() {
		var in, params []ref.Value
		for _, i := range n.In {
			in = append(in, values[i.ID])
		}
		for _, p := range n.Params {
			v := ref.Value{Shape: p.Shape, Data: make([]float64, p.Shape.Elements())}
			for i := range v.Data {
				v.Data[i] = 1 + float64(i%3)/4
			}
			params = append(params, v)
		}
		values = append(values, run(n, in, params))
	}
	return values
}

// linearly computes an op, in place of one that levels out or divides by the values of a pixel,
// the identity, and in place of a softmax the sum.
func linearly(n *graph.Node, in, params []ref.Value) ref.Value {
	switch n.Op.Name() {
	case "relu", "relu6", "leaky_relu", "prelu", "hard_sigmoid", "hard_swish", "sigmoid", "silu", "gelu", "tanh", "elu", "softplus", "mish", "pow", "lrn", "layer_norm", "l2_normalize", "bn":
		return in[0]
	case "softmax":
		return summed(in[0], n.Op.(*ops.Softmax).Axis.MustInt())
	}
	return ref.Exact(n.Op, in, params)
}

// summed has the sum of the numbers along an axis in place of each of them.
func summed(x ref.Value, axis int) ref.Value {
	y := ref.Value{Shape: x.Shape, Data: make([]float64, len(x.Data))}
	apart := tensor.Shape(x.Shape[axis+1:]).Elements()
	for i := range x.Data {
		first := i - i/apart%x.Shape[axis]*apart
		for k := range x.Shape[axis] {
			y.Data[i] += x.Data[first+k*apart]
		}
	}
	return y
}

// A position sees the pixels between the first and the last one that change it. A changed row or
// column is far above the others, so that it wins where a maximum is taken.
func TestFieldsAreThePixelsThatChangeAValue(t *testing.T) {
	seen := map[string]bool{}
	for _, text := range fieldNets {
		p, err := Read("fields.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		net, err := p.Net(Options{})
		if err != nil {
			t.Fatal(err)
		}
		g := net.Graph
		input := ref.Value{Shape: g.Input().Shape, Data: make([]float64, g.Input().Shape.Elements())}
		for i := range input.Data {
			input.Data[i] = 1 + float64(i%7)/8
		}
		before := evaluated(g, input, linearly)
		for _, axis := range dim.Spatial {
			changed := make([]map[int][]int, len(g.Nodes)) // of a position: the pixels that change it
			for i := range changed {
				changed[i] = map[int][]int{}
			}
			for pixel := range g.Input().Shape[axis] {
				moved := ref.Value{Shape: input.Shape, Data: slices.Clone(input.Data)}
				for i := range moved.Data {
					if place(moved.Shape, i, axis) == pixel {
						moved.Data[i] += 1e9
					}
				}
				for id, v := range evaluated(g, moved, linearly) {
					noted := map[int]bool{}
					for i, x := range v.Data {
						if at := place(v.Shape, i, axis); x != before[id].Data[i] && !noted[at] {
							noted[at] = true
							changed[id][at] = append(changed[id][at], pixel)
						}
					}
				}
			}
			fields := g.Fields(axis)
			for _, n := range g.Operations() {
				seen[n.Op.Name()] = true
				compareField(t, fmt.Sprintf("%s, %v of %d %s", net.Name, axis, n.ID, n.Op.Name()), &fields[n.ID], n, axis, changed[n.ID], g.Input().Shape[axis])
			}
		}
	}
	for _, op := range ops.Builtins {
		if !seen[op.Name()] {
			t.Errorf("no net has %s", op.Name())
		}
	}
}

// compareField compares what all positions of a value see, clipped to the image, with the pixels
// that change them. Near the border of an image these may be fewer: padding of a value in
// between sees nothing, and a field goes on as if it did; and where images are mirrored, padding
// is pixels from inside. Far from it they are the same.
func compareField(t *testing.T, what string, f *graph.Field, n *graph.Node, axis dim.Axis, changed map[int][]int, image int) {
	t.Helper()
	const margin = 6
	positions := 1
	if len(n.Shape) == 4 {
		positions = n.Shape[axis]
	}
	stride, even := f.Stride()
	fixed := even && stride == dim.Int(0) // all positions see the same
	inside, most := 0, 0
	for at := range positions {
		pixels := changed[at]
		first, last, ok := f.At(at)
		if first < 0 || last >= image {
			if strings.HasPrefix(what, "mirrored") || ok && len(pixels) == 0 {
				continue
			}
		}
		holes := strings.HasPrefix(what, "holes") // places between the weights of a kernel are counted
		if len(pixels) == 0 || !ok {
			if ok && !holes || len(pixels) > 0 {
				t.Errorf("%s: position %d sees %d..%d, %v, and is changed by %v", what, at, first, last, ok, pixels)
			}
			continue
		}
		from, to := pixels[0], pixels[len(pixels)-1]
		switch {
		case fixed || first >= margin && last < image-margin:
			inside++
			most = max(most, to-from+1)
			if (from != first || to != last) && !(holes && from >= first && to <= last) {
				t.Errorf("%s: position %d sees %d..%d, and is changed by %v", what, at, first, last, pixels)
			}
		case from < first || to > last:
			t.Errorf("%s: position %d sees %d..%d, and is changed by %v", what, at, first, last, pixels)
		}
	}
	if n.Op.Name() != "param" && (inside == 0 || most != f.Size() && !strings.HasPrefix(what, "holes")) {
		t.Errorf("%s: %d of %d positions lie far from the border, and the most that one sees is %d, not %d", what, inside, positions, most, f.Size())
	}
}

// place is where an element lies along an axis: vectors have one place.
func place(shape []int, i int, axis dim.Axis) int {
	if len(shape) != 4 {
		return 0
	}
	for a := 3; a > int(axis); a-- {
		i /= shape[a]
	}
	return i % shape[axis]
}
