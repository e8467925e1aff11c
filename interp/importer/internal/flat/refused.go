package flat

import (
	"fmt"
	"strings"
)

// A Refused is the error of a sound file with parts that this program cannot express. It has all
// of them.
type Refused struct {
	Path     string // of the file
	Problems []Problem
}

// A Problem is one such part.
type Problem struct {
	Where string // as in About: `node 17 "/layer1/Resize" (Resize)`; "" for the file as a whole
	Got   string // what it is: "cubic interpolation by asymmetric coordinates"
	Can   string // what can be read, or done about it: "nearest, bilinear and bicubic by half_pixel"
}

// mostShown is how many problems an error prints.
const mostShown = 50

func (r *Refused) Error() string {
	if len(r.Problems) == 1 {
		return r.Path + ": " + r.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d parts cannot be imported:", r.Path, len(r.Problems))
	for _, p := range r.Problems[:min(len(r.Problems), mostShown)] {
		b.WriteString("\n  " + p.String())
	}
	if more := len(r.Problems) - mostShown; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}

// String is the problem as one line.
func (p Problem) String() string {
	text := p.Got
	if p.Where != "" {
		text = p.Where + ": " + text
	}
	if p.Can != "" {
		text += "; " + p.Can
	}
	return text
}
