package exec_test

import (
	"fmt"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// BenchmarkGradients computes hot ops of a training step of ResNet-18 at eight images by their first algorithm, on one thread.
func BenchmarkGradients(b *testing.B) {
	image := func(c, size int) []int { return []int{8, c, size, size} }
	for _, c := range []opCase{
		{weights(64, pair(7, 7), stride(2, 2), padded(pad(3))), in{image(3, 224), image(64, 112)}},
		{weights(64, pair(3, 3), padded(pad(1))), in{image(64, 56), image(64, 56)}},
		{weights(128, pair(3, 3), stride(2, 2), padded(pad(1))), in{image(64, 56), image(128, 28)}},
		{weights(128, pair(1, 1), stride(2, 2)), in{image(64, 56), image(128, 28)}},
		{weights(128, pair(3, 3), padded(pad(1))), in{image(128, 28), image(128, 28)}},
		{weights(256, pair(3, 3), padded(pad(1))), in{image(256, 14), image(256, 14)}},
		{weights(512, pair(3, 3), padded(pad(1))), in{image(512, 7), image(512, 7)}},
		{weights(256, pair(1, 1)), in{image(64, 56), image(256, 56)}},
		{weights(128, pair(3, 3), padded(pad(1)), groups(128)), in{image(128, 56), image(128, 56)}},
		{&ops.BatchStats{}, in{image(64, 112)}},
		{&ops.BatchStats{}, in{image(256, 14)}},
		{&ops.BatchNormalize{Of: bn(true, true)}, in{image(64, 112), {2, 64}}},
		{&ops.BatchSums{Of: bn(true, true)}, in{image(64, 112), image(64, 112), {2, 64}}},
		{&ops.BatchGradient{Of: bn(true, true)}, in{image(64, 112), image(64, 112), {2, 64}, {2, 64}}},
		{&ops.ByResult{Of: ops.ReLU.Op()}, in{image(64, 112), image(64, 112)}},
		{&ops.ByInput{Of: maxpool(pair(3, 3), pair(2, 2), pad(1), false)}, in{image(64, 56), image(64, 112)}},
		{&ops.ChannelSums{}, in{image(64, 112)}},
		{&ops.Spread{Shape: []int{512, 7, 7}}, in{{8, 512, 1, 1}}},
		{adjoint(avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), image(192, 35)...), in{image(192, 35)}},
	} {
		x := gradientInputs(c)
		way := optest.Ways(b, c.op, x, optest.Params(c.op, 1, x...))[0]
		products := 0
		if op, ok := c.op.(*ops.ConvWeights); ok {
			products = x[1].Shape.Elements() * x[0].Shape[1] / op.Of.Groups.MustInt() * op.Of.K.H.MustInt() * op.Of.K.W.MustInt()
		}
		b.Run(fmt.Sprint(c.op.Name(), c.in, way.Prepared().Algorithm), func(b *testing.B) {
			var values []layout.Value
			var data []tensor.Tensor
			for i, v := range x {
				values = append(values, layout.Value{Shape: v.Shape, Layout: way.From[i]})
				data = append(data, optest.Laid(way.From[i], v, 1))
			}
			prepared := way.Prepare(values, layout.Value{Shape: way.Shape, Layout: way.To}, way.Params, nil)
			out := tensor.Tensor{Shape: way.Shape, Data: make([]float32, way.To.Floats(way.Shape))}
			tasks := prepared.Bind(out, data, make([]float32, prepared.Scratch(1)), 1)
			workers := task.NewWorkers(1)
			defer workers.Close()
			for b.Loop() {
				if err := workers.Run(b.Context(), tasks); err != nil {
					b.Fatal(err)
				}
			}
			if products > 0 {
				b.ReportMetric(2*float64(products)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			}
		})
	}
}
