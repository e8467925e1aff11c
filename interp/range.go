package interp

import (
	"cmp"
	"fmt"

	"cnnlang/interp/picture/render"
	"cnnlang/ops"
)

// Range is what the numbers of an output that is a picture mean, and where that is known from, in
// words; "" if it is not known. It is what meta says; else 0 to 1 if the net ends in a sigmoid; else
// that of the pictures that the net takes, where it says how they are prepared. If these are to have
// blue first, so has the output, whichever range is used.
func (n *Net) Range() (r render.Range, from string) {
	p, out := n.Meta.Prepare, n.Graph.Output()
	channels := 1
	if len(out.Shape) > 1 {
		channels = out.Shape[1]
	}
	r.BGR = p.Stated && p.Order == "bgr" && channels == 3
	last, _ := meanings{}.lastStep(n.Graph.Output())
	act, isAct := last.Op.(*ops.Activate)
	switch {
	case n.Meta.Range != nil:
		r.Low, r.High = n.Meta.Range[:1], n.Meta.Range[1:]
		return r, "as the net's meta says"
	case isAct && act.Activation() == ops.Sigmoid && last == out:
		r.Low, r.High = []float64{0}, []float64{1}
		return r, "what a sigmoid gives"
	case !p.Stated || max(len(p.Mean), len(p.Std)) > channels:
		return r, ""
	}
	for c := range max(len(p.Mean), len(p.Std)) {
		mean, std := p.Mean[min(c, len(p.Mean)-1)], p.Std[min(c, len(p.Std)-1)]
		r.Low = append(r.Low, (0-mean)/std)
		r.High = append(r.High, (cmp.Or(p.Scale, 1)-mean)/std)
	}
	return r, fmt.Sprintf("as in the pictures that it takes, %s", PictureText(p))
}
