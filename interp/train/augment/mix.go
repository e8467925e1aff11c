package augment

import (
	"image"
	"math"
)

// A mix puts each picture of a batch together with the one before it, and their targets alike.
type mix struct {
	stream string
	alpha  float64 // of the beta distribution of shares
	cut    bool    // whether a rectangle is put in, and not the sum taken
}

// newMixup adds pictures (Zhang et al. 2017, "mixup: beyond empirical risk minimization", section 2).
func newMixup(_ Settings, a args) (any, error) { return mix{alpha: a.one("alpha")}, nil }

// newCutmix puts a rectangle of one into the other (Yun et al. 2019, "CutMix", section 3.1).
func newCutmix(_ Settings, a args) (any, error) { return mix{alpha: a.one("alpha"), cut: true}, nil }

// Mixes reports whether Mix does anything, so that targets are shares of classes.
func (l *List) Mixes() bool { return len(l.mixes) > 0 }

// Mix changes a batch, pictures [N, C, H, W] and targets [N, K], by the seed of the batch. Of several
// changes in the list it takes one, each as likely.
func (l *List) Mix(w *Workspace, pictures, targets []float32, n int, seed uint64) {
	if len(l.mixes) == 0 || n == 0 {
		return
	}
	m := l.mixes[w.drawn("augment.mix", seed).below(len(l.mixes))]
	d := w.drawn(m.stream, seed)
	share := d.beta(m.alpha)
	if m.cut {
		box := l.rectangle(share, d)
		share = 1 - float64(box.Dx()*box.Dy())/float64(l.H*l.W)
		rolled(w, pictures, n, func(to, from []float32) { l.paste(to, from, box) })
	} else {
		rolled(w, pictures, n, func(to, from []float32) { blend(to, from, float32(share)) })
	}
	rolled(w, targets, n, func(to, from []float32) { blend(to, from, float32(share)) })
}

// rolled calls do with each of n rows and the row before it, as it was; before the first is the last.
func rolled(w *Workspace, rows []float32, n int, do func(to, from []float32)) {
	size := len(rows) / n
	last := room(&w.copied, size)
	copy(last, rows[(n-1)*size:])
	for i := n - 1; i > 0; i-- {
		do(rows[i*size:(i+1)*size], rows[(i-1)*size:i*size])
	}
	do(rows[:size], last)
}

// blend is share of to and the rest of from.
func blend(to, from []float32, share float32) {
	for i, x := range from {
		to[i] = share*to[i] + (1-share)*x
	}
}

// rectangle has the share of the area that is not kept, around a random point, as far as it lies in
// the picture.
func (s Settings) rectangle(share float64, d *draws) image.Rectangle {
	side := math.Sqrt(1 - share)
	w, h := int(side*float64(s.W)), int(side*float64(s.H))
	x, y := d.below(s.W), d.below(s.H)
	return image.Rect(x-w/2, y-h/2, x-w/2+w, y-h/2+h).Intersect(image.Rect(0, 0, s.W, s.H))
}

// paste copies a rectangle of one picture into the other.
func (s Settings) paste(to, from []float32, box image.Rectangle) {
	size := s.H * s.W
	for c := range s.C {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			row := c*size + y*s.W
			copy(to[row+box.Min.X:row+box.Max.X], from[row+box.Min.X:row+box.Max.X])
		}
	}
}
