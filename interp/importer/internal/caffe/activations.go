package caffe

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// plain is an operation without arguments.
func plain(name string) ops.Op {
	op, err := ops.New(name, nil)
	if err != nil {
		panic(fmt.Sprintf("caffe: %v", err))
	}
	return op
}

func activation(name string) func(*settings) build {
	return func(*settings) build { return one(plain(name)) }
}

func relu(s *settings) build {
	if slope := s.number("negative_slope", "0"); slope != dim.Int(0) {
		return one(&ops.LeakyReLU{Slope: slope})
	}
	return one(plain("relu"))
}

func prelu(s *settings) build {
	shared := s.flag("channel_shared", false)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		return one(&ops.PReLU{PerChannel: !shared}, stored(l, "weight", false))(r, l, in)
	}
}

func elu(s *settings) build { return one(&ops.ELU{Alpha: s.number("alpha", "1")}) }

// swish reads x * sigmoid(beta*x).
func swish(s *settings) build {
	if beta := s.number("beta", "1"); beta != dim.Int(1) {
		s.refuse(s.given["beta"][0], "1 can be read", "a swish with beta %s", beta.Decimal())
		return nil
	}
	return one(plain("silu"))
}

func clip(s *settings) build {
	low, high := s.number("min", ""), s.number("max", "")
	if low != dim.Int(0) || high != dim.Int(6) {
		s.r.refuse(s.layer.where(), "0 and 6 can be read, which is relu6", "values cut off at %s and %s", low.Decimal(), high.Decimal())
		return nil
	}
	return one(plain("relu6"))
}

func softmax(s *settings) build {
	from := s.integer("axis", 1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		at, ok := axis(from, in[0].Shape)
		if !ok || at == 0 {
			r.refuse(l.where(), "", "axis %d, want one from 1 to %d", from, len(in[0].Shape)-1)
			return nil
		}
		return one(&ops.Softmax{Axis: dim.Int(at)})(r, l, in)
	}
}

func dropout(s *settings) build { return one(&ops.Dropout{P: s.number("dropout_ratio", "0.5")}) }
