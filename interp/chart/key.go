package chart

import (
	"bufio"
	"fmt"
	"math"

	"cnnlang/interp/draw"
)

// keyHeight is how high the explanation of the balls is, below the plot.
func (d *drawing) keyHeight() float64 {
	return 2*max(d.radius*math.Sqrt(d.rounded()/max(d.most, 1)), 9) + 10
}

// rounded is the greatest of 1, 2 or 5 times a power of ten of the area's unit that a ball has at least, 0 for none.
func (d *drawing) rounded() float64 {
	if d.Area.Name == "" || d.most == 0 {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(d.most/d.area.per))) * d.area.per
	for _, by := range []float64{5, 2} {
		if by*power <= d.most {
			return by * power
		}
	}
	return power
}

// key explains the area of the balls by some of them, and the front.
func (d *drawing) key(b *bufio.Writer, y float64) {
	x, middle := left, y+d.keyHeight()/2-4
	say := func(text string) {
		fmt.Fprintf(b, `<text x="%s" y="%s">%s</text>`+"\n", f(x), f(middle+4), Escaped(text))
		x += draw.TextWidth(text, labelSize) + 14
	}
	b.WriteString(`<g class="key">`)
	if v := d.rounded(); v > 0 {
		say("Area: " + d.Area.Name)
		for n := 0; n < 3 && d.of(v) > 1.5; n++ {
			r := d.of(v)
			fmt.Fprintf(b, `<circle class="area" cx="%s" cy="%s" r="%s"/>`, f(x+r), f(middle), f(r))
			x += 2*r + 5
			say(d.area.Text(v) + " " + d.area.unit)
			v /= 10
		}
		x += 20
	}
	fmt.Fprintf(b, `<path class="front-line" d="M%s %s h34"/><circle class="area best" cx="%s" cy="%s" r="5"/>`, f(x), f(middle), f(x+17), f(middle))
	x += 42
	say("Pareto front: no other net beats these by one axis without losing by the other")
	b.WriteString("</g>\n")
}
