package filetest

import (
	"fmt"
	"math"
)

// ONNX is what torch.onnx.export writes of the layers, whose initialisers have the names of the
// state dict. With fold it is what it writes by default: a norm is folded into the convolution
// before it, in float32, and the tensors that it makes have numbers for names.
func ONNX(layers []Layer, fold bool) []byte {
	graph, weights, value := Proto{}.Text(2, "torch_jit"), []Proto{}, "input"
	if fold {
		layers = Folded(layers)
	}
	for i, l := range layers {
		node := Proto{}.Text(1, value)
		value = fmt.Sprintf("/%s/output", l.module())
		op := []string{"Conv", "BatchNormalization", "Gemm"}[l.Kind]
		called := func(leaf string) string { return l.Name + "." + leaf }
		if fold && l.Kind == Conv {
			called = func(leaf string) string { return fmt.Sprint("onnx::Conv_", 400+3*i+map[string]int{"bias": 1}[leaf]) }
		}
		for _, a := range l.Arrays {
			node = node.Text(1, called(a.Leaf))
			t := Proto{}.Int(2, 1).Text(8, called(a.Leaf)).Text(9, Bytes(a.Data...))
			for _, n := range a.Shape {
				t = t.Int(1, int64(n))
			}
			weights = append(weights, t)
		}
		node = node.Text(2, value).Text(3, "/"+l.module()+"/"+op).Text(4, op)
		switch l.Kind {
		case Conv:
			k := l.Array("weight").Shape[2:]
			node = node.ints("dilations", 1, 1).ints("kernel_shape", int64(k[0]), int64(k[1])).ints("pads", l.Pad, l.Pad, l.Pad, l.Pad).
				ints("strides", l.Stride, l.Stride).Add(5, Proto{}.Text(1, "group").Int(3, l.Groups).Int(20, 2))
		case Norm:
			node = node.Add(5, Proto{}.Text(1, "epsilon").Float(2, float32(l.Eps)).Int(20, 1))
		case Linear:
			node = node.Add(5, Proto{}.Text(1, "transB").Int(3, 1).Int(20, 2))
		}
		graph = graph.Add(1, node)
		if l.ReLU {
			graph = graph.Add(1, Proto{}.Text(1, value).Text(2, value+"_relu").Text(3, "/"+l.module()+"/Relu").Text(4, "Relu"))
			value += "_relu"
		}
	}
	for _, t := range weights {
		graph = graph.Add(5, t)
	}
	return Proto{}.Int(1, 7).Text(2, "pytorch").Text(3, "1.13.1").Add(7, graph).Add(8, Proto{}.Text(1, "").Int(2, 14))
}

func (p Proto) ints(name string, v ...int64) Proto {
	a := Proto{}.Text(1, name)
	for _, x := range v {
		a = a.Int(8, x)
	}
	return p.Add(5, a.Int(20, 7))
}

// Folded are the layers with each norm folded into the convolution before it.
func Folded(layers []Layer) (all []Layer) {
	for _, l := range layers {
		if last := len(all) - 1; l.Kind == Norm && last >= 0 && all[last].Kind == Conv {
			all[last] = folded(all[last], l)
		} else {
			all = append(all, l)
		}
	}
	return all
}

// folded is a convolution with the norm behind it.
func folded(conv, norm Layer) Layer {
	weight := *conv.Array("weight")
	data, bias := make([]float32, len(weight.Data)), make([]float32, weight.Shape[0])
	for o := range bias {
		scale := norm.Array("weight").Data[o] / float32(math.Sqrt(float64(norm.Array("running_var").Data[o]+float32(norm.Eps))))
		shift := norm.Array("running_mean").Data[o] * scale
		bias[o] = norm.Array("bias").Data[o] - shift
		each := len(data) / len(bias)
		for i := o * each; i < (o+1)*each; i++ {
			data[i] = weight.Data[i] * scale
		}
	}
	conv.Arrays, conv.ReLU = []Array{{"weight", weight.Shape, data}, {"bias", weight.Shape[:1], bias}}, norm.ReLU
	return conv
}

// Caffe is a .caffemodel of the layers, which it calls as called says. A norm is a BatchNorm, whose
// sums have been divided by factor when they count, and a Scale behind it.
func Caffe(layers []Layer, called func(string) string, factor float32) []byte {
	net := Proto{}.Text(1, "net")
	for _, l := range layers {
		name := called(l.Name)
		switch l.Kind {
		case Conv:
			weight := l.Array("weight").Shape
			of := Proto{}.Int(1, int64(weight[0])).Int(3, l.Pad).Int(4, int64(weight[2])).Int(5, l.Groups).Int(6, l.Stride)
			net = net.Add(100, caffeLayer(name, "Convolution", l.Arrays...).Add(106, of))
		case Norm:
			mean, variance := *l.Array("running_mean"), *l.Array("running_var")
			mean.Data, variance.Data = times(mean.Data, factor), times(variance.Data, factor)
			sums := caffeLayer(name, "BatchNorm", mean, variance, Array{"factor", []int{1}, []float32{factor}})
			net = net.Add(100, sums.Add(139, Proto{}.Int(1, 1).Float(3, float32(l.Eps))))
			net = net.Add(100, caffeLayer(name+"/scale", "Scale", *l.Array("weight"), *l.Array("bias")))
		case Linear:
			net = net.Add(100, caffeLayer(name, "InnerProduct", l.Arrays...))
		}
		if l.ReLU {
			net = net.Add(100, caffeLayer(name+"/relu", "ReLU"))
		}
	}
	return net
}

func caffeLayer(name, kind string, arrays ...Array) Proto {
	l := Proto{}.Text(1, name).Text(2, kind)
	for _, a := range arrays {
		shape := Proto{}
		for _, n := range a.Shape {
			shape = shape.Int(1, int64(n))
		}
		l = l.Add(7, Proto{}.Floats(5, a.Data...).Add(7, shape))
	}
	return l
}

func times(data []float32, by float32) []float32 {
	all := make([]float32, len(data))
	for i, x := range data {
		all[i] = x * by
	}
	return all
}
