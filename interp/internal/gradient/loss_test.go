package gradient_test

import (
	"fmt"
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A lossCase is one of losses.json.
type lossCase struct {
	Name, Text  string
	In          [][]int
	Scale       float64
	Labels      []int
	Labels2     []int
	Mix         float64
	Weights     []float64 `json:"class_weights"`
	Targets     []float64
	SideWeights []float64 `json:"side_weights"`
	Loss        number
	DX          [][]number
}

// smoothing and the other settings are in the name or the text.
func (c *lossCase) settings() (loss ops.Loss, smoothing float64) {
	switch {
	case len(c.Labels) > 0:
		loss.Kind = ops.CrossEntropy
		fmt.Sscanf(c.Text, "cross_entropy(smoothing=%g", &smoothing)
	case c.Targets != nil:
		loss.Kind = ops.BCE
		fmt.Sscanf(c.Text, "bce(smoothing=%g", &smoothing)
		if c.Name == "bce_positive_weights" {
			loss.Weights = []float64{1, 2, 0.5, 4, 1}
		}
	default:
		loss.Kind = ops.LossKind(c.Text)
		loss.Beta = 1
	}
	return loss, smoothing
}

// target is what the value of the first input is compared with.
func (c *lossCase) target(smoothing float64) []float64 {
	shape := tensor.Shape(c.In[0])
	t := make([]float64, shape.Elements())
	switch {
	case len(c.Labels) > 0:
		k, pixels := shape[1], shape[2:].Elements()
		weight := func(class int) float64 {
			if c.Weights == nil {
				return 1
			}
			return c.Weights[class]
		}
		total := 0.0
		put := func(labels []int, share float64) {
			for i, label := range labels {
				total += share * weight(label)
				for class := range k {
					p := smoothing / float64(k)
					if class == label {
						p += 1 - smoothing
					}
					t[(i/pixels*k+class)*pixels+i%pixels] += share * p * weight(class)
				}
			}
		}
		if c.Labels2 != nil {
			put(c.Labels, c.Mix)
			put(c.Labels2, 1-c.Mix)
		} else {
			put(c.Labels, 1)
		}
		for i := range t {
			t[i] *= float64(len(c.Labels)) / total
		}
	case c.Targets != nil:
		for i, v := range c.Targets {
			t[i] = (1-smoothing)*v + smoothing/2
		}
	case c.Name == "l1_equal":
		for i, v := range c.input(0) {
			if t[i] = v; i < shape[1] {
				t[i]++
			}
		}
	default:
		copy(t, signed("loss.target", 0, len(t)))
	}
	return t
}

func (c *lossCase) input(i int) []float64 {
	list := signed(fmt.Sprintf("%s.in%d", c.Name, i), 0, tensor.Shape(c.In[i]).Elements())
	for k := range list {
		list[k] = float64(float32(list[k] * c.Scale))
	}
	return list
}

// TestLossesOfTheReference compares losses and their gradients with torch's.
func TestLossesOfTheReference(t *testing.T) {
	var file struct{ Cases []lossCase }
	readReference(t, "losses.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			loss, smoothing := c.settings()
			if c.Name == "huber_0.5" { // delta times the smooth L1 with beta of delta
				loss = ops.Loss{Kind: ops.SmoothL1, Beta: 0.5}
			}
			target, sum := ref.Value{Shape: c.In[0], Data: c.target(smoothing)}, 0.0
			for i := range c.In {
				x, weight := ref.Value{Shape: c.In[i], Data: c.input(i)}, 1.0
				if i > 0 {
					weight = c.SideWeights[i-1]
				}
				if c.Name == "huber_0.5" {
					weight = 0.5
				}
				for _, l := range ref.Exact(&loss, []ref.Value{x, target}, nil).Data {
					sum += weight * l / float64(x.Shape[0])
				}
				op := &ops.LossGradient{Of: loss, Factor: weight / float64(x.Shape[0])}
				near(t, fmt.Sprintf("the gradient of input %d", i), ref.Exact(op, []ref.Value{x, target}, nil).Data, c.DX[i])
			}
			if math.Abs(sum-float64(c.Loss)) > 1e-12*max(1, math.Abs(sum)) {
				t.Errorf("the loss is %.15g, want %.15g", sum, float64(c.Loss))
			}
		})
	}
}
