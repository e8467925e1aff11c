package main

import (
	"fmt"
	"slices"
)

// A goal is a figure that the library wants to reach.
type goal struct {
	what    string
	must    float64
	more    bool // more is better; otherwise less is
	figures func(r *results) []figure
	leasts  func(r *results) []figure // of least times, where there are such
}

// A figure is one measured value and where it was.
type figure struct {
	value float64
	where string
}

// goals are the figures that the library must reach. Times, memory and starts are
// ratios to ONNX Runtime, in float32 unless a goal says otherwise, on as many
// threads, in the same rounds.
var goals = []goal{
	{"time, f32, ResNet-50", 0.88, false, times("f32", "resnet50"), leastTimes("resnet50")},
	{"time, f32, ResNeXt-50", 0.85, false, times("f32", "resnext50_32x4d"), leastTimes("resnext50_32x4d")},
	{"time, f32, SE-ResNeXt-50", 0.80, false, times("f32", "seresnext50_32x4d"), leastTimes("seresnext50_32x4d")},
	{"time, f32, ResNet-18", 0.70, false, times("f32", "resnet18"), leastTimes("resnet18")},
	{"time, f32, GoogLeNet", 0.85, false, times("f32", "googlenet"), leastTimes("googlenet")},
	{"time, f32, Inception v3", 0.95, false, times("f32", "inception_v3"), leastTimes("inception_v3")},
	{"time, f32, Inception v4", 0.95, false, times("f32", "inception_v4"), leastTimes("inception_v4")},
	{"time, f32, NIN", 0.95, false, times("f32", "nin_imagenet"), leastTimes("nin_imagenet")},
	{"time, f32, Xception", 0.95, false, times("f32", "xception"), leastTimes("xception")},
	{"time, f32, MobileNet v2", 0.95, false, times("f32", "mobilenet_v2"), leastTimes("mobilenet_v2")},
	{"time, f32fast, ResNet-50 and ResNeXt-50", 0.45, false, times("f32fast", "resnet50", "resnext50_32x4d"), nil},
	{"time, bf16, ResNet-50 and ResNeXt-50", 0.19, false, times("bf16", "resnet50", "resnext50_32x4d"), nil},
	{"time, bf16, ResNet-50, to ONNX Runtime's int8", 0.56, false, timesToInt8("resnet50"), nil},
	{"time, bf16, other nets", 0.35, false, otherTimes("bf16", "resnet50", "resnext50_32x4d"), nil},
	{"speed-up by a second thread, batch 1", 1.80, true, speedUps(1), leastSpeedUps},
	{"speed-up by a second thread, batch 8", 1.85, true, speedUps(8), nil},
	{"peak memory, f32, ResNet-50", 0.55, false, memory("f32"), nil},
	{"peak memory, bf16, ResNet-50", 0.35, false, memory("bf16"), nil},
	{"cold start, ResNet-50", 0.70, false, startRatio(nameOurs), nil},
	{"cold start with a cache, ResNet-50", 0.35, false, startRatio(nameOurs + "-cached"), nil},
	{"share of the AVX2 peak, dense layers, AVX2 forced", 0.70, true, shares("avx2"), leastShares("avx2")},
}

// least are the figures of least times.
func (g goal) least(r *results) []figure {
	if g.leasts == nil {
		return nil
	}
	return g.leasts(r)
}

// worst is the figure that is furthest from the goal; false where there is none.
func (g goal) worst(list []figure) (figure, bool) {
	if len(list) == 0 {
		return figure{}, false
	}
	compare := func(a, b figure) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	}
	if g.more {
		return slices.MinFunc(list, compare), true
	}
	return slices.MaxFunc(list, compare), true
}

func (g goal) met(f figure) bool {
	if g.more {
		return f.value >= g.must
	}
	return f.value <= g.must
}

// times are the ratios of nets at a precision.
func times(precision string, nets ...string) func(*results) []figure {
	return timesWhere(precision, func(net string) bool { return slices.Contains(nets, net) })
}

// otherTimes are those of all nets but these.
func otherTimes(precision string, nets ...string) func(*results) []figure {
	return timesWhere(precision, func(net string) bool { return !slices.Contains(nets, net) })
}

func timesWhere(precision string, wanted func(net string) bool) func(*results) []figure {
	return func(r *results) (list []figure) {
		for _, t := range r.timings {
			if t.Engine == nameOurs && t.Reference == nameORT && t.Precision == precision && wanted(t.Net) {
				list = append(list, figure{t.Ratio.Median, fmt.Sprintf("%s, batch %d, threads %d", t.Net, t.Batch, t.Threads)})
			}
		}
		return list
	}
}

// timesToInt8 are quotients of medians: the reference of the rounds is float32.
func timesToInt8(net string) func(*results) []figure {
	return func(r *results) (list []figure) {
		for _, t := range r.timings {
			other := r.timing(t.Net, nameORTInt8, "int8", t.Threads, t.Batch)
			if t.Net == net && t.Engine == nameOurs && t.Precision == "bf16" && other != nil {
				list = append(list, figure{t.Time.Median / other.Time.Median, fmt.Sprintf("batch %d, threads %d", t.Batch, t.Threads)})
			}
		}
		return list
	}
}

func speedUps(batch int) func(*results) []figure {
	return func(r *results) (list []figure) {
		for _, t := range r.timings {
			if t.Engine == nameOurs && t.Precision == "f32" && t.Batch == batch && t.Threads == 2 && t.SpeedUp.Median > 0 {
				list = append(list, figure{t.SpeedUp.Median, t.Net})
			}
		}
		return list
	}
}

// memory is of the process that has run one image on one thread over and over.
func memory(precision string) func(*results) []figure {
	return func(r *results) []figure {
		ours, reference := r.timing("resnet50", nameOurs, precision, 1, 1), r.timing("resnet50", nameORT, "f32", 1, 1)
		if ours == nil || reference == nil || reference.MostResident == 0 {
			return nil
		}
		return []figure{{ours.MostResident / reference.MostResident, fmt.Sprintf("%.0f of %.0f MiB", ours.MostResident, reference.MostResident)}}
	}
}

func startRatio(engine string) func(*results) []figure {
	return func(r *results) []figure {
		ours, reference := r.start("resnet50", engine, "f32"), r.start("resnet50", nameORT, "f32")
		if ours == nil || reference == nil {
			return nil
		}
		return []figure{{ours.Time.Median / reference.Time.Median, fmt.Sprintf("%.0f of %.0f ms", ours.Time.Median, reference.Time.Median)}}
	}
}

func shares(set string) func(*results) []figure {
	return sharesBy(set, func(s share) float64 { return s.GFLOPS })
}

func leastShares(set string) func(*results) []figure {
	return sharesBy(set, func(s share) float64 { return s.Best })
}

func sharesBy(set string, reached func(share) float64) func(*results) []figure {
	return func(r *results) (list []figure) {
		for _, s := range r.shares {
			if g := reached(s); s.InstructionSet == set {
				list = append(list, figure{g / s.Peak, fmt.Sprintf("%s, %.0f of %.0f GFLOP/s", s.Net, g, s.Peak)})
			}
		}
		return list
	}
}
