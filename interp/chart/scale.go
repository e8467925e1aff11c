package chart

import (
	"math"
	"strconv"
)

// A Scale gives the values of an axis their places.
type Scale struct {
	least, most float64 // the values at from and to
	from, to    float64
	log         bool
	ticks       []float64
	per         float64 // what values are divided by to be written
	unit        string
	digits      int // as many as tell the ticks from each other, 0 for a few
}

// manyTimes is how many times the least value the greatest must be for a logarithmic axis.
const manyTimes = 8

// NewScale is the scale of finite values, at least one, from one place to another, with inner left free at
// both ends. It is logarithmic where they are above 0 and many times apart, unless their unit is PerCent.
func NewScale(values []float64, unit Unit, from, to, inner float64) Scale {
	s := Scale{least: math.Inf(1), most: math.Inf(-1), from: from, to: to}
	for _, v := range values {
		s.least, s.most = min(s.least, v), max(s.most, v)
	}
	s.log = unit != PerCent && s.least > 0 && s.most/s.least >= manyTimes
	if s.per, s.unit = unit.of(s.most, s.most); s.log {
		s.per, s.unit = unit.of(s.least, s.most)
	}
	if s.least == s.most {
		around := math.Abs(s.least) / 4
		if around == 0 {
			around = 1
		}
		s.least, s.most = s.least-around, s.most+around
	}
	if s.log {
		s.ticks = s.powers()
	} else {
		s.ticks = s.steps()
	}
	for s.digits = fewDigits; s.digits < mostDigits && s.alike(); s.digits++ {
	}
	sign := math.Copysign(inner, to-from)
	s.from, s.to = from+sign, to-sign
	return s
}

// At is the place of a value.
func (s Scale) At(v float64) float64 {
	share := (v - s.least) / (s.most - s.least)
	if s.log {
		share = math.Log(v/s.least) / math.Log(s.most/s.least)
	}
	return s.from + share*(s.to-s.from)
}

// Ticks are values to write at the axis.
func (s Scale) Ticks() []float64 { return s.ticks }

// Unit is what the numbers of Text count, "" for ones.
func (s Scale) Unit() string { return s.unit }

// Logarithmic reports whether equal distances are equal factors.
func (s Scale) Logarithmic() bool { return s.log }

// A value has as many digits.
const fewDigits, mostDigits = 4, 17

// alike reports whether two ticks would be written alike.
func (s Scale) alike() bool {
	for i := 1; i < len(s.ticks); i++ {
		if s.Text(s.ticks[i-1]) == s.Text(s.ticks[i]) {
			return true
		}
	}
	return false
}

// Text writes a value as ticks are written, without its unit.
func (s Scale) Text(v float64) string {
	const most = 1e9
	text := strconv.FormatFloat(v/s.per, 'g', max(s.digits, fewDigits), 64)
	if rounded, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(rounded) < most {
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	return text
}

// About how many ticks an axis has.
const leastTicks, mostTicks = 4, 9

// powers are the ticks of a logarithmic axis: powers of ten, and as many numbers between them as there
// is room for.
func (s Scale) powers() (ticks []float64) {
	for _, digits := range [][]float64{{1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
		ticks = ticks[:0]
		for e := math.Floor(math.Log10(s.least / s.per)); e <= math.Log10(s.most/s.per); e++ {
			for _, d := range digits {
				if v := d * math.Pow(10, e) * s.per; v >= s.least*(1-1e-9) && v <= s.most*(1+1e-9) {
					ticks = append(ticks, v)
				}
			}
		}
		if len(ticks) <= mostTicks {
			return ticks
		}
	}
	every := 1 + len(ticks)/mostTicks // of the powers of ten
	var some []float64
	for i := 0; i < len(ticks); i += every {
		some = append(some, ticks[i])
	}
	return some
}

// steps are the ticks of a linear axis: multiples of 1, 2 or 5 times a power of ten.
func (s Scale) steps() (ticks []float64) {
	span := (s.most - s.least) / s.per
	unit := math.Pow(10, math.Floor(math.Log10(span/leastTicks)))
	step := unit
	for _, by := range []float64{2, 5, 10} {
		if span/step > 2*leastTicks {
			step = by * unit
		}
	}
	first, little := math.Ceil(s.least/s.per/step-1e-9), span*s.per*1e-9
	for n := range 2*leastTicks + 2 {
		v := (first + float64(n)) * step * s.per
		if v >= s.least-little && v <= s.most+little && (len(ticks) == 0 || v > ticks[len(ticks)-1]) { // steps may be less than what tells numbers apart
			ticks = append(ticks, v)
		}
	}
	return ticks
}

// of is what values of the unit in this range are divided by, and what that is called.
func (u Unit) of(least, most float64) (per float64, name string) {
	thousand, names := 1000.0, []string{"", "k", "M", "G", "T"}
	switch u {
	case Time:
		return 1, "ms"
	case PerCent:
		return 1, "%"
	case Bytes:
		thousand, names = 1024, []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	}
	per = 1
	for n := 0; ; n++ {
		next := per * thousand
		if n+1 == len(names) || most < next || least < next/1000 {
			return per, names[n]
		}
		per = next
	}
}
