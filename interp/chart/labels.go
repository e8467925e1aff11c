package chart

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"cnnlang/interp/draw"
)

// Names are placed beside their balls so that no two overlap and none covers the centre of a ball. Each
// has some places to choose from; first all take the best that is left, then each in turn moves to
// what is best beside the others, until none moves; if some overlap then, all begin anew in another order. A name
// far from its ball is led to it by a line. Of names that overlap nevertheless only the first is shown.

const (
	labelSize   = 11.0
	labelHeight = 14.0
	longest     = 210.0 // a name is cut beyond this width
	gap         = 4.0   // between a name and the centre of its ball

	crowded = 100 // with more balls, names are only beside their balls
	// Of very many balls a part is tried to be named, so that names times balls are no more than this.
	mostCompared, leastTried = 200_000, 40

	// Names move in a few orders, and in more until all find a place; each takes the square of their number.
	fewAttempts, mostAttempts, attemptsTimesSquare = 6, 32, 64_000

	mostRounds = 40 // in which names move, and of a crowd of balls
	fewRounds  = 4
)

// What is bad about a place.
const (
	impossible = 1e6
	overlaps   = 1e3  // but only while names still move
	covered    = 60.0 // a line to a ball passes through the centre of another
	crossed    = 40.0 // two lines to balls cross
	doubtful   = 30.0 // a name without a line is nearer to another centre
	onFront    = 40.0
	onBall     = 5.0
)

// A label is where a name stands.
type label struct {
	ball  int
	text  string
	box   rect
	led   bool // by a line
	point      // where the line ends
	shown bool
	cost  float64
}

type point struct{ x, y float64 }

// A disc is a ball where it is drawn.
type disc struct {
	point
	r float64
}

type rect struct{ x, y, w, h float64 }

// A placer knows what names must keep away from.
type placer struct {
	room  rect
	discs []disc
	line  []point // the front
	list  []label
}

// place finds places for names; those on the front choose first, then those that are better by the vertical
// axis.
func (c *Chart) place(room rect, discs []disc, front []bool, line []point) []label {
	p := &placer{room: room, discs: discs, line: line}
	order := make([]int, len(c.Balls))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case front[i] != front[j] && front[i]:
			return -1
		case front[i] != front[j]:
			return 1
		}
		return cmp.Compare(discs[i].y, discs[j].y)
	})
	n := min(len(order), max(leastTried, mostCompared/max(1, len(order))))
	for k := range n {
		i := order[k*len(order)/n]
		p.list = append(p.list, label{ball: i, text: fit(c.Balls[i].Name)})
	}
	attempts, rounds := min(mostAttempts, attemptsTimesSquare/(n*n+1)+1), mostRounds
	if len(discs) > crowded {
		attempts, rounds = 1, fewRounds
	}
	var best []label
	least := math.Inf(1)
	for attempt := range attempts {
		if cost := p.settle(uint64(attempt), rounds); cost < least {
			best, least = slices.Clone(p.list), cost
		}
		if attempt+1 >= fewAttempts && least < overlaps*float64(n) {
			break
		}
	}
	return best
}

// settle lets names move in an order, until none does, and returns how bad all their places are; names that overlap others are
// hidden. The first order is that of the list.
func (p *placer) settle(attempt uint64, rounds int) (cost float64) {
	order := make([]int, len(p.list))
	for i := range order {
		order[i], p.list[i].shown = i, false
	}
	if attempt > 0 {
		rand.New(rand.NewPCG(attempt, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	for range rounds + 1 {
		moved := false
		for _, i := range order {
			moved = p.move(i) || moved
		}
		if !moved {
			break
		}
	}
	p.hide()
	for _, l := range p.list {
		if l.shown {
			cost += min(l.cost, overlaps-1)
		} else {
			cost += overlaps * float64(len(p.list))
		}
	}
	return cost
}

// hide takes away names that overlap others before them.
func (p *placer) hide() {
	for i := range p.list {
		l := &p.list[i]
		for j := range i {
			if o := &p.list[j]; l.shown && o.shown && l.against(p.discs[l.ball].point, o, p.discs[o.ball].point) >= overlaps {
				l.shown = false
			}
		}
	}
}

// move puts a label to where it is best, and reports whether that is elsewhere.
func (p *placer) move(i int) bool {
	before := p.list[i]
	best := before
	best.shown, best.cost = false, impossible
	p.list[i].shown = false
	for _, l := range p.choices(before) {
		if l.cost >= best.cost {
			continue // it is bad enough by itself
		}
		if l.cost += p.badness(i, l, best.cost-l.cost); l.cost < best.cost {
			best = l
		}
	}
	p.list[i] = best
	return best.shown != before.shown || best.box != before.box
}

// choices are the places of a label, with what is bad about each by itself.
func (p *placer) choices(l label) (list []label) {
	d := p.discs[l.ball]
	width := draw.TextWidth(l.text, labelSize) + 2
	at := func(angle, distance, cost float64, led bool) {
		sin, cos := math.Sincos(angle)
		end := point{d.x + distance*cos, d.y - distance*sin}
		box := rect{end.x - width/2*(1-sided(cos)), end.y - labelHeight/2*(1+sided(sin)), width, labelHeight}
		if box.x < p.room.x || box.y < p.room.y || box.x+box.w > p.room.x+p.room.w || box.y+box.h > p.room.y+p.room.h {
			return
		}
		list = append(list, label{ball: l.ball, text: l.text, box: box, led: led, point: end, shown: true, cost: cost})
	}
	const around = 8
	for n, cost := range [around]float64{0, 2, 3, 3, 1, 4, 3.5, 2.5} { // the right is best, then the left
		at(2*math.Pi*float64(n)/around, gap, cost, false)
	}
	if beyond := d.r + 2; beyond > gap && beyond < 16 {
		for n := range around {
			at(2*math.Pi*float64(n)/around, beyond, beyond/2, false)
		}
	}
	if len(p.discs) > crowded {
		return list
	}
	const directions = 24
	for _, distance := range []float64{14, 20, 28, 38, 50, 64, 80, 100, 125, 160, 200, 250} {
		for n := range directions {
			at(2*math.Pi*(float64(n)+0.5)/directions, distance, 6+distance/3, true)
		}
	}
	return list
}

// sided is which side of a point something lies at by a direction's part along an axis.
func sided(part float64) float64 {
	const little = 0.35
	switch {
	case part > little:
		return 1
	case part < -little:
		return -1
	}
	return 0
}

// badness is what is bad about a place among the others. It may stop at a limit.
func (p *placer) badness(i int, l label, limit float64) (cost float64) {
	from := p.discs[l.ball].point
	for j := range p.list {
		if o := &p.list[j]; j != i && o.shown {
			if cost += l.against(from, o, p.discs[o.ball].point); cost >= limit {
				return cost
			}
		}
	}
	near := l.box.distance(from)
	for j, d := range p.discs {
		switch {
		case j == l.ball:
		case !l.led && d.point != from && l.box.distance(d.point) <= near:
			if cost += doubtful; l.box.grown(2).contains(d.point) {
				return impossible
			}
		case l.box.grown(2).contains(d.point):
			if d.point != from {
				return impossible
			}
		case l.box.distance(d.point) < d.r:
			cost += onBall
		}
		if l.led && j != l.ball && d.point != from && distanceTo(d.point, from, l.point) < 3 {
			cost += covered
		}
		if cost >= limit {
			return cost
		}
	}
	for n := 1; n < len(p.line); n++ {
		if l.box.meets(p.line[n-1], p.line[n]) {
			cost += onFront
		}
	}
	return cost
}

// against is what is bad about a place beside that of another label.
func (l label) against(from point, o *label, other point) float64 {
	switch {
	case l.box.overlaps(o.box),
		l.led && o.box.meets(from, l.point),
		o.led && l.box.meets(other, o.point):
		return overlaps
	case l.led && o.led && cross(from, l.point, other, o.point):
		return crossed
	}
	return 0
}

// fit is as much of a name as a label has room for: its middle is left out.
func fit(name string) string {
	runes := []rune(name)
	for n := len(runes); draw.TextWidth(name, labelSize) > longest && n > 2; {
		n = min(n-1, int(float64(n)*longest/draw.TextWidth(name, labelSize))+1)
		name = string(runes[:n/2]) + "…" + string(runes[len(runes)-(n-n/2-1):])
	}
	return name
}
