package draw

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A colour is one of the light style as numbers, for programs that know no style sheet.
type colour [3]float64

var (
	light = regexp.MustCompile(`--([a-z]+):#([0-9a-f]+)`).FindAllStringSubmatch(style[:strings.Index(style, "@media")], -1)
	ink   = styled("ink")
)

// styled is the colour that the style has under a name; what has no colour of its own has that of its like.
func styled(name string) (c colour) {
	switch name {
	case "output":
		name = "input"
	case "concat":
		name = "merge"
	case "tap":
		name = "paper"
	}
	for _, l := range light {
		if digits := l[2]; l[1] == name {
			n := len(digits) / 3
			for k := range c {
				v, _ := strconv.ParseUint(strings.Repeat(digits[k*n:(k+1)*n], 3-n), 16, 8)
				c[k] = float64(v)
			}
			return c
		}
	}
	panic("draw: the style has no colour " + name)
}

// towards is the colour between two, all of the other at 1.
func (c colour) towards(other colour, share float64) colour {
	for k := range c {
		c[k] += (other[k] - c[k]) * share
	}
	return c
}

func (c colour) hex() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]+0.5), int(c[1]+0.5), int(c[2]+0.5))
}
